"""Handing in code, and the history of what was handed in. Whatever is refused comes back whole."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from billing.limits import LimitReached
from pipeline import services
from pipeline.bursts import count_submission
from pipeline.forms import SubmissionForm, new_token
from pipeline.models import Submission
from pipeline.views.history import history
from pipeline.views.home import form_page

SENT_BEFORE = (
    "This form was sent before, with other content, and became a submission then. Submit it again "
    "to make another one of what is in it now."
)
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
        return history(request)
    return _submit(request) if request.user.is_authenticated else give_back(request)


def give_back(request: HttpRequest) -> HttpResponse:
    """403 with all that was typed or chosen still in the form: nobody types it a second time."""
    form = kept_form(request)
    form.add_error(None, OLD_FORM if request.user.is_authenticated else SIGNED_OUT)
    return form_page(request, form, 403)


def kept_form(request: HttpRequest) -> SubmissionForm:
    """The form as it was sent, with a file's content as text, ready to be given back."""
    form = SubmissionForm(request.POST, request.FILES)
    form.is_valid()
    try:
        _read_text(form)
    except services.InvalidSubmission as refusal:
        form.add_error(refusal.field, refusal.message)
    if not form.data.get("token"):
        form.keep(token=new_token())
    return form


def _submit(request: HttpRequest) -> HttpResponse:
    form = SubmissionForm(request.POST, request.FILES)
    valid = form.is_valid()
    too_many = count_submission(request)
    try:
        code, filename = _read_text(form)
        if too_many:
            raise too_many
        if not valid:
            return form_page(request, form, 422)
        submission = _hand_in(request, form, code, filename)
    except services.Refusal as refusal:
        return _refused(request, form, refusal)
    except LimitReached as reached:
        form.add_error(None, str(reached))
        return _later(form_page(request, form, 429), reached.retry_after)
    return redirect(submission)


def _read_text(form: SubmissionForm) -> tuple[str, str]:
    """The code and its file name; a chosen file counts, and not the text.

    Both stand in the form as text from then on: a browser does not send its file a second time.
    Raises InvalidSubmission for a file that is not text.
    """
    code, filename = _text_of(form)
    form.keep(**{name: text for name, text in (("code", code), ("filename", filename)) if text})
    return code, filename


def _text_of(form: SubmissionForm) -> tuple[str, str]:
    upload = form.upload()
    if upload is None:
        return str(form.cleaned_data.get("code", "")), str(form.cleaned_data.get("filename", ""))
    return services.decode_upload(upload.read()), upload.name or ""


def _sarif_of(form: SubmissionForm) -> str:
    """Raises InvalidSubmission for a file that is not text."""
    upload = form.upload("sarif")
    if upload is None:
        return ""
    try:
        return services.decode_upload(upload.read())
    except services.InvalidSubmission as refusal:
        raise services.InvalidSubmission(
            f"The SARIF file cannot be read. {refusal.message}", field="sarif"
        ) from None


def _hand_in(request: HttpRequest, form: SubmissionForm, code: str, filename: str) -> Submission:
    return services.submit(
        user=cast(User, request.user),
        code=code,
        language=form.cleaned_data["language"] or None,
        filename=filename,
        comments=form.cleaned_data["comments"],
        sarif=_sarif_of(form),
        idempotency_key=form.cleaned_data["token"] or None,
    )


def _refused(request: HttpRequest, form: SubmissionForm, refusal: services.Refusal) -> HttpResponse:
    """The form with everything in it and the reason, ready to be sent again."""
    if isinstance(refusal, services.KeyReused):
        form.keep(token=new_token())
        form.add_error(None, SENT_BEFORE)
        return form_page(request, form, refusal.status, made_before=refusal.submission)
    if isinstance(refusal, services.InvalidKey):
        form.keep(token=new_token())
    field = getattr(refusal, "field", None)
    form.add_error(field if field in form.fields else None, refusal.message)
    return _later(form_page(request, form, refusal.status), refusal.retry_after)


def _later(response: HttpResponse, seconds: int | None) -> HttpResponse:
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response
