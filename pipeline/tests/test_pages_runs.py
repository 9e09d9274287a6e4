"""All runs of a submission stay readable: a table leads to each, with its tabs and its files."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from pipeline import services
from pipeline.models import JobState, Step, Submission
from pipeline.tests.dying import die
from pipeline.tests.page_data import dossier, finding, finish, put, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(submission: Submission) -> Submission:
    finish(submission)
    return submission


def second_run(submission: Submission) -> None:
    """With one finding more than the first has."""
    services.run_again(
        submission=submission, by=submission.user, chosen={}, idempotency_key="second"
    )
    store(submission, Step.FORENSIC, dossier(finding(), finding(title="Only in the second")))
    put(submission, JobState.SUCCEEDED, attempts=1)


def test_it_keeps_the_former_run_readable(as_alice: Client, done: Submission) -> None:
    second_run(done)
    here = done.get_absolute_url()
    assertContains(as_alice.get(f"{here}?tab=findings"), "Only in the second")
    former = as_alice.get(f"{here}runs/1/?tab=findings")
    assertContains(former, "Weak hash")
    assertNotContains(former, "Only in the second")


def test_it_leads_from_each_run_to_the_others(as_alice: Client, done: Submission) -> None:
    second_run(done)
    page = as_alice.get(f"{done.get_absolute_url()}runs/1/?tab=trace")
    assertContains(page, f'href="{done.get_absolute_url()}runs/2/?tab=trace"')
    assertContains(page, f'href="{done.get_absolute_url()}runs/1/rebuilt"', count=0)
    assertContains(page, f'href="{done.get_absolute_url()}runs/1/export.zip"')


def test_it_gives_the_files_of_the_run_that_is_asked_for(
    as_alice: Client, done: Submission
) -> None:
    second_run(done)
    here = done.get_absolute_url()
    assert as_alice.get(f"{here}runs/1/rebuilt").status_code == 200
    assert as_alice.get(f"{here}runs/2/rebuilt").status_code == 404
    assertNotContains(as_alice.get(f"{here}runs/1/report/json"), "Only in the second")


@pytest.mark.parametrize("run", ["0", "2", "99999999999999999999999"])
def test_it_knows_no_other_runs(as_alice: Client, done: Submission, run: str) -> None:
    assert as_alice.get(f"{done.get_absolute_url()}runs/{run}/").status_code == 404


def test_it_goes_back_to_the_run_in_which_a_finding_was_marked(
    as_alice: Client, done: Submission
) -> None:
    second_run(done)
    mark = f"{done.get_absolute_url()}runs/1/findings/Weak hash-3/mark/"
    refused = as_alice.post(mark, {"state": "accepted"})
    assert refused.status_code == 422
    assertContains(refused, "runs/1/?tab=dossier", status_code=422)


def test_it_shows_no_table_of_a_single_run(as_alice: Client, done: Submission) -> None:
    assertNotContains(as_alice.get(done.get_absolute_url()), "Runs of this submission")


def test_it_offers_no_retry_on_the_page_of_a_former_run(
    as_alice: Client, submission: Submission
) -> None:
    die(submission)
    services.retry(submission=submission, by=submission.user)
    page = as_alice.get(f"{submission.get_absolute_url()}runs/1/")
    assertContains(page, "It broke.")
    assertNotContains(page, "Run it again")
