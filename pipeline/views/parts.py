"""Parts of pages that Jinja renders: what repeats, where Django's templates would take longest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


def part_of_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> SafeString:
    """The part as HTML; the template is one of templates/jinja2."""
    html = render_to_string(template, {**context}, request, using="jinja2")
    return mark_safe(html)  # noqa: S308 - Jinja escapes all that is no markup already
