"""Handing in code, and the history of what was handed in. Whatever is refused comes back whole."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from billing.limits import LimitReached
from pipeline import services
from pipeline.forms import SubmissionForm
from pipeline.models import Submission
from pipeline.views.history import rows_of
from pipeline.views.home import form_page

PER_PAGE = 25
SIGNED_OUT = (
    "You are not signed in. What you sent is kept in the form below. Sign in in a new tab, come "
    "back to this page and submit it again."
)
OLD_FORM = (
    "You signed in or out after this page was opened, so its security token was too old. What you "
    "sent is kept in the form below, which has a new one. Submit it again."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submissions(request: HttpRequest) -> HttpResponse:
    """GET: what the user has handed in. POST: hand in one more."""
    if request.method != "POST":
        return _history(request)
    return _submit(request) if request.user.is_authenticated else give_back(request)


def give_back(request: HttpRequest) -> HttpResponse:
    """403 with all that was typed or chosen still in the form: nobody types it a second time."""
    form = SubmissionForm(request.POST, request.FILES)
    form.is_valid()
    try:
        form.data = _with_text(form.data, *_text_of(form))
    except services.InvalidSubmission as refusal:
        form.add_error(refusal.field, refusal.message)
    form.add_error(None, OLD_FORM if request.user.is_authenticated else SIGNED_OUT)
    return form_page(request, form, 403)


def _submit(request: HttpRequest) -> HttpResponse:
    form = SubmissionForm(request.POST, request.FILES)
    valid = form.is_valid()
    try:
        code, filename = _text_of(form)
        form.data = _with_text(form.data, code, filename)
        if not valid:
            return form_page(request, form, 422)
        submission = _hand_in(request, form, code, filename)
    except services.InvalidSubmission as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return form_page(request, form, refusal.status)
    except LimitReached as reached:
        return _limit_page(request, form, reached)
    return redirect(submission)


def _text_of(form: SubmissionForm) -> tuple[str, str]:
    """The code and its file name; a chosen file counts, and not the text.

    Raises InvalidSubmission for a file that is not text.
    """
    upload = form.upload()
    if upload is None:
        return str(form.cleaned_data.get("code", "")), str(form.cleaned_data.get("filename", ""))
    return services.decode_upload(upload.read()), upload.name or ""


def _with_text(data: Any, code: str, filename: str) -> Any:
    """The form's data with the code as text: a browser does not send its file a second time."""
    kept = data.copy()
    if code:
        kept["code"] = code
    if filename:
        kept["filename"] = filename
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
    response = form_page(request, form, 429)
    seconds = max(1, int((reached.resets_at - timezone.now()).total_seconds()))
    response["Retry-After"] = str(seconds)
    return response


@login_required
def _history(request: HttpRequest) -> HttpResponse:
    owned = Submission.objects.filter(user=cast(User, request.user)).select_related("current_job")
    page = Paginator(owned, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows_of(list(page.object_list))}
    return render(request, "pipeline/history.html", context)
