"""The findings tab: what stands for each finding, which are shown, and what people say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import QueryDict

from pipeline import finding_changes, finding_life
from pipeline.analysis.findings import worst_first
from pipeline.analysis.types import Dossier, Finding, Severity
from pipeline.finding_changes import Since
from pipeline.finding_life import Life
from pipeline.models import MARKS, FindingState, Submission

PER_PAGE = 25
NEW = "new"
STATES = {
    NEW: "New since the last time",
    FindingState.OPEN: "Open",
    FindingState.FALSE_POSITIVE: "False positive",
    FindingState.ACCEPTED: "Accepted risk",
}

MARK_CHOICES = [(state.value, state.label) for state in (*MARKS, FindingState.OPEN)]


def anchor_of(fingerprint: str) -> str:
    """Where on the page a finding stands."""
    return f"finding-{fingerprint[:16]}"


@dataclass(frozen=True)
class Row:
    """A finding with what stands for it; without a life it is older than lives are."""

    finding: Finding
    life: Life | None
    is_new: bool
    fate: Any = None

    @property
    def anchor(self) -> str:
        return anchor_of(self.finding.fingerprint)

    @property
    def is_marked(self) -> bool:
        return self.life is not None and self.life.is_marked

    @property
    def label(self) -> str:
        """The state in words, where it is more than open."""
        if self.life is None or not self.is_marked:
            return ""
        until = f" until {self.life.expires_on:%Y-%m-%d}" if self.life.expires_on else ""
        return f"{self.life.state.label}{until}"


@dataclass(frozen=True)
class Filter:
    """One choice above the list: its name in the address, its values, and the chosen one."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Typed:
    """A mark that was refused: it stays in its form, with the reason beside it."""

    fingerprint: str
    problem: str
    state: str
    reason: str
    expires_on: str


def triage_of(
    submission: Submission,
    dossier: Dossier,
    query: QueryDict,
    fates: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The values that the tab's template needs; ``fates`` tell what became of each finding in the
    rebuilt code (pipeline.views.fates), by fingerprint."""
    lives = finding_life.lives_of(submission)
    since = finding_changes.since_before(submission, dossier)
    rows = [_row(finding, lives, since, fates or {}) for finding in worst_first(dossier.findings)]
    filters = _filters(rows, query, compared=since is not None)
    shown = [row for row in rows if all(_fits(row, each) for each in filters)]
    chosen = {each.name: each.chosen for each in filters if each.chosen}
    return {
        "rows": Paginator(shown, PER_PAGE).get_page(query.get("page")),
        "all_rows": len(rows),
        "filters": filters,
        "since": since,
        "still_there": len(rows) - len(since.new) if since else 0,
        "query": urlencode({"tab": "findings", **chosen}) + "&",
        "marks": MARK_CHOICES,
    }


def _row(
    finding: Finding, lives: Mapping[str, Life], since: Since | None, fates: Mapping[str, Any]
) -> Row:
    is_new = since is not None and since.is_new(finding)
    return Row(finding, lives.get(finding.fingerprint), is_new, fates.get(finding.fingerprint))


def _filters(rows: Iterable[Row], query: QueryDict, *, compared: bool) -> list[Filter]:
    sources = sorted({source for row in rows for source in row.finding.sources})
    states = [(key, label) for key, label in STATES.items() if compared or key != NEW]
    offered = {
        "severity": ("Severity", [(str(each), str(each).capitalize()) for each in Severity]),
        "source": ("Reported by", [(source, source) for source in sources]),
        "state": ("State", [(str(key), label) for key, label in states]),
    }
    return [
        Filter(name, label, tuple(choices), _known(query.get(name, ""), choices))
        for name, (label, choices) in offered.items()
    ]


def _known(value: str, choices: Iterable[tuple[str, str]]) -> str:
    """What is asked for, if there is such a choice: an address can say anything."""
    return value if value in {key for key, _ in choices} else ""


def _fits(row: Row, chosen: Filter) -> bool:
    return not chosen.chosen or FITS[chosen.name](row, chosen.chosen)


def _has_state(row: Row, state: str) -> bool:
    if state == NEW:
        return row.is_new
    if state == FindingState.OPEN:
        return not row.is_marked
    return row.life is not None and row.life.state == state


FITS: Mapping[str, Callable[[Row, str], bool]] = {
    "severity": lambda row, severity: row.finding.severity == severity,
    "source": lambda row, source: source in row.finding.sources,
    "state": _has_state,
}
