"""The JSON API for findings: what stands for each, what is new, and marking one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast

from django.http import Http404, HttpRequest
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts.api_access import SIGNED_IN, SUBMITTERS
from accounts.models import User
from operations.api_lists import Day
from operations.problems import Problem
from pipeline import finding_changes, finding_life
from pipeline.access import get_submission_for_user
from pipeline.analysis.findings import worst_first
from pipeline.analysis.types import Dossier, Finding
from pipeline.api_values import LONGEST_ID, Id, PublicId
from pipeline.finding_life import LONGEST_REASON, Life, Mark
from pipeline.models import FindingState, Step, StepResult, Submission

router = Router(tags=["code"], auth=SIGNED_IN)


class FindingLife(BaseModel):
    """A finding, and what stands for it. ``new`` is null where there is nothing to compare with."""

    finding: Finding
    state: FindingState
    reason: str
    expires_on: date | None
    expired: bool = Field(description="the day is over until which the risk was accepted")
    new: bool | None


class Findings(BaseModel):
    """All findings of a result; ``fixed`` are those that the file had when it was sent before."""

    items: list[FindingLife]
    compared_with: str | None = Field(description="id of the submission it is compared with")
    fixed: list[Finding]


class FindingMark(BaseModel):
    """What is to stand for a finding from now on, in this and later submissions of the file."""

    model_config = ConfigDict(extra="forbid")

    id: PublicId = Field(description="id of a submission of yours")
    fingerprint: Annotated[str, Field(max_length=LONGEST_ID)]
    state: Literal["open", "false-positive", "accepted"]
    reason: str = Field(
        "", description="needed unless it is open", json_schema_extra={"maxLength": LONGEST_REASON}
    )
    expires_on: Day | None = Field(None, description="last UTC day of an accepted risk")


class Marked(BaseModel):
    """What stands now."""

    fingerprint: str
    state: FindingState
    reason: str
    expires_on: date | None


@router.get("/getFindings", operation_id="code.getFindings", response={200: Findings, 404: Problem})
def get_findings(request: HttpRequest, id: Id) -> Findings:
    """The findings of a result with what stands for them, the worst first."""
    submission = get_submission_for_user(cast(User, request.user), id, code=False)
    dossier = _dossier_of(submission)
    lives = finding_life.lives_of(submission)
    since = finding_changes.since_before(submission, dossier)
    return Findings(
        items=[
            _item(
                finding,
                lives.get(finding.fingerprint),
                since.is_new(finding) if since else None,
            )
            for finding in worst_first(dossier.findings)
        ],
        compared_with=since.previous.public_id if since else None,
        fixed=list(since.fixed) if since else [],
    )


@router.post(
    "/markFinding",
    operation_id="code.markFinding",
    auth=SUBMITTERS,
    response={200: Marked, (404, 422): Problem},
)
def mark_finding(request: HttpRequest, sent: FindingMark) -> Marked:
    """Say that a finding is a false positive, an accepted risk, or open again."""
    user = cast(User, request.user)
    submission = get_submission_for_user(user, sent.id, code=False)
    said = Mark(FindingState(sent.state), sent.reason, sent.expires_on)
    found = finding_life.mark(user, submission, sent.fingerprint, said)
    return Marked(
        fingerprint=found.fingerprint,
        state=FindingState(found.state),
        reason=found.reason,
        expires_on=found.expires_on,
    )


def _dossier_of(submission: Submission) -> Dossier:
    result = StepResult.objects.filter(job=submission.current_job, step=Step.FORENSIC).first()
    if result is None:
        raise Http404("There are no findings yet.")
    try:
        return Dossier.model_validate(result.content)
    except ValidationError as error:
        raise Http404("The stored result is of another version.") from error


def _item(finding: Finding, life: Life | None, new: bool | None) -> FindingLife:
    stands = life or Life(FindingState.OPEN)
    return FindingLife(
        finding=finding,
        state=stands.state,
        reason=stands.reason,
        expires_on=stands.expires_on,
        expired=stands.expired,
        new=new,
    )
