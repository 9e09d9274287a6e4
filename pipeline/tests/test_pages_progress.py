"""Following a run: the three boxes, the polled part, its end, and cancelling."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from pipeline.models import JobState, Step, Submission
from pipeline.tests.page_data import dossier, finish, put, store


def states(page: HttpResponse) -> list[str]:
    return [box.state for box in page.context["progress"].boxes]  # type: ignore[attr-defined]


def poll(client: Client, submission: Submission, **query: str) -> HttpResponse:
    return client.get(f"/submissions/{submission.public_id}/progress/", query)


def start(submission: Submission, step: Step, attempts: int = 1) -> None:
    put(
        submission,
        JobState.RUNNING,
        current_step=step,
        attempts=attempts,
        started_at=Now(),
        step_started_at=Now(),
    )


def test_it_shows_three_waiting_steps_while_queued(
    as_alice: Client, submission: Submission
) -> None:
    page = as_alice.get(submission.get_absolute_url())
    assert states(page) == ["waiting"] * 3
    assertContains(page, "In the queue.")
    assertContains(page, 'hx-trigger="every 1s"')
    assertContains(page, ">Reload</a>")


def test_it_marks_the_step_that_runs(as_alice: Client, submission: Submission) -> None:
    store(submission, Step.FORENSIC, dossier())
    start(submission, Step.REBUILDER, attempts=2)
    page = as_alice.get(submission.get_absolute_url())
    assert states(page) == ["done", "running", "waiting"]
    assertContains(page, "Step 2 of 3 is running: Code rebuilder.")
    assertContains(page, "Attempt 2 of 3")


def test_it_marks_the_step_at_which_a_run_died(as_alice: Client, submission: Submission) -> None:
    store(submission, Step.FORENSIC, dossier())
    put(submission, JobState.DEAD)
    page = as_alice.get(submission.get_absolute_url())
    assert states(page) == ["done", "failed", "not-run"]
    assertNotContains(page, "hx-trigger")


def test_it_stops_polling_a_finished_page(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    page = as_alice.get(submission.get_absolute_url())
    assertNotContains(page, "hx-get")
    assertNotContains(page, ">Reload</a>")


def test_it_answers_204_while_nothing_changed(as_alice: Client, submission: Submission) -> None:
    start(submission, Step.FORENSIC)
    seen = as_alice.get(submission.get_absolute_url()).context["progress"].seen
    assert poll(as_alice, submission, tab="dossier", shown="0", seen=seen).status_code == 204


def test_it_answers_with_the_boxes_once_a_step_began(
    as_alice: Client, submission: Submission
) -> None:
    seen = as_alice.get(submission.get_absolute_url()).context["progress"].seen
    start(submission, Step.FORENSIC)
    answer = poll(as_alice, submission, tab="dossier", shown="0", seen=seen)
    assertContains(answer, "Step 1 of 3 is running")
    assertNotContains(answer, "<html")


def test_it_reloads_the_page_when_the_awaited_tab_has_come(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    start(submission, Step.REBUILDER)
    assert poll(as_alice, submission, tab="dossier", shown="0")["HX-Refresh"] == "true"


def test_it_leaves_a_reader_alone_when_another_tab_has_come(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    start(submission, Step.REBUILDER)
    answer = poll(as_alice, submission, tab="dossier", shown="1", seen="older")
    assert "HX-Refresh" not in answer
    assertContains(answer, "Step 2 of 3 is running")


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED])
def test_it_ends_the_polling_with_a_reload(
    as_alice: Client, submission: Submission, state: JobState
) -> None:
    put(submission, state)
    assert poll(as_alice, submission, tab="dossier", shown="1")["HX-Refresh"] == "true"


def test_it_copes_with_a_submission_whose_run_was_removed(
    as_alice: Client, submission: Submission
) -> None:
    Submission.objects.update(current_job=None)
    page = as_alice.get(submission.get_absolute_url())
    assertContains(page, "This submission has not been run.")
    assertContains(as_alice.get("/submissions/"), "Not run")


def test_it_cancels_a_run(as_alice: Client, submission: Submission) -> None:
    answer = as_alice.post(f"/submissions/{submission.public_id}/cancel/")
    assertRedirects(answer, submission.get_absolute_url())
    submission.refresh_from_db()
    assert submission.current_job is not None
    assert submission.current_job.state == JobState.CANCELLED


def test_it_promises_nothing_to_read_where_nothing_was_finished(
    as_alice: Client, submission: Submission
) -> None:
    put(submission, JobState.CANCELLED)
    assertNotContains(as_alice.get(submission.get_absolute_url()), "What was finished before")
    store(submission, Step.FORENSIC, dossier())
    assertContains(as_alice.get(submission.get_absolute_url()), "What was finished before")


def test_it_says_that_an_ended_run_cannot_be_cancelled(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    answer = as_alice.post(f"/submissions/{submission.public_id}/cancel/", follow=True)
    assertContains(answer, "The job has ended already.")


def test_it_lets_nobody_else_cancel(client: Client, bob: User, submission: Submission) -> None:
    client.force_login(bob)
    assert client.post(f"/submissions/{submission.public_id}/cancel/").status_code == 404
    submission.refresh_from_db()
    assert submission.current_job is not None
    assert submission.current_job.state == JobState.QUEUED


def test_it_cancels_by_post_only(as_alice: Client, submission: Submission) -> None:
    assert as_alice.get(f"/submissions/{submission.public_id}/cancel/").status_code == 405


def test_it_polls_without_reading_code_or_results(as_alice: Client, submission: Submission) -> None:
    store(submission, Step.FORENSIC, dossier())
    start(submission, Step.REBUILDER)
    with CaptureQueriesContext(connection) as queries:
        poll(as_alice, submission, tab="dossier", shown="1", seen="older")
    asked = " ".join(query["sql"] for query in queries)
    assert len(queries) <= 4
    assert '"code"' not in asked.replace("`", '"')
    assert '"content"' not in asked.replace("`", '"')


def test_it_reloads_the_page_of_somebody_who_was_signed_out(
    client: Client, submission: Submission
) -> None:
    url = f"/submissions/{submission.public_id}/progress/"
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(url)["Location"].startswith("/sign-in/")
