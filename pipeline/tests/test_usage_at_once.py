"""Jobs of one user that end together, while late answers make the day be counted anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from pipeline import services, transitions, usage
from pipeline.leases import Failure, Lease
from pipeline.models import Job, Step
from pipeline.reconciliation import recent_days, reconcile
from pipeline.tests.priced import queued, used
from pipeline.tests.test_retries_at_once import at_once
from providers.models import ProviderCall

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = 9
FAILURE = Failure("server", "It failed.")


@pytest.fixture(autouse=True)
def without_limit(settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1_000


def call(job: Job, cost: int) -> None:
    ProviderCall.objects.create(
        call_id=uuid4(), provider_name="Acme", model="large", job_id=job.pk, step=Step.FORENSIC,
        state=ProviderCall.State.SUCCEEDED, started_at=timezone.now(), cost_microdollars=cost,
        input_tokens=1, output_tokens=1,
    )  # fmt: skip


def claimed(job: Job) -> Lease:
    lease = transitions.claim(job.pk, "somebody")
    assert lease is not None
    return lease


@transaction.atomic
def answer_late(job: Job, cost: int) -> None:
    call(job, cost)
    usage.count_late(job.pk)


def ends(user: User, job: Job, number: int) -> Callable[[], object]:
    """How the job ends, each in another way."""
    lease = claimed(job)
    ways: list[Callable[[], object]] = [
        partial(transitions.succeed, lease),
        partial(transitions.give_up, lease, FAILURE),
        partial(services.cancel, submission=job.submission, by=user),
    ]
    return ways[number % len(ways)]


def test_it_loses_and_doubles_nothing(alice: User) -> None:
    jobs = [queued(alice) for _ in range(JOBS)]
    for number, job in enumerate(jobs):
        call(job, cost=10**number)
    acts = [ends(alice, job, number) for number, job in enumerate(jobs)]
    late = [partial(answer_late, job, 10 ** (JOBS + number)) for number, job in enumerate(jobs[:4])]
    at_once(*acts, *late)
    assert used(alice).cost_microdollars == int("1" * (JOBS + 4))
    assert reconcile(recent_days()).agrees
