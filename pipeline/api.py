"""The JSON API for submitting code, and what is left of the limit. Services do the work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from ninja import Header, Router
from pydantic import BaseModel, ConfigDict, Field

from accounts.api_access import SIGNED_IN, SUBMITTERS
from accounts.models import User
from billing.limit_headers import tell_allowance
from billing.limits import allowance
from operations import api_headers
from operations.problems import Problem
from pipeline import services
from pipeline.api_values import ANY_LANGUAGE, CODE, COMMENTS, LONGEST_PATH, SARIF, Key
from pipeline.bursts import count_submission
from pipeline.models import JobState

router = Router(tags=["code"], auth=SIGNED_IN)
IdempotencyKey = Annotated[
    Key | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 printable ASCII characters of your choice. Sending the same again "
        "with the same key has no second effect and gets the first answer.",
    ),
]

LIMITS = {"RateLimit_Policy": api_headers.POLICY, "RateLimit": api_headers.LEFT}
REPLAYED = api_headers.field("of answers given before", always=False, const="true")
ACCEPTED = api_headers.on(
    202,
    Location=api_headers.field("where its status is"),
    Idempotency_Replayed=REPLAYED,
    **LIMITS,
)
ACCEPTED[202]["links"] = {
    procedure: {
        "operationId": f"code.{procedure}",
        "parameters": {"query.id": "$response.body#/id"},
    }
    for procedure in ("getJobStatus", "getResult", "getFindings")
}


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
    response={202: Accepted, (409, 429): Problem},
    openapi_extra={"responses": {**ACCEPTED, **api_headers.on(429, **LIMITS)}},
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
    response = JsonResponse(receipt.answer, status=202)
    status = reverse("api:code.getJobStatus")
    response["Location"] = f"{status}?{urlencode({'id': receipt.answer['id']})}"
    if receipt.replayed:
        response["Idempotency-Replayed"] = "true"
    tell_allowance(response, allowance(_user(request)))
    return response


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
