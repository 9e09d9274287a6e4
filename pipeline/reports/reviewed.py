"""What a report is about: one file, and what the three steps said about it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline import finding_changes, finding_life
from pipeline.analysis.findings import worst_first
from pipeline.analysis.types import Dossier, Finding, Rebuild, Severity, Verdict
from pipeline.finding_changes import Since
from pipeline.finding_life import Life
from pipeline.models import Job, Step, Submission


@dataclass(frozen=True)
class ReviewedFile:
    """One file and its results; a step that did not end has None.

    ``path`` is how the file is named in reports: relative to where the report is read, with
    forward slashes, or absolute. ``error`` says in one sentence why there is no full result.
    ``lives`` says what stands for findings, by fingerprint; ``since`` what is new of them.
    """

    path: str
    language: str = ""
    code: str = ""
    dossier: Dossier | None = None
    rebuild: Rebuild | None = None
    verdict: Verdict | None = None
    error: str = ""
    seconds: float | None = None
    submission: str = ""
    lives: Mapping[str, Life] = field(default_factory=dict)
    since: Since | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Worst first, then by place."""
        found = self.dossier.findings if self.dossier else ()
        return tuple(worst_first(found))

    @property
    def is_changed(self) -> bool:
        """Whether the rebuilt code differs from what was sent."""
        return self.rebuild is not None and self.rebuild.code != self.code


def reviewed(path: str, submission: Submission, job: Job) -> ReviewedFile:
    """The file with all results that its job has stored. Two queries at most."""
    contents = {result.step: result.content for result in job.results.all()}
    dossier = contents.get(Step.FORENSIC)
    rebuild = contents.get(Step.REBUILDER)
    verdict = contents.get(Step.QUALITY)
    return ReviewedFile(
        path=path,
        language=submission.language,
        code=submission.code,
        dossier=Dossier.model_validate(dossier) if dossier else None,
        rebuild=Rebuild.model_validate(rebuild) if rebuild else None,
        verdict=Verdict.model_validate(verdict) if verdict else None,
        error=_why_incomplete(job) if verdict is None else "",
        seconds=job.running_ms / 1000,
        submission=submission.public_id,
    )


def with_lives(file: ReviewedFile, submission: Submission) -> ReviewedFile:
    """The file with what stands for its findings, and what is new since it was handed in before."""
    if file.dossier is None:
        return file
    return replace(
        file,
        lives=finding_life.lives_of(submission),
        since=finding_changes.since_before(submission, file.dossier),
    )


def _why_incomplete(job: Job) -> str:
    return job.user_message or f"The review did not end with a result ({job.get_state_display()})."


def count_by_severity(files: Iterable[ReviewedFile]) -> dict[Severity, int]:
    """How many findings of each severity there are, worst first, zeros included."""
    counted = Counter(finding.severity for file in files for finding in file.findings)
    return {severity: counted[severity] for severity in Severity}


def readable_path(path: str) -> str:
    """A path as text: bytes that are not UTF-8 become escapes, so that any output can hold it."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
