"""The page shows what a model is writing, as it grows, and nothing of it is left at the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from pipeline import growing, transitions
from pipeline.growing import Growing
from pipeline.leases import Lease
from pipeline.models import GrowingAnswer, JobState, Step, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every piece is due to be written."""
    monkeypatch.setattr(growing, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def lease(submission: Submission) -> Lease:
    assert submission.current_job is not None
    claimed = transitions.claim(submission.current_job.pk, "a worker", alone=True)
    assert claimed is not None
    return claimed


@pytest.fixture
def text(lease: Lease) -> Growing:
    return Growing(lease, Step.FORENSIC)


def test_it_shows_the_text_so_far(as_alice: Client, submission: Submission, text: Growing) -> None:
    text.add("The code ")
    text.add("says hello.")
    assertContains(as_alice.get(submission.get_absolute_url()), "The code says hello.")


def test_it_shows_markup_as_text(as_alice: Client, submission: Submission, text: Growing) -> None:
    text.add("<img src=x onerror=alert(1)>")
    shown = as_alice.get(submission.get_absolute_url())
    assertContains(shown, "&lt;img src=x")
    assertNotContains(shown, "<img src=x")


def test_it_polls_a_grown_text_and_not_the_same_again(
    as_alice: Client, submission: Submission, text: Growing
) -> None:
    address = f"/submissions/{submission.public_id}/progress/"
    text.add("One.")
    seen = as_alice.get(address).context["progress"].seen
    assert as_alice.get(address, {"seen": seen}).status_code == 204
    text.add("Two.")
    assertContains(as_alice.get(address, {"seen": seen}), "One.Two.")


def test_it_keeps_the_end_of_a_long_text(text: Growing) -> None:
    text.add("a" * growing.TAIL)
    text.add("b")
    row = GrowingAnswer.objects.get()
    assert (len(row.tail), row.tail[-2:], row.characters) == (growing.TAIL, "ab", growing.TAIL + 1)


def test_it_begins_anew_with_the_next_model(text: Growing) -> None:
    text.add("What the first one wrote")
    text.begin()
    text.add("What the second one wrote")
    assert GrowingAnswer.objects.get().tail == "What the second one wrote"


def test_it_writes_no_row_for_a_quick_answer(
    text: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "PAUSE_SECONDS", 60.0)
    text.begin()
    text.add("Quick.")
    assert not GrowingAnswer.objects.exists()
    assert not text.is_kept


def test_it_is_gone_when_it_is_forgotten(text: Growing) -> None:
    text.add("Some text.")
    text.forget()
    assert not GrowingAnswer.objects.exists()


def test_it_leaves_a_later_workers_text_alone(lease: Lease, text: Growing) -> None:
    GrowingAnswer.objects.create(
        job_id=lease.job_id,
        step=Step.FORENSIC,
        lease_token=lease.token + 1,
        tail="new",
        characters=3,
    )
    text.add("old")
    text.forget()
    assert GrowingAnswer.objects.get().tail == "new"


def test_it_does_not_show_what_a_vanished_worker_wrote(
    as_alice: Client, submission: Submission, text: Growing
) -> None:
    text.add("An unfinished thought")
    job = submission.current_job
    assert job is not None
    job.lease_token += 1
    job.save()
    assertNotContains(as_alice.get(submission.get_absolute_url()), "An unfinished thought")


def test_it_takes_half_a_character(text: Growing) -> None:
    text.add("\ud83d")
    assert GrowingAnswer.objects.get().tail == "?"


def test_it_lets_the_answer_go_on_while_the_database_is_away(
    text: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(work: Callable[[], None]) -> None:
        raise OperationalError(2006, "server has gone away")

    monkeypatch.setattr(growing, "in_database", away)
    text.add("Some text.")
    assert not text.is_kept


def test_it_is_no_longer_shown_after_the_end(
    as_alice: Client, submission: Submission, lease: Lease, text: Growing
) -> None:
    text.add("An unfinished thought")
    job = submission.current_job
    assert job is not None
    job.refresh_from_db()
    job.state = JobState.DEAD
    job.save()
    assertNotContains(as_alice.get(submission.get_absolute_url()), "An unfinished thought")
