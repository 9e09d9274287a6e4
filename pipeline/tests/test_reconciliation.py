"""Whether usage agrees with calls: found where it does not, put right on request, noted nightly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from billing.models import DailyUsage
from operations.models import AuditEntry
from pipeline import defaults, periodic, transitions
from pipeline.leases import Failure
from pipeline.models import Job, Step, StepResult, Submission
from pipeline.reconciliation import Report, recent_days, reconcile
from pipeline.tests.priced import queued, route, run, used
from providers.models import ApiProvider, ProviderCall

pytestmark = pytest.mark.django_db
State = ProviderCall.State


@pytest.fixture
def ran(alice: User, provider: ApiProvider) -> Job:
    """A job whose first two steps a priced model ran."""
    defaults.seed()
    for step in (Step.FORENSIC, Step.REBUILDER):
        route(step, provider)
    return run(queued(alice))


def report(*, fix: bool = False) -> Report:
    return reconcile(recent_days(), fix=fix)


def figures(found: Report) -> list[tuple[str, str]]:
    return [(each.where, each.figure) for each in found.differences]


def call_again(call: ProviderCall, **changes: object) -> ProviderCall:
    """One more call of the same job and step."""
    changes = {"pk": None, "call_id": uuid4(), **changes}
    for name, value in changes.items():
        setattr(call, name, value)
    call._state.adding = True
    call.save()
    return call


def a_call(job: Job) -> ProviderCall:
    call = ProviderCall.objects.filter(job_id=job.pk, step=Step.FORENSIC).first()
    assert call is not None
    return call


def test_it_agrees_after_jobs_by_models(ran: Job, alice: User) -> None:
    found = report()
    assert found.agrees
    assert (found.users, found.calls) == (1, 2)
    assert found.cost_microdollars == used(alice).cost_microdollars > 0


def test_it_agrees_when_failed_calls_cost_something(alice: User) -> None:
    job = queued(alice)
    lease = transitions.claim(job.pk, "somebody")
    assert lease is not None
    ProviderCall.objects.create(
        provider_name="Acme", model="large", job_id=job.pk, step=Step.FORENSIC,
        state=State.FAILED, started_at=timezone.now(), input_tokens=5, cost_microdollars=9,
    )  # fmt: skip
    transitions.fail(lease, Failure("server", "It failed."))
    found = report()
    assert (found.agrees, found.cost_microdollars) == (True, 9)


def test_it_finds_usage_that_lacks_something(ran: Job) -> None:
    DailyUsage.objects.update(cost_microdollars=F("cost_microdollars") - 1)
    assert figures(report()) == [("day", "cost_microdollars")]


def test_it_finds_usage_that_was_lost_altogether(ran: Job) -> None:
    DailyUsage.objects.all().delete()
    assert ("day", "calls") in figures(report())


def test_it_finds_usage_without_calls(alice: User) -> None:
    DailyUsage.objects.create(user=alice, day=timezone.now().date(), cost_microdollars=3)
    assert figures(report()) == [("day", "cost_microdollars")]


def test_it_finds_a_result_that_is_not_what_its_call_says(ran: Job) -> None:
    StepResult.objects.filter(step=Step.REBUILDER).update(cost_microdollars=1)
    assert figures(report()) == [(f"rebuilder of job {ran.pk}", "cost_microdollars")]


def test_it_finds_a_result_whose_cost_was_lost(ran: Job) -> None:
    StepResult.objects.filter(step=Step.REBUILDER).update(cost_microdollars=None)
    assert figures(report()) == [(f"rebuilder of job {ran.pk}", "cost_microdollars")]


def test_it_agrees_where_the_built_in_engine_stood_in_for_a_useless_answer(ran: Job) -> None:
    """The answer was paid and could not be used, in the very attempt that has a result."""
    nothing = {"input_tokens": None, "output_tokens": None, "cost_microdollars": None}
    StepResult.objects.filter(step=Step.REBUILDER).update(engine="built-in", **nothing)
    found = report()
    assert (found.agrees, found.calls) == (True, 2)


def test_it_takes_an_unknown_cost_for_no_difference(alice: User, provider: ApiProvider) -> None:
    defaults.seed()
    route(Step.FORENSIC, provider, priced=False)
    run(queued(alice))
    found = report()
    assert found.agrees
    assert [call.model for call in found.unpriced_calls] == ["unpriced"]


def test_it_lists_a_call_without_an_outcome(ran: Job) -> None:
    open_call = call_again(a_call(ran), state=State.INTENT)
    assert report().open_calls == [open_call]


def test_it_lists_no_call_in_progress(ran: Job) -> None:
    call_again(a_call(ran), state=State.INTENT)
    Job.objects.filter(pk=ran.pk).update(state="running")
    assert report().open_calls == []


def test_it_does_not_count_jobs_that_have_not_ended(ran: Job, alice: User) -> None:
    waiting = queued(alice)
    call_again(a_call(ran), job_id=waiting.pk)
    assert report().agrees


def test_it_puts_usage_right_and_leaves_an_entry(ran: Job, alice: User) -> None:
    before = used(alice)
    DailyUsage.objects.update(calls=0, cost_microdollars=0)
    assert report(fix=True).fixed == 1
    assert used(alice) == before
    entry = AuditEntry.objects.get(additional_data__event="usage.fix")
    assert entry.additional_data["after"]["cost_microdollars"] == before.cost_microdollars


def test_it_keeps_the_submissions_when_it_puts_usage_right(ran: Job) -> None:
    DailyUsage.objects.update(calls=0)
    report(fix=True)
    assert DailyUsage.objects.get().submissions == 1


def test_it_agrees_once_it_was_put_right(ran: Job) -> None:
    DailyUsage.objects.all().delete()
    report(fix=True)
    assert report().agrees


def test_its_command_says_in_one_line_that_all_agrees(
    ran: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reconcile_usage")
    (line,) = capsys.readouterr().out.splitlines()
    assert "usage agrees with the calls: 2 calls" in line


def test_its_command_shows_differences_and_fails(
    ran: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    DailyUsage.objects.update(calls=7)
    with pytest.raises(CommandError, match="does NOT agree with the calls: 1 difference") as error:
        call_command("reconcile_usage")
    assert error.value.returncode == 1
    row = capsys.readouterr().out.splitlines()[1].split()
    assert row[1:] == [f"#{ran.submission.user_id}", "day", "calls", "7", "2"]


def test_its_command_looks_at_the_day_that_is_named(ran: Job) -> None:
    made = datetime(2026, 3, 1, 12, tzinfo=UTC)
    Submission.objects.update(created_at=made)
    DailyUsage.objects.update(day=made.date(), calls=7)
    with pytest.raises(CommandError, match="2026-03-01"):
        call_command("reconcile_usage", "--day", "2026-03-01")
    call_command("reconcile_usage", "--day", "2026-03-02")


def test_its_command_says_how_a_day_is_written() -> None:
    with pytest.raises(CommandError, match="write it like 2026-03-31"):
        call_command("reconcile_usage", "--day", "yesterday")


def test_it_keeps_the_nightly_outcome(ran: Job) -> None:
    DailyUsage.objects.update(calls=7)
    outcome = periodic.reconcile_usage()
    assert (outcome["verdict"], outcome["differences"]) == ("DIFFERS", 1)
    assert outcome["first_differences"][0]["figure"] == "calls"


def test_it_looks_at_the_last_days_by_night() -> None:
    days = recent_days()
    assert days[-1] - days[0] == timedelta(days=6)
