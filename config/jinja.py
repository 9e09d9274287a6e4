"""How Jinja renders what repeats: long lists and the tabs of a result (docs/decisions/0011)."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import date, floatformat, pluralize, truncatechars, urlencode
from django.urls import reverse
from jinja2 import Environment

from pipeline.templatetags import display, prose


def environment(**options: Any) -> Environment:
    """Django's backend sets autoescape; filters are those of Django's templates, by their names."""
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - see above
    made.filters |= {
        "code_page": display.code_page,
        "counted": display.counted,
        "date": date,
        "dollars": display.dollars,
        "duration": display.duration,
        "engine_name": display.engine_name,
        "floatformat": floatformat,
        "flush": display.flush,
        "markdown": prose.html_of,
        "pluralize": pluralize,
        "reporters": display.reporters,
        "tallied": display.tallied,
        "truncatechars": truncatechars,
        "urlencode": urlencode,
        "visible": display.visible,
        "weakness": display.weakness,
    }
    made.globals["url"] = reverse
    return made
