"""What a submission would take, asked for while it is typed. Only sizes are sent, no code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from billing import plans
from billing.models import NO_PLAN
from pipeline import routing
from pipeline.bursts import count_estimate
from pipeline.estimate import TYPICAL_BYTES, Size, estimate
from pipeline.intake import MAX_COMMENTS
from pipeline.models import Step
from pipeline.routing import StepRoute

MOST_COMMENT_BYTES = 4 * MAX_COMMENTS  # the longest UTF-8 there is
NOT_SIZES = "code_bytes and comment_bytes are whole numbers of bytes, such as code_bytes=1200."


@require_safe
def estimate_partial(request: HttpRequest) -> HttpResponse:
    """The estimate for ``code_bytes`` and ``comment_bytes``; without code that of an example."""
    too_many = count_estimate(request)
    if too_many:
        return HttpResponse(
            too_many.message,
            status=too_many.status,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(too_many.retry_after)},
        )
    code_bytes, comment_bytes = _size(request, "code_bytes"), _size(request, "comment_bytes")
    if code_bytes is None or comment_bytes is None:
        return HttpResponseBadRequest(NOT_SIZES, content_type="text/plain; charset=utf-8")
    if code_bytes > settings.MAX_CODE_SIZE_BYTES:
        context = {"too_large": settings.MAX_CODE_SIZE_BYTES}
        return render(request, "partials/estimate.html", context)
    size = Size(code_bytes, min(comment_bytes, MOST_COMMENT_BYTES))
    context = estimated(routing.routes(), size, cast(User, request.user))
    return render(request, "partials/estimate.html", context)


def estimated(routes: Mapping[Step, StepRoute], size: Size, user: User) -> dict[str, Any]:
    """What the partial needs; an example's size stands in for no code."""
    asked = size if size.code else Size(min(TYPICAL_BYTES, settings.MAX_CODE_SIZE_BYTES))
    by_models = any(route.targets for route in routes.values())
    plan = plans.name_of(user) if by_models else NO_PLAN
    return {"estimate": estimate(routes, asked, plan=plan), "typical": not size.code}


def _size(request: HttpRequest, name: str) -> int | None:
    """A size from the address; 0 where it is not given, None where it is no size."""
    text = request.GET.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
