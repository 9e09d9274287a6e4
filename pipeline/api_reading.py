"""The JSON API for reading what was submitted and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, ValidationError

from accounts.api_access import SIGNED_IN
from accounts.models import User
from operations import api_headers
from operations.api_lists import Day, PageNumber, PageOf, PageSize, page_of
from operations.conditional import IfNoneMatch, is_present_one, put_tag
from operations.problems import Problem
from pipeline import listing, reports
from pipeline.access import NO_RUN, get_standing_for_user, get_submission_for_user
from pipeline.analysis.types import Dossier, Rebuild, Verdict
from pipeline.api_values import Id, Language
from pipeline.listing import Wanted
from pipeline.models import JobState, Step
from pipeline.standing import Standing

router = Router(tags=["code"], auth=SIGNED_IN)
TAG = {"ETag": api_headers.ETAG, "Retry_After": api_headers.RETRY_AFTER}
TAGGED = {**api_headers.on(200, **TAG), **api_headers.on(304, **TAG)}


class StepStatus(BaseModel):
    """One step; ``duration_ms`` is set once its result is stored."""

    step: Step
    done: bool
    duration_ms: int | None


class JobStatus(BaseModel):
    """How a submission's run stands. ``message`` says why it ended without a full result."""

    id: str
    state: JobState
    ended: bool
    steps: list[StepStatus]
    current_step: Step | None
    attempts: int
    message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Listed(BaseModel):
    """One line of the history."""

    id: str
    filename: str
    language: str
    state: JobState | None = Field(description="null if it was never run")
    created_at: datetime


class Result(BaseModel):
    """What was sent and what came of it; a step without a result is null."""

    id: str
    state: JobState
    language: str
    filename: str
    comments: str
    code: str
    dossier: Dossier | None
    rebuild: Rebuild | None
    verdict: Verdict | None
    message: str | None
    created_at: datetime


@router.get(
    "/getJobStatus",
    operation_id="code.getJobStatus",
    url_name="code.getJobStatus",
    response={200: JobStatus, 304: None, 404: Problem},
    openapi_extra={"responses": TAGGED},
)
def get_job_status(
    request: HttpRequest, response: HttpResponse, id: Id, if_none_match: IfNoneMatch = None
) -> JobStatus | Status[None]:
    """How the run stands. While it has not ended, Retry-After says when to ask again."""
    standing = get_standing_for_user(_user(request), id)
    put_tag(response, standing.status_tag)
    if not standing.has_ended:
        response["Retry-After"] = str(standing.seconds_to_wait)
    if is_present_one(standing.status_tag, if_none_match):
        return Status(304, None)
    return _status_of(standing)


@router.get("/getHistory", operation_id="code.getHistory", response=PageOf[Listed])
def get_history(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    state: Annotated[JobState | None, Query()] = None,
    language: Annotated[Language | None, Query()] = None,
    since: Annotated[Day | None, Query(description="first UTC day")] = None,
    until: Annotated[Day | None, Query(description="last UTC day")] = None,
) -> dict[str, Any]:
    """What was submitted, newest first."""
    wanted = Wanted(
        states=(state,) if state else (), language=language or "", since=since, until=until
    )
    found = page_of(listing.keys_of(_user(request), wanted), page, page_size)
    return {**found, "items": [_listed(row) for row in listing.listed(found["items"])]}


@router.get(
    "/getResult",
    operation_id="code.getResult",
    response={200: Result, 304: None, 404: Problem},
    openapi_extra={"responses": TAGGED},
)
def get_result(
    request: HttpRequest, response: HttpResponse, id: Id, if_none_match: IfNoneMatch = None
) -> Result | Status[None]:
    """Everything about a submission, with the results of all steps that have one."""
    # The tag comes first: what is read after it may be newer than it, and never older.
    tag = get_standing_for_user(_user(request), id).result_tag
    put_tag(response, tag)
    if is_present_one(tag, if_none_match):
        return Status(304, None)
    return _result_of(request, id)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _status_of(standing: Standing) -> JobStatus:
    stored = standing.stored
    steps = [
        StepStatus(step=step, done=step in stored, duration_ms=stored[step].duration_ms)
        if step in stored
        else StepStatus(step=step, done=False, duration_ms=None)
        for step in Step
    ]
    return JobStatus(
        id=standing.public_id,
        state=standing.state,
        ended=standing.has_ended,
        steps=steps,
        current_step=Step(standing.current_step) if standing.current_step else None,
        attempts=standing.attempts,
        message=standing.message or None,
        created_at=standing.created_at,
        started_at=standing.started_at,
        finished_at=standing.finished_at,
    )


def _result_of(request: HttpRequest, public_id: str) -> Result:
    submission = get_submission_for_user(_user(request), public_id)
    job = submission.current_job
    if job is None:
        raise Http404(NO_RUN)
    try:
        reviewed = reports.reviewed(submission.title, submission, job)
    except ValidationError as error:
        raise Http404("The stored result is of another version.") from error
    return Result(
        id=submission.public_id,
        state=JobState(job.state),
        language=submission.language,
        filename=submission.filename,
        comments=submission.comments,
        code=submission.code,
        dossier=reviewed.dossier,
        rebuild=reviewed.rebuild,
        verdict=reviewed.verdict,
        message=job.user_message or None,
        created_at=submission.created_at,
    )


def _listed(row: listing.Listed) -> Listed:
    return Listed(
        id=row.public_id,
        filename=row.filename,
        language=row.language,
        state=JobState(row.state) if row.state else None,
        created_at=row.created_at,
    )
