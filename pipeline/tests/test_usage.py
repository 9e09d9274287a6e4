"""What calls took stands in the user's day exactly once, however a job ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from billing.models import DailyUsage
from pipeline import defaults, expiry, services, transitions, usage
from pipeline.leases import Failure, Lease
from pipeline.models import Job, JobState, Step, Submission
from pipeline.tests.priced import queued, route, run, used
from providers.models import ApiProvider, ProviderCall

pytestmark = pytest.mark.django_db
State = ProviderCall.State
FAILURE = Failure("server", "It failed.")


@pytest.fixture(autouse=True)
def prompts(db: None) -> None:
    defaults.seed()


@pytest.fixture
def job(alice: User) -> Job:
    return queued(alice)


def call(job: Job, state: State = State.SUCCEEDED, **took: int | None) -> ProviderCall:
    return ProviderCall.objects.create(
        call_id=uuid4(),
        provider_name="Acme",
        model="large",
        job_id=job.pk,
        step=Step.FORENSIC,
        state=state,
        started_at=timezone.now(),
        **{"input_tokens": 100, "output_tokens": 20, "cost_microdollars": 7, **took},
    )


def claimed(job: Job) -> Lease:
    lease = transitions.claim(job.pk, "somebody")
    assert lease is not None
    return lease


def test_it_counts_what_every_step_cost(job: Job, alice: User, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider)
    assert run(job).state == JobState.SUCCEEDED
    results = list(job.results.all())
    counted = used(alice)
    assert counted.calls == 3
    assert counted.cost_microdollars == sum(r.cost_microdollars or 0 for r in results) > 0
    assert counted.input_tokens == sum(r.input_tokens or 0 for r in results) > 0
    assert counted.output_tokens == sum(r.output_tokens or 0 for r in results) > 0


def test_it_counts_the_calls_whose_price_is_unknown(
    job: Job, alice: User, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider, priced=False)
    run(job)
    counted = used(alice)
    assert (counted.calls, counted.unpriced_calls, counted.cost_microdollars) == (1, 1, 0)
    assert counted.input_tokens > 0


def test_it_counts_nothing_for_the_built_in_engine(job: Job, alice: User) -> None:
    run(job)
    assert used(alice) == usage.Figures()


def test_it_adds_up_the_jobs_of_a_day(alice: User) -> None:
    for job in (queued(alice), queued(alice)):
        lease = claimed(job)
        call(job)
        transitions.succeed(lease)
    assert used(alice) == usage.Figures(2, 0, 200, 40, 14)


def test_it_counts_the_cost_of_a_job_that_fails(job: Job, alice: User) -> None:
    lease = claimed(job)
    call(job, State.FAILED)
    transitions.fail(lease, FAILURE)
    assert used(alice).cost_microdollars == 7


def test_it_counts_every_attempt_of_a_job_that_dies(job: Job, alice: User) -> None:
    transitions.retry_later(claimed(job), FAILURE, timedelta(0))
    call(job)
    lease = claimed(job)
    call(job)
    transitions.give_up(lease, FAILURE)
    assert used(alice).cost_microdollars == 14


def test_it_counts_a_cancelled_job(job: Job, alice: User) -> None:
    claimed(job)
    call(job)
    services.cancel(submission=job.submission, by=alice)
    assert used(alice).cost_microdollars == 7


def test_it_counts_a_job_whose_worker_vanished_for_good(job: Job, alice: User) -> None:
    claimed(job)
    call(job)
    call(job, State.INTENT, input_tokens=None, output_tokens=None, cost_microdollars=None)
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(attempts=99, lease_expires_at=long_ago)
    expiry.return_expired()
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert used(alice) == usage.Figures(2, 0, 100, 20, 7)


def test_it_counts_nothing_before_a_job_ends(job: Job, alice: User) -> None:
    transitions.retry_later(claimed(job), FAILURE, timedelta(0))
    call(job)
    assert used(alice) == usage.Figures()


def test_it_counts_a_failed_call_without_tokens_as_a_call_only(job: Job, alice: User) -> None:
    lease = claimed(job)
    call(job, State.FAILED, input_tokens=None, output_tokens=None, cost_microdollars=None)
    transitions.fail(lease, FAILURE)
    assert used(alice) == usage.Figures(calls=1)


def test_it_counts_a_failed_call_that_may_be_charged_as_of_unknown_cost(
    job: Job, alice: User
) -> None:
    lease = claimed(job)
    nothing = {"input_tokens": None, "output_tokens": None, "cost_microdollars": None}
    for error in ("timeout", "authentication"):
        ProviderCall.objects.filter(pk=call(job, State.FAILED, **nothing).pk).update(error=error)
    transitions.fail(lease, FAILURE)
    assert used(alice) == usage.Figures(calls=2, unpriced_calls=1)


def test_it_counts_on_the_day_of_the_submission(job: Job, alice: User) -> None:
    made = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    Submission.objects.update(created_at=made)
    lease = claimed(job)
    call(job)
    transitions.succeed(lease)
    assert DailyUsage.objects.get(cost_microdollars=7).day == made.date()


def test_it_makes_the_day_of_a_submission_that_took_no_unit(alice: User) -> None:
    submission = services.submit(user=alice, code="x = 1\n", language="python", counted=False)
    assert submission.current_job is not None
    lease = claimed(submission.current_job)
    call(submission.current_job)
    transitions.succeed(lease)
    counted = DailyUsage.objects.get(user=alice)
    assert (counted.submissions, counted.cost_microdollars) == (0, 7)


def test_it_counts_an_answer_that_came_after_its_job_was_cancelled(
    job: Job, alice: User, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user cancels while the model writes: it was paid all the same."""
    route(Step.FORENSIC, provider)
    store = transitions.store_result

    def cancelled_first(*args: object, **kwargs: object) -> None:
        services.cancel(submission=job.submission, by=alice)
        store(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(transitions, "store_result", cancelled_first)
    assert run(job).state == JobState.CANCELLED
    (made,) = ProviderCall.objects.filter(job_id=job.pk)
    assert made.cost_microdollars
    counted = used(alice)
    assert (counted.calls, counted.cost_microdollars) == (1, made.cost_microdollars)


def test_it_counts_a_late_answer_once_when_its_job_goes_on(job: Job, alice: User) -> None:
    claimed(job)
    transitions.release("somebody")
    call(job)
    usage.count_late(job.pk)
    assert used(alice) == usage.Figures()
    transitions.succeed(claimed(job))
    assert used(alice).cost_microdollars == 7


def test_it_ends_no_job_that_could_not_be_counted(
    job: Job, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = claimed(job)

    def broken(job_id: int) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(usage, "count", broken)
    with pytest.raises(RuntimeError):
        transitions.succeed(lease)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_it_takes_one_statement_a_job(
    job: Job, django_assert_num_queries: object, provider: ApiProvider
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        usage.count(job.pk)
