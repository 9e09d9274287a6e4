"""Deleting a submission: everything of it goes but what it cost."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from billing.models import DailyUsage
from operations.models import AuditEntry
from pipeline import defaults, services, transitions
from pipeline.models import (
    DeletedJob,
    IdempotencyKey,
    Job,
    JobState,
    KnownFinding,
    Step,
    StepResult,
    Submission,
)
from pipeline.reconciliation import recent_days, reconcile
from pipeline.services import submit
from pipeline.tests.page_data import finish
from pipeline.tests.priced import queued, route, run, used
from providers.models import ApiProvider, ProviderCall

pytestmark = pytest.mark.django_db
MARK = "unmistakable_text_of_this_test"


def everything_stored() -> str:
    """All text of all tables."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def a_marked(user: User) -> Submission:
    made = submit(
        user=user,
        code=f"{MARK} = 1\n",
        language="python",
        filename=f"{MARK}.py",
        comments=MARK,
        idempotency_key="key",
    )
    finish(made, f"{MARK} = 2\n")
    return made


def test_it_leaves_no_word_of_it_anywhere(alice: User) -> None:
    made = a_marked(alice)
    assert MARK in everything_stored()
    assert services.delete_submission(submission=made, by=alice)
    assert MARK not in everything_stored()
    assert not Submission.objects.exists()
    assert not Job.objects.exists() and not StepResult.objects.exists()
    assert not IdempotencyKey.objects.exists()


def a_finding(made: Submission, first: Submission | None, **fields: str) -> KnownFinding:
    return KnownFinding.objects.create(
        user=made.user,
        filename="a.py",
        file_key=f"key-{KnownFinding.objects.count()}",
        fingerprint="f",
        title="Weak hash",
        severity="HIGH",
        quote=MARK,
        first_seen=first,
        last_seen=made,
        **fields,
    )


def test_it_takes_findings_that_nothing_else_has(alice: User, submission: Submission) -> None:
    other = submit(user=alice, code="x\n", language="python")
    a_finding(submission, submission)
    a_finding(submission, None)
    shared = a_finding(submission, other)
    services.delete_submission(submission=submission, by=alice)
    shared.refresh_from_db()
    assert KnownFinding.objects.get() == shared
    assert (shared.last_seen, shared.quote) == (other, MARK)


@pytest.mark.parametrize("state", ["accepted", "false-positive"])
def test_it_keeps_marks_without_their_line(alice: User, submission: Submission, state: str) -> None:
    mark = a_finding(submission, submission, state=state, reason="Only in tests.")
    services.delete_submission(submission=submission, by=alice)
    mark.refresh_from_db()
    assert (mark.state, mark.reason, mark.quote) == (state, "Only in tests.", "")


def test_it_keeps_what_the_day_used(alice: User, submission: Submission) -> None:
    finish(submission)
    services.delete_submission(submission=submission, by=alice)
    assert DailyUsage.objects.get(user=alice).submissions == 1


def test_it_leaves_usage_and_calls_in_agreement(alice: User, provider: ApiProvider) -> None:
    defaults.seed()
    route(Step.FORENSIC, provider)
    job = run(queued(alice))
    before = used(alice)
    services.delete_submission(submission=job.submission, by=alice)
    found = reconcile(recent_days())
    assert (found.agrees, found.calls) == (True, 1)
    assert found.cost_microdollars == before.cost_microdollars > 0
    assert used(alice) == before


def test_it_cancels_a_waiting_run_and_gives_its_place_back(
    alice: User, submission: Submission
) -> None:
    services.delete_submission(submission=submission, by=alice)
    assert DailyUsage.objects.get(user=alice).submissions == 0


def test_it_counts_an_answer_that_came_after_the_deletion(
    alice: User, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user deletes while a model writes: it was paid all the same."""
    defaults.seed()
    route(Step.FORENSIC, provider)
    job = queued(alice)
    store = transitions.store_result

    def deleted_first(*args: object, **kwargs: object) -> None:
        services.delete_submission(submission=job.submission, by=alice)
        store(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(transitions, "store_result", deleted_first)
    from pipeline import runner
    from pipeline.heartbeat import Heartbeat

    runner.run_job(job.pk, Heartbeat())
    assert not StepResult.objects.exists()
    (made,) = ProviderCall.objects.filter(job_id=job.pk)
    assert made.cost_microdollars
    assert used(alice).cost_microdollars == made.cost_microdollars
    assert reconcile(recent_days()).agrees


def test_it_says_false_the_second_time(alice: User, submission: Submission) -> None:
    assert services.delete_submission(submission=submission, by=alice)
    assert not services.delete_submission(submission=submission, by=alice)
    assert DeletedJob.objects.count() == 1


def test_it_writes_one_audit_entry(alice: User, submission: Submission) -> None:
    finish(submission)
    AuditEntry.objects.all().delete()
    services.delete_submission(submission=submission, by=alice)
    (entry,) = AuditEntry.objects.all()
    assert entry.additional_data["event"] == "submission.delete"


def test_it_leaves_others_alone(alice: User, bob: User) -> None:
    mine, other = (submit(user=user, code="x\n", language="python") for user in (alice, bob))
    put_back = Job.objects.get(pk=other.current_job_id)
    services.delete_submission(submission=mine, by=alice)
    put_back.refresh_from_db()
    assert put_back.state == JobState.QUEUED
    assert Submission.objects.get() == other
