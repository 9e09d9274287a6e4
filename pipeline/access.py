"""The one place that decides whose submission may be seen."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404

from accounts.models import User
from pipeline.listing import rows_of
from pipeline.models import Submission
from pipeline.standing import Standing, standing_of

NO_SUCH = "There is no such submission of yours."
NO_RUN = "There is no such submission of yours, or it was never run."


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
        raise Http404(NO_SUCH)
    return submission


def get_standing_for_user(user: User, public_id: str) -> Standing:
    """How the run of the user's own submission stands. One query. Raises Http404 as above, also
    for one that was never run.
    """
    standing = standing_of(Submission.objects.filter(user=user, public_id=public_id))
    if standing is None or standing.public_id != public_id:
        raise Http404(NO_RUN)
    return standing


def get_submissions_for_user(user: User, public_ids: Sequence[str]) -> list[Submission]:
    """Several of the user's own submissions as listing.rows_of gives them, in this order.

    Raises Http404 if one of them is not the user's, or unknown.
    """
    owned = Submission.objects.filter(user=user, public_id__in=public_ids)
    keys = {public_id: key for key, public_id in owned.values_list("pk", "public_id")}
    if set(public_ids) - keys.keys():
        raise Http404(NO_SUCH)
    return rows_of([keys[public_id] for public_id in public_ids])
