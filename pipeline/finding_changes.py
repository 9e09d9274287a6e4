"""What became of the findings of a file since it was handed in before."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from operations.prepared import Select, binder
from pipeline.analysis.types import Dossier, Finding
from pipeline.models import Step, StepResult, Submission

MOST_LOOKED_AT = 5  # same name in other letter case, or of an older version

_bind = binder(Submission)
# Most files are handed in once, and every list of findings asks.
_BEFORE = Select(
    Submission.objects.filter(
        user_id=_bind("user"), filename=_bind("filename"), pk__lt=_bind("id")
    ).order_by()[:1],
    "id",
)


@dataclass(frozen=True)
class Since:
    """What became of a file's findings since it was handed in before."""

    previous: Submission
    new: frozenset[str]
    fixed: tuple[Finding, ...]

    def is_new(self, finding: Finding) -> bool:
        return finding.fingerprint in self.new


def since_before(submission: Submission, dossier: Dossier) -> Since | None:
    """Compared with the last submission of a file of this name that has a dossier, if there is one.

    Code that was pasted without a name has no file to compare it with.
    """
    named = {"user": submission.user_id, "filename": submission.filename}
    if not submission.filename or not _BEFORE.all(**named, id=submission.pk):
        return None
    results = StepResult.objects.filter(
        step=Step.FORENSIC,
        job__submission__user=submission.user_id,
        job__submission__filename=submission.filename,
        job__submission__lt=submission.pk,
    ).select_related("job__submission")
    heavy = ("job__submission__code", "job__submission__comments")
    for result in results.order_by("-pk").defer(*heavy)[:MOST_LOOKED_AT]:
        before = _readable(result)
        if before is not None and result.job.submission.filename == submission.filename:
            return _since(result.job.submission, before, dossier)
    return None


def _since(previous: Submission, before: Dossier, now: Dossier) -> Since:
    old = {finding.fingerprint for finding in before.findings}
    here = {finding.fingerprint for finding in now.findings}
    return Since(
        previous=previous,
        new=frozenset(here - old),
        fixed=tuple(each for each in before.findings if each.fingerprint not in here),
    )


def _readable(result: StepResult) -> Dossier | None:
    try:
        return Dossier.model_validate(result.content)
    except ValidationError:  # of an older version: as good as none
        return None
