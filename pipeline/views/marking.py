"""Takes what people say of a finding; what cannot stand comes back in its form."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from pipeline import finding_life
from pipeline.access import get_submission_for_user
from pipeline.finding_life import Mark
from pipeline.models import FindingState
from pipeline.refusals import InvalidMark
from pipeline.views.runs import address_of
from pipeline.views.submission import detail_page
from pipeline.views.triage import Typed, anchor_of


@require_POST
def finding_mark(
    request: HttpRequest, public_id: str, fingerprint: str, run: int | None = None
) -> HttpResponse:
    """Mark a finding and go back to where it stands; what cannot stand comes back in its form.

    The form's own address tells the page and the filters of the list that it stands in.
    """
    user = cast(User, request.user)
    submission = get_submission_for_user(user, public_id, run=run)
    try:
        said = _said(request.POST)
        found = finding_life.mark(user, submission, fingerprint, said)
    except InvalidMark as refused:
        typed = Typed(
            fingerprint,
            refused.message,
            *(request.POST.get(name, "") for name in ("state", "reason", "expires_on")),
        )
        return detail_page(request, submission, run=run, tab="findings", typed=typed, status=422)
    messages.info(request, f"{found.title}: {found.get_state_display()}.")
    place = request.GET.copy()
    place["tab"] = "findings"
    return redirect(f"{address_of(submission, run)}?{place.urlencode()}#{anchor_of(fingerprint)}")


def _said(sent: QueryDict) -> Mark:
    """Raises InvalidMark. The form always has the day; only an accepted risk has a use for it."""
    state = finding_life.state_named(sent.get("state", ""))
    day = sent.get("expires_on", "") if state == FindingState.ACCEPTED else ""
    return Mark(state, sent.get("reason", ""), finding_life.day_named(day))
