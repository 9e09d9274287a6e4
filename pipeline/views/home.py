"""The start page with its form, handing in, and the history."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from billing.limits import LimitReached, allowance
from pipeline import services
from pipeline.defaults import example_code
from pipeline.forms import SubmissionForm
from pipeline.models import Submission
from pipeline.views.access import get_submission_for_user
from pipeline.views.history import rows_of

PER_PAGE = 25


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the product does; for people who are signed in, the form."""
    if not request.user.is_authenticated:
        return render(request, "pipeline/home.html")
    return _form_page(request, SubmissionForm(initial=_prefilled(request)))


def _prefilled(request: HttpRequest) -> dict[str, str]:
    """What the form starts with: the example, an earlier submission, or nothing."""
    if "example" in request.GET:
        return {"code": example_code(), "language": "python"}
    if "from" in request.GET:
        earlier = get_submission_for_user(cast(User, request.user), request.GET["from"])
        return {
            "code": earlier.code,
            "language": earlier.language,
            "comments": earlier.comments,
        }
    return {}


def _form_page(request: HttpRequest, form: SubmissionForm, status: int = 200) -> HttpResponse:
    context = {
        "section": "home",
        "form": form,
        "allowance": allowance(cast(User, request.user)),
        "max_size": f"{settings.MAX_CODE_SIZE_BYTES:,} bytes",
    }
    return render(request, "pipeline/home.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submissions(request: HttpRequest) -> HttpResponse:
    """GET: what the user has handed in. POST: hand in one more."""
    return _submit(request) if request.method == "POST" else _history(request)


def _submit(request: HttpRequest) -> HttpResponse:
    form = SubmissionForm(request.POST, request.FILES)
    valid = form.is_valid()
    try:
        code, filename = _text_of(form)
        form.data = _with_code(form.data, code)
        if not valid:
            return _form_page(request, form, 422)
        submission = _hand_in(request, form, code, filename)
    except services.InvalidSubmission as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _form_page(request, form, refusal.status)
    except LimitReached as reached:
        return _limit_page(request, form, reached)
    return redirect(submission)


def _text_of(form: SubmissionForm) -> tuple[str, str]:
    """The code and its file name; a chosen file counts, and not the text.

    Raises InvalidSubmission for a file that is not text.
    """
    upload = form.upload()
    if upload is None:
        return str(form.cleaned_data.get("code", "")), ""
    return services.decode_upload(upload.read()), upload.name or ""


def _with_code(data: Any, code: str) -> Any:
    """The form's data with the code as text: a browser does not send its file a second time."""
    kept = data.copy()
    if code:
        kept["code"] = code
    return kept


def _hand_in(request: HttpRequest, form: SubmissionForm, code: str, filename: str) -> Submission:
    return services.submit(
        user=cast(User, request.user),
        code=code,
        language=form.cleaned_data["language"] or None,
        filename=filename,
        comments=form.cleaned_data["comments"],
    )


def _limit_page(request: HttpRequest, form: SubmissionForm, reached: LimitReached) -> HttpResponse:
    """429: the form with everything in it, and when to come back."""
    form.add_error(None, str(reached))
    response = _form_page(request, form, 429)
    seconds = max(1, int((reached.resets_at - timezone.now()).total_seconds()))
    response["Retry-After"] = str(seconds)
    return response


def _history(request: HttpRequest) -> HttpResponse:
    owned = Submission.objects.filter(user=cast(User, request.user)).select_related("current_job")
    page = Paginator(owned, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows_of(list(page.object_list))}
    return render(request, "pipeline/history.html", context)
