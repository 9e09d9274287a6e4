"""The JSON API for administrators: prompts, submissions, dead letters and idempotency keys.

It calls what the console calls, so that both are audited alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import AliasPath, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from accounts.api_access import ADMINISTRATORS, CHANGING_ADMINISTRATORS
from accounts.models import User
from operations.api_lists import Email, PageNumber, PageOf, PageSize, Row, RowId, page_of
from operations.problems import Problem
from pipeline import dead_letters, defaults, services
from pipeline.models import DeadLetter, IdempotencyKey, JobState, Step, Submission, SystemPrompt

router = Router(tags=["admin"], auth=ADMINISTRATORS)


class Prompt(Row):
    """One version of a step's prompt; the highest version counts."""

    id: int
    step: Step
    version: int
    content: str
    created_by: str | None = Field(validation_alias=AliasPath("created_by", "email"), default=None)
    created_at: datetime


class NewPrompt(BaseModel):
    """Another prompt for a step. Earlier versions are kept."""

    model_config = ConfigDict(extra="forbid")

    step: Step
    content: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1),
        WithJsonSchema({"type": "string", "pattern": r"\S"}),
    ]


class SeedDone(BaseModel):
    """What was changed, in words; empty if everything stood at its default."""

    done: list[str]


class SubmissionLine(BaseModel):
    """A submission of anybody, without its code."""

    id: str
    user: str
    filename: str
    language: str
    state: JobState | None = Field(description="null if it was never run")
    created_at: datetime


class FailedJob(BaseModel):
    """A job that ended without a result."""

    id: int
    job: int
    submission: str
    user: str
    error_class: str
    error_message: str
    step: Step | None
    attempts: int
    created_at: datetime
    retried_as: int | None = Field(description="the job that ran it again, if one did")


class LetterId(BaseModel):
    """Which dead letter is meant, by the ``id`` that admin.getFailedJobs tells."""

    model_config = ConfigDict(extra="forbid")

    id: RowId


class Queued(BaseModel):
    """The new run of a dead job."""

    job: int
    state: JobState


class KeyLine(BaseModel):
    """A request that was answered. The key itself is not kept, only its SHA-256."""

    id: int
    user: str
    operation: str
    key_hash: str
    submission: str
    created_at: datetime


@router.get("/getPrompts", operation_id="admin.getPrompts", response=PageOf[Prompt])
def get_prompts(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    step: Annotated[Step | None, Query()] = None,
) -> dict[str, Any]:
    """Every version of every prompt: by step, newest first."""
    rows = SystemPrompt.objects.select_related("created_by")
    return page_of(rows.filter(step=step) if step else rows, page, page_size)


@router.post(
    "/updatePrompt",
    operation_id="admin.updatePrompt",
    auth=CHANGING_ADMINISTRATORS,
    response=Prompt,
)
def update_prompt(request: HttpRequest, sent: NewPrompt) -> SystemPrompt:
    """Store a new version of a step's prompt; it counts from now on."""
    return defaults.add_prompt_version(step=sent.step, content=sent.content, by=_admin(request))


@router.post(
    "/seedDefaults",
    operation_id="admin.seedDefaults",
    auth=CHANGING_ADMINISTRATORS,
    response=SeedDone,
)
def seed_defaults(request: HttpRequest) -> SeedDone:
    """Give every step its default prompt, as a new version, and the built-in engine."""
    return SeedDone(done=defaults.seed(reset=True, by=_admin(request)))


@router.get("/getSubmissions", operation_id="admin.getSubmissions", response=PageOf[SubmissionLine])
def get_submissions(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    state: Annotated[JobState | None, Query()] = None,
    user: Email = None,
) -> dict[str, Any]:
    """Everybody's submissions, newest first, without their code."""
    rows = Submission.objects.select_related("user", "current_job").defer("code", "comments")
    wanted = _of("user__email", user) & (Q(current_job__state=state) if state else Q())
    found = page_of(rows.filter(wanted), page, page_size)
    return {**found, "items": [_submission(row) for row in found["items"]]}


@router.get("/getFailedJobs", operation_id="admin.getFailedJobs", response=PageOf[FailedJob])
def get_failed_jobs(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    retried: Annotated[bool | None, Query(description="only those run again, or not")] = None,
    user: Email = None,
) -> dict[str, Any]:
    """Dead letters, newest first."""
    rows = DeadLetter.objects.select_related("job__submission__user").defer(
        "job__submission__code", "job__submission__comments", "trace"
    )
    wanted = _of("job__submission__user__email", user)
    if retried is not None:
        wanted &= Q(retried_as__isnull=not retried)
    found = page_of(rows.filter(wanted), page, page_size)
    return {**found, "items": [_failed(row) for row in found["items"]]}


@router.post(
    "/retryJob",
    operation_id="admin.retryJob",
    auth=CHANGING_ADMINISTRATORS,
    response={200: Queued, (404, 409): Problem},
)
def retry_job(request: HttpRequest, sent: LetterId) -> Queued:
    """Run a dead job again, once, not taken from its user's limit."""
    letter = get_object_or_404(DeadLetter, pk=sent.id)
    job = services.retry_dead_letter(letter=letter, by=_admin(request))
    return Queued(job=job.pk, state=JobState(job.state))


@router.post(
    "/deleteDeadLetter",
    operation_id="admin.deleteDeadLetter",
    auth=CHANGING_ADMINISTRATORS,
    response={204: None, 404: Problem},
)
def delete_dead_letter(request: HttpRequest, sent: LetterId) -> Status[None]:
    """Delete a dead letter; its job and results stay."""
    letter = get_object_or_404(DeadLetter, pk=sent.id)
    dead_letters.delete_all(DeadLetter.objects.filter(pk=letter.pk))
    return Status(204, None)


@router.get(
    "/getIdempotencyKeys", operation_id="admin.getIdempotencyKeys", response=PageOf[KeyLine]
)
def get_idempotency_keys(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25, user: Email = None
) -> dict[str, Any]:
    """Requests that were answered under a key, newest first."""
    rows = IdempotencyKey.objects.select_related("user", "submission").defer(
        "submission__code", "submission__comments"
    )
    found = page_of(rows.filter(_of("user__email", user)), page, page_size)
    return {**found, "items": [_key(row) for row in found["items"]]}


def _admin(request: HttpRequest) -> User:
    return cast(User, request.user)


def _of(field: str, email: str | None) -> Q:
    return Q(**{field: email.strip().lower()}) if email else Q()


def _submission(row: Submission) -> SubmissionLine:
    return SubmissionLine(
        id=row.public_id,
        user=row.user.email,
        filename=row.filename,
        language=row.language,
        state=JobState(row.current_job.state) if row.current_job else None,
        created_at=row.created_at,
    )


def _failed(row: DeadLetter) -> FailedJob:
    return FailedJob(
        id=row.pk,
        job=row.job_id,
        submission=row.job.submission.public_id,
        user=row.job.submission.user.email,
        error_class=row.error_class,
        error_message=row.error_message,
        step=Step(row.step) if row.step else None,
        attempts=row.attempts,
        created_at=row.created_at,
        retried_as=row.retried_as_id,
    )


def _key(row: IdempotencyKey) -> KeyLine:
    return KeyLine(
        id=row.pk,
        user=row.user.email,
        operation=row.operation,
        key_hash=row.key_hash,
        submission=row.submission.public_id,
        created_at=row.created_at,
    )
