"""The JSON API for the runs of a submission: run it again, cancel, delete, and take the report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field

from accounts.api_access import SIGNED_IN, SUBMITTERS
from accounts.models import User
from operations.api_lists import PageNumber, PageOf, PageSize, RowId, page_of_list
from operations.attachments import attachment
from operations.problems import Problem
from pipeline import runs, services
from pipeline.access import MOST_RUNS, get_submission_for_user
from pipeline.api_accepting import ACCEPTED, IdempotencyKey, accepted
from pipeline.api_values import Id, PublicId
from pipeline.bursts import count_submission
from pipeline.forms import new_token
from pipeline.models import JobState, Step
from pipeline.refusals import InvalidChoice
from pipeline.reports.result import report_of
from pipeline.routing import Choice
from pipeline.runs import Run
from providers.models import LONGEST_MODEL_NAME

router = Router(tags=["code"], auth=SIGNED_IN)
KINDS = {
    "markdown": "text/markdown",
    "json": "application/json",
    "sarif": "application/sarif+json",
}
A_REPORT: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The report, as a file to keep",
            "content": {
                KINDS["markdown"]: {"schema": {"type": "string"}},
                KINDS["json"]: {"schema": {"type": "object"}},
                KINDS["sarif"]: {"schema": {"type": "object"}},
            },
        }
    }
}


class Chosen(BaseModel):
    """What is to run a step; without a provider the built-in engine."""

    model_config = ConfigDict(extra="forbid")

    provider: RowId | None = None
    model: Annotated[str, Field(max_length=LONGEST_MODEL_NAME)] = ""


class Choosable(BaseModel):
    """What a step may be run with: send ``provider`` and ``model`` as they are."""

    provider: int | None
    model: str
    engine: str = Field(description="in words")


class NewRun(BaseModel):
    """A submission to run again; steps that nothing is chosen for go the way that is set."""

    model_config = ConfigDict(extra="forbid")

    id: PublicId = Field(description="id of a submission of yours")
    forensic: Chosen | None = None
    rebuilder: Chosen | None = None
    quality: Chosen | None = None


class OwnSubmission(BaseModel):
    """A submission of yours."""

    model_config = ConfigDict(extra="forbid")

    id: PublicId = Field(description="id of a submission of yours")


class QueuedRun(BaseModel):
    """A submission whose new run waits."""

    id: str


class CancelledRun(BaseModel):
    """``unit_returned`` says whether it costs nothing of the day's limit."""

    id: str
    state: Literal["cancelled"] = "cancelled"
    unit_returned: bool


class ListedRun(BaseModel):
    """One run. ``cost_microdollars`` is null where no call's cost is known, 0 without a model."""

    number: int
    state: JobState
    forensic: str | None = Field(description="what ran the step, or was chosen for it")
    rebuilder: str | None
    quality: str | None
    confidence: str | None
    milliseconds: int | None
    cost_microdollars: int | None
    created_at: datetime
    finished_at: datetime | None


@router.get("/getChoices", operation_id="code.getChoices", response=PageOf[Choosable])
def get_choices(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25
) -> dict[str, Any]:
    """What a step of your code may be run with when you run it again."""
    offered = [
        Choosable(provider=choice.provider_id, model=choice.model, engine=choice.engine)
        for choice in services.choices_for(_user(request))
    ]
    return page_of_list(offered, page, page_size)


@router.post(
    "/runAgain",
    operation_id="code.runAgain",
    auth=SUBMITTERS,
    response={202: QueuedRun, (404, 409): Problem},
    openapi_extra=ACCEPTED,
)
def run_again(
    request: HttpRequest, sent: NewRun, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Run a submission again, whose last run has ended. Counts as one submission."""
    user = _user(request)
    submission = get_submission_for_user(user, sent.id, code=False)
    if too_many := count_submission(request):
        raise too_many
    receipt = services.run_again(
        submission=submission,
        by=user,
        chosen=_chosen(sent, services.choices_for(user)),
        idempotency_key=new_token() if idempotency_key is None else idempotency_key,
    )
    return accepted(receipt, user)


@router.post(
    "/cancel",
    operation_id="code.cancel",
    auth=SUBMITTERS,
    response={200: CancelledRun, (404, 409): Problem},
)
def cancel(request: HttpRequest, sent: OwnSubmission) -> CancelledRun:
    """End a run that has not ended. What it did until then stays readable."""
    user = _user(request)
    submission = get_submission_for_user(user, sent.id, code=False)
    cancelled = services.cancel(submission=submission, by=user)
    return CancelledRun(id=submission.public_id, unit_returned=cancelled.unit_returned)


@router.post(
    "/delete",
    operation_id="code.delete",
    auth=SUBMITTERS,
    response={204: None, 404: Problem},
)
def delete(request: HttpRequest, sent: OwnSubmission) -> Status[None]:
    """Delete a submission for good, with all that came of it; a run of it is cancelled first."""
    user = _user(request)
    submission = get_submission_for_user(user, sent.id, code=False)
    services.delete_submission(submission=submission, by=user)
    return Status(204, None)


@router.get(
    "/getRuns", operation_id="code.getRuns", response={200: PageOf[ListedRun], 404: Problem}
)
def get_runs(
    request: HttpRequest, id: Id, page: PageNumber = 1, page_size: PageSize = 25
) -> dict[str, Any]:
    """The runs of a submission, the newest first, 50 at most."""
    submission = get_submission_for_user(_user(request), id, code=False)
    newest_first = runs.runs_of(submission)[::-1]
    return page_of_list([_listed(run) for run in newest_first], page, page_size)


@router.get(
    "/getReport",
    operation_id="code.getReport",
    response={404: Problem},
    openapi_extra=A_REPORT,
)
def get_report(
    request: HttpRequest,
    id: Id,
    format: Annotated[Literal["markdown", "json", "sarif"], Query()],
    run: Annotated[int | None, Query(ge=1, le=MOST_RUNS, description="null: the newest")] = None,
) -> HttpResponse:
    """The report on a run that has ended, with what stands for its findings."""
    submission = get_submission_for_user(_user(request), id, run=run)
    filename, text = report_of(submission, format)
    return attachment(text, filename, KINDS[format])


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _chosen(sent: NewRun, offered: tuple[Choice, ...]) -> dict[Step, Choice]:
    """Raises InvalidChoice for what is not offered."""
    named = {(choice.provider_id, choice.model): choice for choice in offered}
    wanted: dict[Step, Chosen | None] = {step: getattr(sent, step) for step in Step}
    try:
        return {
            step: named[choice.provider, choice.model]
            for step, choice in wanted.items()
            if choice is not None
        }
    except KeyError as error:
        raise InvalidChoice(
            "A step can not be run with that. code.getChoices tells what may be chosen."
        ) from error


def _listed(run: Run) -> ListedRun:
    engines = {step.value: run.engines.get(step) for step in Step}
    return ListedRun(
        **engines,
        number=run.number,
        state=JobState(run.job.state),
        confidence=run.confidence,
        milliseconds=run.milliseconds,
        cost_microdollars=run.cost if run.asked else 0,
        created_at=run.job.created_at,
        finished_at=run.job.finished_at,
    )
