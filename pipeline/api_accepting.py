"""What operations of the JSON API that queue a run have in common: the key and the answer."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from ninja import Header

from accounts.models import User
from billing.limit_headers import tell_allowance
from billing.limits import allowance
from operations import api_headers
from pipeline.api_values import Key
from pipeline.services import Receipt

IdempotencyKey = Annotated[
    Key | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 printable ASCII characters of your choice. Sending the same again "
        "with the same key has no second effect and gets the first answer.",
    ),
]
LIMITS = {"RateLimit_Policy": api_headers.POLICY, "RateLimit": api_headers.LEFT}
_REPLAYED = api_headers.field("of answers given before", always=False, const="true")
_FOLLOWED_BY = ("getJobStatus", "getResult", "getFindings", "getRuns")


def _described() -> dict[str, dict[int, Any]]:
    accepted = api_headers.on(
        202,
        Location=api_headers.field("where its status is"),
        Idempotency_Replayed=_REPLAYED,
        **LIMITS,
    )
    accepted[202]["links"] = {
        procedure: {
            "operationId": f"code.{procedure}",
            "parameters": {"query.id": "$response.body#/id"},
        }
        for procedure in _FOLLOWED_BY
    }
    return {"responses": accepted}


ACCEPTED = _described()


def accepted(receipt: Receipt, user: User) -> HttpResponse:
    """202 with the answer of the first time, where to ask on, and what is left of the limit."""
    response = JsonResponse(receipt.answer, status=202)
    status = reverse("api:code.getJobStatus")
    response["Location"] = f"{status}?{urlencode({'id': receipt.answer['id']})}"
    if receipt.replayed:
        response["Idempotency-Replayed"] = "true"
    tell_allowance(response, allowance(user))
    return response
