"""The tabs of a result page: which there are, which can be read yet, and what each shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from pipeline.analysis.findings import worst_first
from pipeline.analysis.ledger.rules import UNCHANGED
from pipeline.analysis.types import Dossier, Outcome, Rebuild, Severity, Verdict
from pipeline.models import Job, Step, Submission
from pipeline.views.code_lines import code_panel, lines_shown, links_of
from pipeline.views.code_text import code_text, lines_of
from pipeline.views.comparing import comparison, previous_of
from pipeline.views.diff import Manner, diff_view
from pipeline.views.fates import FateRow, counts, fates_of
from pipeline.views.stored import Results, content_of
from pipeline.views.trace import trace_of
from pipeline.views.triage import triage_of

LISTED = 200


@dataclass(frozen=True)
class Kind:
    """One tab: the step whose result it shows, or None for what is about all of them."""

    key: str
    label: str
    step: Step | None


KINDS = (
    Kind("dossier", "Dossier", Step.FORENSIC),
    Kind("findings", "Findings", Step.FORENSIC),
    Kind("code", "Code", None),
    Kind("rebuilt", "Rebuilt", Step.REBUILDER),
    Kind("diff", "Diff", Step.REBUILDER),
    Kind("verdict", "Verdict", Step.QUALITY),
    Kind("evidence", "Evidence", Step.QUALITY),
    Kind("trace", "Trace", None),
)


@dataclass(frozen=True)
class Tab:
    """One tab of one page. ``ready`` says whether there is something to show."""

    kind: Kind
    ready: bool
    current: bool

    @property
    def template(self) -> str:
        return f"tabs/{self.kind.key}.html"


def tabs_of(job: Job | None, results: Results, chosen: str) -> tuple[Tab, ...]:
    """All tabs; one is current: the chosen one, or the first if there is none of that name."""
    ended = job is not None and job.has_ended
    key = chosen if chosen in {kind.key for kind in KINDS} else KINDS[0].key
    return tuple(Tab(kind, _is_ready(kind, ended, results), kind.key == key) for kind in KINDS)


def _is_ready(kind: Kind, ended: bool, results: Results) -> bool:
    if kind.key == "code":
        return True
    return kind.step in results if kind.step else bool(results) or ended


def current(tabs: tuple[Tab, ...]) -> Tab:
    """The tab that is shown."""
    return next(tab for tab in tabs if tab.current)


def tally(severities: list[str]) -> list[tuple[str, int]]:
    """How many there are of each severity that occurs, worst first."""
    counts = Counter(severities)
    return [(str(severity), counts[severity]) for severity in Severity if counts[severity]]


def panel_of(
    tab: Tab, submission: Submission, results: Results, query: QueryDict
) -> Mapping[str, Any]:
    """The values that the current tab's template needs; ``query``: what the address asks for."""
    if tab.kind.step == Step.FORENSIC:
        dossier = content_of(results, Step.FORENSIC, Dossier)
        if dossier is None:
            return {}
        if tab.kind.key == "findings":
            fates = {row.finding.fingerprint: row for row in _fates(submission, results)}
            return {"dossier": dossier, **triage_of(submission, dossier, query, fates)}
        return _dossier_panel(dossier)
    if tab.kind.step == Step.REBUILDER:
        return _rebuild_panel(tab, submission, results, query)
    if tab.kind.step == Step.QUALITY:
        return evidence_of(content_of(results, Step.QUALITY, Verdict))
    if tab.kind.key == "code":
        return code_panel(submission, content_of(results, Step.FORENSIC, Dossier), query)
    job = submission.current_job
    return {"traces": trace_of(job, results) if job else []}


def _dossier_panel(dossier: Dossier) -> Mapping[str, Any]:
    return {
        "dossier": dossier,
        "findings": worst_first(dossier.findings),
        "components": dossier.components[:LISTED],
        "more_components": max(0, len(dossier.components) - LISTED),
    }


def evidence_of(verdict: Verdict | None) -> Mapping[str, Any]:
    """The verdict and its checks: what failed first, what did not run next, what passed last."""
    if verdict is None:
        return {}
    order = (Outcome.FAILED, Outcome.NOT_RUN, Outcome.PASSED)
    checks = sorted(verdict.checks, key=lambda check: order.index(check.outcome))
    counts = Counter(check.outcome for check in checks)
    said = "changed" if verdict.rule == UNCHANGED else None  # by the reason of the confidence
    return {
        "verdict": verdict,
        "checks": checks,
        "failures": [
            check for check in checks if check.outcome == Outcome.FAILED and check.id != said
        ],
        "counts": [(outcome.value, counts[outcome]) for outcome in order],
    }


def _rebuild_panel(
    tab: Tab, submission: Submission, results: Results, query: QueryDict
) -> Mapping[str, Any]:
    if tab.kind.key == "diff":
        return _diff_panel(submission, results, query)
    rebuild = content_of(results, Step.REBUILDER, Rebuild)
    if rebuild is None:
        return {}
    fates = _fates(submission, results)
    lines = {row.finding.fingerprint: row.line for row in fates}
    links = links_of((row.finding for row in fates), lambda each: lines[each.fingerprint])
    return {
        "rebuild": rebuild,
        "unchanged": rebuild.code == submission.code,
        "fates": fates,
        "fate_counts": counts(fates).items(),
        "rejected": code_text(lines_of(rebuild.rejected)) if rebuild.rejected else None,
        **lines_shown(rebuild.code, submission.language, links, query, tab="rebuilt"),
    }


def _fates(submission: Submission, results: Results) -> list[FateRow]:
    """What became of the findings in the rebuilt code; nothing while there is none."""
    dossier = content_of(results, Step.FORENSIC, Dossier)
    rebuild = content_of(results, Step.REBUILDER, Rebuild)
    if dossier is None or rebuild is None:
        return []
    verdict = content_of(results, Step.QUALITY, Verdict)
    return fates_of(dossier.findings, verdict, submission.code, rebuild.code)


def _diff_panel(submission: Submission, results: Results, query: QueryDict) -> Mapping[str, Any]:
    """Original against rebuilt; ``?with=previous`` sets the file's last submission against this."""
    manner = Manner.of(query)
    previous = previous_of(submission)
    if previous and query.get("with") == "previous":
        return comparison(submission, previous, results, manner)
    values: dict[str, Any] = {"can_compare": previous is not None, "against": ""}
    rebuild = content_of(results, Step.REBUILDER, Rebuild)
    if rebuild is None:
        return values
    unchanged = rebuild.code == submission.code
    values |= {"rebuild": rebuild, "unchanged": unchanged, "sides": ("Original", "Rebuilt")}
    if not unchanged:
        values["diff"] = diff_view(submission.code, rebuild.code, manner)
    return values
