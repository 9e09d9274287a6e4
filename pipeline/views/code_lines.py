"""The code tab: what was submitted, by pages of numbered lines that link to their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict

from pipeline.analysis.findings import worst_first
from pipeline.analysis.types import Dossier, Finding
from pipeline.models import Submission
from pipeline.templatetags.display import LINES_PER_PAGE
from pipeline.views.code_text import MAX_LINE_LENGTH, code_text, lines_of
from pipeline.views.gutter import Line, gutter
from pipeline.views.highlighting import marked
from pipeline.views.triage import PER_PAGE, anchor_of


def code_panel(submission: Submission, dossier: Dossier | None, query: QueryDict) -> dict[str, Any]:
    """The values that the tab's template needs; a page that does not exist is the nearest one."""
    links = links_of(dossier.findings if dossier else (), lambda finding: finding.line)
    return lines_shown(submission.code, submission.language, links, query, tab="code")


def lines_shown(
    text: str, language: str, links: Mapping[int, Line], query: QueryDict, *, tab: str
) -> dict[str, Any]:
    """A page of numbered, highlighted lines, of which ``links`` lead to findings."""
    page = Paginator(lines_of(text), LINES_PER_PAGE).get_page(query.get("page"))
    code = code_text(list(page.object_list))
    first = page.start_index()
    return {
        "code": code,
        "marked": marked(code.text, language),
        "gutter": gutter(first, page.end_index(), links),
        "page": page,
        "query": f"tab={tab}&",
        "found_on": sum(first <= number <= page.end_index() for number in links),
        "longest": MAX_LINE_LENGTH,
    }


def links_of(
    findings: Iterable[Finding], line_of: Callable[[Finding], int | None]
) -> Mapping[int, Line]:
    """For each line on which findings stand, a link to the worst of them."""
    places: dict[int, list[tuple[int, Finding]]] = {}
    for position, finding in enumerate(worst_first(findings)):
        number = line_of(finding)
        if number is not None:
            places.setdefault(number, []).append((position, finding))
    return {number: _line(number, found) for number, found in places.items()}


def href_of(position: int, finding: Finding) -> str:
    """Where a finding stands in the list of all, worst first."""
    return f"?tab=findings&page={position // PER_PAGE + 1}#{anchor_of(finding.fingerprint)}"


def _line(number: int, found: list[tuple[int, Finding]]) -> Line:
    position, worst = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Line(number, href_of(position, worst), f"{worst.severity}: {worst.title}{more}")
