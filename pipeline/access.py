"""The one place that decides whose submission may be seen."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404

from accounts.models import User
from pipeline.models import Job, Submission
from pipeline.standing import Standing, standing_of

NO_SUCH = "There is no such submission of yours."
NO_RUN = "There is no such submission of yours, or it was never run."
MOST_RUNS = 100_000  # of one submission; what an address says beyond that is no number of a run


def get_submission_for_user(
    user: User, public_id: str, *, code: bool = True, run: int | None = None
) -> Submission:
    """The user's own submission with its current job; without its code it is a light row to poll,
    with what a model is writing for it.

    ``run`` puts an earlier run, 1 for the first, in the place of the current job: for reading only.
    Raises Http404 for a foreign one as for an unknown one, so that nobody learns which exist.
    """
    owned = Submission.objects.select_related("current_job").filter(user=user)
    if not code:
        owned = owned.select_related("current_job__growing_answer").defer("code", "comments")
    submission = owned.filter(public_id=public_id).first()
    # Some databases compare text without case; an id is exact.
    if submission is None or submission.public_id != public_id:
        raise Http404(NO_SUCH)
    if run is not None:
        submission.current_job = _run_of(submission, run)
    return submission


def _run_of(submission: Submission, number: int) -> Job:
    """Raises Http404."""
    if not 1 <= number <= MOST_RUNS:
        raise Http404("There is no such run.")
    runs = submission.jobs.order_by("pk")
    job = next(iter(runs[number - 1 : number]), None)
    if job is None:
        raise Http404("There is no such run.")
    return job


def get_standing_for_user(user: User, public_id: str) -> Standing:
    """How the run of the user's own submission stands. One query. Raises Http404 as above, also
    for one that was never run.
    """
    standing = standing_of(Submission.objects.filter(user=user, public_id=public_id))
    if standing is None or standing.public_id != public_id:
        raise Http404(NO_RUN)
    return standing


def get_submissions_for_user(user: User, public_ids: Sequence[str]) -> list[Submission]:
    """Several of the user's own submissions without their code, in this order.

    Raises Http404 if one of them is not the user's, or unknown.
    """
    owned = Submission.objects.filter(user=user, public_id__in=public_ids)
    found = {row.public_id: row for row in owned.defer("code", "comments")}
    if set(public_ids) - found.keys():
        raise Http404(NO_SUCH)
    return [found[public_id] for public_id in public_ids]
