"""The JSON API for submitting code, and what is left of the limit. Services do the work."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from accounts.api_access import SIGNED_IN, SUBMITTERS
from accounts.models import User
from billing.limit_headers import tell_allowance
from billing.limits import allowance
from operations import api_headers
from operations.problems import Problem
from pipeline import services
from pipeline.api_accepting import ACCEPTED, LIMITS, IdempotencyKey, accepted
from pipeline.api_values import ANY_LANGUAGE, CODE, COMMENTS, LONGEST_PATH, SARIF
from pipeline.bursts import count_submission
from pipeline.models import JobState

router = Router(tags=["code"], auth=SIGNED_IN)


class RateLimit(BaseModel):
    """What may still be submitted today; null means without limit."""

    limit: int | None
    used: int
    remaining: int | None
    resets_at: datetime


class NewSubmission(BaseModel):
    """Code to be looked at."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(json_schema_extra=CODE)
    language: str | None = Field(
        None, description="null: by the ending of the file name", json_schema_extra=ANY_LANGUAGE
    )
    filename: str = Field("", max_length=LONGEST_PATH, description="its last part counts")
    comments: str = Field("", json_schema_extra=COMMENTS)
    sarif: str = Field(
        "",
        description="SARIF 2.1.0 log of another tool about this file, as text",
        json_schema_extra=SARIF,
    )


class Accepted(BaseModel):
    """A submission that was stored and waits to be run."""

    id: str
    state: JobState
    language: str
    filename: str


@router.get(
    "/getRateLimit",
    operation_id="code.getRateLimit",
    response=RateLimit,
    openapi_extra={"responses": api_headers.on(200, **LIMITS)},
)
def get_rate_limit(request: HttpRequest, response: HttpResponse) -> RateLimit:
    """What is left of today's limit, and when it starts anew."""
    left = allowance(_user(request))
    tell_allowance(response, left)
    return RateLimit.model_validate(left, from_attributes=True)


@router.post(
    "/submit",
    operation_id="code.submit",
    auth=SUBMITTERS,
    response={202: Accepted, 409: Problem},
    openapi_extra=ACCEPTED,
)
def submit(
    request: HttpRequest, sent: NewSubmission, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Hand in code. Its run is queued; ask for its status at the address in Location."""
    if too_many := count_submission(request):
        raise too_many
    receipt = services.accept(
        user=_user(request),
        draft=services.check(**sent.model_dump()),
        idempotency_key=idempotency_key,
    )
    return accepted(receipt, _user(request))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
