"""Lets jobs die in tests as a worker would."""

from __future__ import annotations

from accounts.models import User
from pipeline import services, transitions
from pipeline.leases import Failure
from pipeline.models import DeadLetter, Submission


def die(submission: Submission) -> DeadLetter:
    """End the submission's current run dead and return its letter."""
    submission.refresh_from_db()
    assert submission.current_job_id is not None
    lease = transitions.claim(submission.current_job_id, "worker")
    assert lease is not None
    transitions.give_up(lease, Failure("server", "It broke."))
    submission.refresh_from_db()
    return DeadLetter.objects.get(job=submission.current_job_id)


def dead_ones(user: User, count: int) -> list[DeadLetter]:
    """Letters of so many submissions."""
    return [die(services.submit(user=user, code="x", language="python")) for _ in range(count)]
