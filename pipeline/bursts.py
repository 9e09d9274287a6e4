"""How much one user may send within a minute: submissions, on the page and through the API alike,
and questions of the page about what one would take."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.bursts import seconds_to_wait
from operations import runtime_config
from pipeline.parameters import SUBMISSIONS_PER_MINUTE
from pipeline.refusals import TooManyAtOnce

ESTIMATES_PER_MINUTE = 180  # the page asks at most this often while somebody types


def count_estimate(request: HttpRequest) -> TooManyAtOnce | None:
    """Count one question for an estimate; the refusal if it is too many."""
    who = str(request.user.pk)
    seconds = seconds_to_wait(request, group="estimate", who=who, per_minute=ESTIMATES_PER_MINUTE)
    return TooManyAtOnce(ESTIMATES_PER_MINUTE, seconds, what="Estimates") if seconds else None


def count_submission(request: HttpRequest) -> TooManyAtOnce | None:
    """Count one that the signed-in user sends, accepted or not; the refusal if it is too many."""
    allowed = runtime_config.number(SUBMISSIONS_PER_MINUTE.name)
    seconds = seconds_to_wait(request, group="submit", who=str(request.user.pk), per_minute=allowed)
    return TooManyAtOnce(allowed, seconds) if seconds else None
