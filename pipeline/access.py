"""The one place that decides whose submission may be seen."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from pipeline.models import Submission


def get_submission_for_user(user: User, public_id: str, *, code: bool = True) -> Submission:
    """The user's own submission with its current job and what a model writes for it; without its
    code it is a light row to poll.

    Raises Http404 for a foreign one as for an unknown one, so that nobody learns which exist.
    """
    owned = Submission.objects.select_related("current_job__growing_answer").filter(user=user)
    if not code:
        owned = owned.defer("code", "comments")
    submission = owned.filter(public_id=public_id).first()
    # Some databases compare text without case; an id is exact.
    if submission is None or submission.public_id != public_id:
        raise Http404("There is no such submission of yours.")
    return submission
