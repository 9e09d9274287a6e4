"""The page of a run that ended without a result: what it says, costs and offers."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from pipeline import services, transitions
from pipeline.models import Job, JobState, Submission
from pipeline.tests.dying import die
from pipeline.tests.page_data import put

pytestmark = pytest.mark.django_db

NOT_COUNTED = "does not count against your daily limit"
COUNTED = "counts against your daily limit"


def again(client: Client, submission: Submission, follow: bool = True) -> object:
    return client.post(f"/submissions/{submission.public_id}/retry/", follow=follow)


def test_it_says_what_happened_and_that_it_was_not_counted(
    as_alice: Client, submission: Submission
) -> None:
    die(submission)
    page = as_alice.get(submission.get_absolute_url())
    assertContains(page, "It broke.")
    assertContains(page, "The failure was on our side")
    assertContains(page, NOT_COUNTED)
    assertContains(page, "Run it again")


def test_it_runs_it_again_and_shows_the_new_run(as_alice: Client, submission: Submission) -> None:
    die(submission)
    page = again(as_alice, submission)
    assertRedirects(page, submission.get_absolute_url())
    assertContains(page, "In the queue.")
    assertNotContains(page, "Run it again")


def test_it_makes_one_run_of_two_clicks(
    as_alice: Client, alice: User, submission: Submission
) -> None:
    die(submission)
    again(as_alice, submission)
    assertContains(again(as_alice, submission), "It is being run again already.")
    assert (Job.objects.count(), allowance(alice).used) == (2, 1)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_it_offers_the_form_alone_where_a_retry_would_not_help(
    as_alice: Client, submission: Submission, state: JobState
) -> None:
    put(submission, state)
    page = as_alice.get(submission.get_absolute_url())
    assertNotContains(page, "Run it again")
    assertContains(page, "Put the code into the form again")
    assertContains(again(as_alice, submission), "Only a run that failed on our side")


def test_it_says_that_the_limit_is_reached_and_changes_nothing(
    as_alice: Client, alice: User, submission: Submission, settings: Settings
) -> None:
    die(submission)
    settings.MAX_DAILY_SUBMISSIONS = 0
    page = again(as_alice, submission)
    assertContains(page, "Your daily limit of 0 is reached.")
    assertContains(page, "Run it again")
    assert Job.objects.count() == 1


def test_it_lets_nobody_else_run_it_again(
    client: Client, bob: User, submission: Submission
) -> None:
    die(submission)
    client.force_login(bob)
    assert again(client, submission).status_code == 404  # type: ignore[attr-defined]
    assert Job.objects.count() == 1


def test_it_runs_again_by_post_only(as_alice: Client, submission: Submission) -> None:
    assert as_alice.get(f"/submissions/{submission.public_id}/retry/").status_code == 405


def test_it_asks_visitors_to_sign_in(client: Client, submission: Submission) -> None:
    answer = again(client, submission, follow=False)
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert Job.objects.count() == 1


def test_it_says_that_a_run_cancelled_in_the_queue_is_not_counted(
    as_alice: Client, submission: Submission
) -> None:
    url = f"/submissions/{submission.public_id}/cancel/"
    assertContains(as_alice.post(url, follow=True), f"It {NOT_COUNTED}.")


def test_it_says_that_a_run_cancelled_after_its_start_is_counted(
    as_alice: Client, submission: Submission
) -> None:
    assert submission.current_job is not None
    transitions.claim(submission.current_job.pk, "worker")
    url = f"/submissions/{submission.public_id}/cancel/"
    assertContains(as_alice.post(url, follow=True), f"It had started, so it {COUNTED}.")


def test_it_says_that_an_administrator_cancelled(
    as_alice: Client, an_admin: User, submission: Submission
) -> None:
    job = submission.current_job
    assert job is not None
    transitions.claim(job.pk, "worker")
    services.cancel_job(job=job, by=an_admin)
    page = as_alice.get(submission.get_absolute_url())
    assertContains(page, "An administrator cancelled this run.")
    assertContains(page, f"It {NOT_COUNTED}.")
