"""Template filters that show submitted text and measured values safely and readably."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from operations import money
from pipeline.models import BUILT_IN

LINES_PER_PAGE = 1_000  # of the code tab

register = template.Library()
dollars = register.filter("dollars", money.dollars)

# Control characters but tab and newline, soft hyphen, direction marks, zero-width characters,
# interlinear marks, tags: what a reader cannot see and what can change the order of what is seen.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def _name(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"


@register.filter
def visible(text: object) -> str:
    """The text with every character that cannot be seen replaced by its code point's name.

    The result is not marked safe: templates escape it as they do any other text.
    """
    shown = str(text)
    # As most text is, which is known ten times sooner.
    if shown.isascii() and shown.replace("\n", "").replace("\t", "").isprintable():
        return shown
    return UNSEEN.sub(_name, shown)


@register.filter
def plain_ends(text: str) -> str:
    """Lines of a form that end with LF, as they are stored now; earlier ones end with CR LF."""
    return text.replace("\r\n", "\n")


@register.filter
def flush(code: str) -> str:
    """The lines without the indentation that all of them have."""
    return textwrap.dedent(code)


@register.filter
def code_page(line: int) -> int:
    """The page of the code tab on which a line stands."""
    return max(0, line - 1) // LINES_PER_PAGE + 1


@register.filter
def duration(milliseconds: int) -> str:
    """Milliseconds as people read them: 340 ms, 2.4 s, 3 min 5 s."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes} min {seconds} s"


@register.filter
def engine_name(engine: str) -> str:
    """What runs a step, as people say it; like ``visible`` it is not marked safe."""
    return "built-in engine" if engine == BUILT_IN else visible(engine)


@register.filter
def counted(number: int | None) -> str:
    """A whole number with its thousands apart; unknown where nobody counted."""
    return "unknown" if number is None else f"{number:,}"


@register.filter
def reporters(sources: Sequence[str]) -> str:
    """Who saw a finding: scanners by name, a model as such, and whether it stands alone."""
    scanners = [source for source in sources if source != "model"]
    if not scanners:
        return "the model alone" if sources else ""
    by_scanners = ", ".join(scanners)
    return f"{by_scanners} and the model" if "model" in sources else by_scanners


@register.filter
def tallied(counts: Iterable[tuple[str, int]]) -> SafeString:
    """How many findings there are of each severity, as a list."""
    items = [(severity.lower(), count, severity) for severity, count in counts]
    if not items:
        return SafeString("<span>None</span>")
    listed = format_html_join("", '<li class="mark mark-{}">{} {}</li>', items)
    return format_html('<ul class="tally">{}</ul>', listed)


@register.filter
def weakness(cwe: int | None) -> str:
    """A CWE number as it is written: CWE-89; nothing where no weakness class fits."""
    return "" if cwe is None else f"CWE-{cwe}"
