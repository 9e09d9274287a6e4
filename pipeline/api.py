"""The JSON API for submitting code and reading what came of it. Services do the work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from ninja import Header, Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts.api_access import SIGNED_IN, SUBMITTERS
from accounts.models import User
from billing.limit_headers import tell_allowance
from billing.limits import allowance
from operations.api_lists import Day, PageNumber, PageOf, PageSize, page_of
from operations.conditional import IfNoneMatch, is_present_one, put_tag
from operations.problems import Problem
from pipeline import listing, reports, services
from pipeline.access import NO_RUN, get_standing_for_user, get_submission_for_user
from pipeline.analysis.types import Dossier, Rebuild, Verdict
from pipeline.api_values import Language
from pipeline.bursts import count_submission
from pipeline.listing import Wanted
from pipeline.models import JobState, Step, Submission
from pipeline.standing import Standing

router = Router(tags=["code"], auth=SIGNED_IN)
Id = Annotated[str, Query(description="id of a submission of yours")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 printable ASCII characters of your choice. Sending the same again "
        "with the same key has no second effect and gets the first answer.",
    ),
]


class RateLimit(BaseModel):
    """What may still be submitted today; null means without limit."""

    limit: int | None
    used: int
    remaining: int | None
    resets_at: datetime


class NewSubmission(BaseModel):
    """Code to be looked at."""

    model_config = ConfigDict(extra="forbid")

    code: str
    language: str | None = Field(None, description="null: by the ending of the file name")
    filename: str = ""
    comments: str = ""
    sarif: str = Field("", description="SARIF 2.1.0 log of another tool about this file, as text")


class Accepted(BaseModel):
    """A submission that was stored and waits to be run."""

    id: str
    state: JobState
    language: str
    filename: str


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


@router.get("/getRateLimit", operation_id="code.getRateLimit", response=RateLimit)
def get_rate_limit(request: HttpRequest, response: HttpResponse) -> RateLimit:
    """What is left of today's limit, and when it starts anew."""
    left = allowance(_user(request))
    tell_allowance(response, left)
    return RateLimit.model_validate(left, from_attributes=True)


@router.post(
    "/submit",
    operation_id="code.submit",
    auth=SUBMITTERS,
    response={202: Accepted, (400, 409, 413, 422, 429, 503): Problem},
)
def submit(request: HttpRequest, sent: NewSubmission, idempotency_key: Key = None) -> HttpResponse:
    """Hand in code. Its run is queued; ask for its status at the address in Location."""
    if too_many := count_submission(request):
        raise too_many
    receipt = services.accept(
        user=_user(request),
        draft=services.check(**sent.model_dump()),
        idempotency_key=idempotency_key,
    )
    response = JsonResponse(receipt.answer, status=202)
    status = reverse("api:code.getJobStatus")
    response["Location"] = f"{status}?{urlencode({'id': receipt.answer['id']})}"
    if receipt.replayed:
        response["Idempotency-Replayed"] = "true"
    tell_allowance(response, allowance(_user(request)))
    return response


@router.get(
    "/getJobStatus",
    operation_id="code.getJobStatus",
    url_name="code.getJobStatus",
    response={200: JobStatus, 304: None, 404: Problem},
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
    return {**found, "items": [_listed(row) for row in listing.rows_of(found["items"])]}


@router.get(
    "/getResult",
    operation_id="code.getResult",
    response={200: Result, 304: None, 404: Problem},
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


def _listed(submission: Submission) -> Listed:
    job = submission.current_job
    return Listed(
        id=submission.public_id,
        filename=submission.filename,
        language=submission.language,
        state=JobState(job.state) if job else None,
        created_at=submission.created_at,
    )
