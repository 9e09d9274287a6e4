"""Errors of the JSON API as problem details (RFC 9457), the same wherever a request fails."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, JsonResponse
from pydantic import BaseModel, Field

from operations import request_ids

API_PATH = "/api/v1/"
LIKE_API_PATH = re.compile(r"/+api/+v[0-9]+(/|$)")
CONTENT_TYPE = "application/problem+json"
TYPE = "urn:ai-to-production:problem:"


class Problem(BaseModel):
    """What went wrong. ``type`` never changes its meaning; ``detail`` is for people."""

    type: str = Field(description=f"{TYPE} and a name, such as {TYPE}daily-limit-reached")
    title: str
    status: int
    detail: str
    request_id: str | None = Field(
        None, description="under which the log and the audit log know of it; also in X-Request-ID"
    )
    field: str | None = Field(None, description="which field is wrong, where one is")
    submission: str | None = Field(None, description="id of the submission that it is about")
    errors: list[dict[str, str]] | None = Field(
        None, description="what does not fit the schema: each with where and message"
    )


def problem(
    kind: str, status: int, detail: str, *, retry_after: int | None = None, **more: Any
) -> JsonResponse:
    """The response for a problem. ``more`` are further fields of Problem, left out when None."""
    body = Problem(
        type=TYPE + kind,
        title=kind.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        request_id=request_ids.current(),
        **more,
    )
    response = JsonResponse(
        body.model_dump(exclude_none=True), status=status, content_type=CONTENT_TYPE
    )
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def is_api(request: HttpRequest) -> bool:
    """Whether whoever asks is a program, which wants a problem and not a page.

    Also one that put its address together wrongly, as of a base that ends with a slash.
    """
    return LIKE_API_PATH.match(request.path) is not None
