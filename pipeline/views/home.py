"""The start page: what the product does, and the form with all that people should know before."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from billing.limits import allowance
from pipeline import routing
from pipeline.access import get_submission_for_user
from pipeline.defaults import EXAMPLE, example_code
from pipeline.estimate import Size
from pipeline.forms import SubmissionForm, new_token
from pipeline.views.estimating import estimated


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the product does; for people who are signed in, the form.

    A browser may keep it, so that what was typed is there on the way back, but not stored code.
    """
    if request.user.is_authenticated:
        response = form_page(request, SubmissionForm(initial=_prefilled(request)))
    else:
        response = render(request, "pipeline/home.html")
    if "from" not in request.GET:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _prefilled(request: HttpRequest) -> dict[str, str]:
    """What the form starts with: the example, an earlier submission, or nothing."""
    if "example" in request.GET:
        return {"code": example_code(), "language": "python", "filename": EXAMPLE.name}
    if "from" in request.GET:
        earlier = get_submission_for_user(cast(User, request.user), request.GET["from"])
        return {
            "code": earlier.code,
            "language": earlier.language,
            "filename": earlier.filename,
            "comments": earlier.comments,
        }
    return {}


def form_page(
    request: HttpRequest, form: SubmissionForm, status: int = 200, **extra: Any
) -> HttpResponse:
    """The start page around a form; a visitor who sent one gets it back too, without a limit."""
    if form.is_bound and not form.data.get("token"):
        form.keep(token=new_token())
    routes = routing.routes()
    context: dict[str, Any] = {"section": "home", "form": form, "routes": routes.items()}
    if request.user.is_authenticated:
        context["allowance"] = allowance(request.user)
        size = Size(_bytes_in(form, "code"), _bytes_in(form, "comments"))
        context |= estimated(routes, size, request.user)
        context["sends_code"] = any(route.targets for route in routes.values())
    return render(request, "pipeline/home.html", context | extra, status=status)


def _bytes_in(form: SubmissionForm, name: str) -> int:
    """How much the form holds under a name, at most what may be sent."""
    size = len(str(form[name].value() or "").encode("utf-8", "replace"))
    return min(size, settings.MAX_CODE_SIZE_BYTES)
