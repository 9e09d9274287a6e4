"""The database goes away while jobs run: what a step gave is kept, no living worker loses a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import F

from operations import persistence
from pipeline import expiry, runner, transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import Job, JobState, Step, StepResult, Submission

pytestmark = pytest.mark.django_db
GONE = OperationalError(2013, "Lost connection to server during query")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persistence.time, "sleep", lambda seconds: None)


@pytest.fixture
def job(submission: Submission) -> Job:
    assert submission.current_job is not None
    return submission.current_job


def lose(monkeypatch: pytest.MonkeyPatch, *, after_commit: bool) -> None:
    """Let the first result meet a lost connection, before or after it was committed."""
    real: Callable[..., None] = transitions.store_result
    coming = iter([GONE])

    def store(*args: Any, **named: Any) -> None:
        if after_commit:
            real(*args, **named)
        for error in coming:
            raise error
        if not after_commit:
            real(*args, **named)

    monkeypatch.setattr(transitions, "store_result", store)


@pytest.mark.parametrize("after_commit", [False, True])
def test_it_runs_no_step_again_whose_result_met_a_lost_connection(
    after_commit: bool, job: Job, ran: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(monkeypatch, after_commit=after_commit)
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 1)
    assert ran == list(Step)
    assert StepResult.objects.filter(job=job).count() == len(Step)


def test_it_lets_living_workers_renew_after_an_outage(job: Job) -> None:
    transitions.claim(job.pk, "alive")
    Job.objects.update(lease_expires_at=F("claimed_at") - timedelta(seconds=60))
    persistence.note_outage(GONE)
    assert expiry.return_expired() == 0
    assert transitions.renew("alive", [job.pk]) == 1


def test_it_takes_jobs_back_once_that_time_is_over(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    transitions.claim(job.pk, "vanished")
    Job.objects.update(lease_expires_at=F("claimed_at") - timedelta(seconds=60))
    persistence.note_outage(GONE)
    monkeypatch.setattr(expiry, "SETTLE_SECONDS", 0.0)
    assert expiry.return_expired() == 1
