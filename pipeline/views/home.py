"""The start page: what the product does, and the form with all that people should know before."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from billing.limits import allowance
from pipeline import routing
from pipeline.defaults import EXAMPLE, example_code
from pipeline.forms import SubmissionForm
from pipeline.views.access import get_submission_for_user


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the product does; for people who are signed in, the form."""
    if not request.user.is_authenticated:
        return render(request, "pipeline/home.html")
    return form_page(request, SubmissionForm(initial=_prefilled(request)))


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


def form_page(request: HttpRequest, form: SubmissionForm, status: int = 200) -> HttpResponse:
    """The start page around a form; a visitor who sent one gets it back too, without a limit."""
    context: dict[str, Any] = {
        "section": "home",
        "form": form,
        "routes": routing.routes().items(),
        "max_size": f"{settings.MAX_CODE_SIZE_BYTES:,} bytes",
    }
    if request.user.is_authenticated:
        context["allowance"] = allowance(request.user)
    return render(request, "pipeline/home.html", context, status=status)
