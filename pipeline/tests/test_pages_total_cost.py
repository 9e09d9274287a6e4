"""The head of a result says what the whole run cost, failed attempts included."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from pipeline.models import JobState, Submission
from pipeline.tests.page_data import finish, put
from pipeline.tests.test_pages_model_run import page
from providers.models import ProviderCall


def answered(submission: Submission, cost: int | None) -> None:
    ProviderCall.objects.create(
        provider_name="Acme",
        model="small-1",
        job_id=submission.current_job_id,
        state=ProviderCall.State.SUCCEEDED,
        started_at=timezone.now(),
        input_tokens=10,
        output_tokens=5,
        cost_microdollars=cost,
    )


def test_it_adds_up_all_calls(as_alice: Client, submission: Submission) -> None:
    answered(submission, 4_200)
    answered(submission, 300)
    finish(submission)
    assert "$0.0045" in page(as_alice, submission, "dossier")


def test_it_says_that_a_run_without_models_is_free(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    assert "free, no model was asked" in page(as_alice, submission, "dossier")


def test_it_says_what_is_not_known(as_alice: Client, submission: Submission) -> None:
    answered(submission, 4_200)
    answered(submission, None)
    finish(submission)
    assert "$0.0042 and 1 call of unknown cost" in page(as_alice, submission, "dossier")


def test_it_names_no_amount_when_none_is_known(as_alice: Client, submission: Submission) -> None:
    answered(submission, None)
    finish(submission)
    text = page(as_alice, submission, "dossier")
    assert "unknown for 1 call" in text
    assert "$" not in text


def test_it_tells_no_total_before_the_end(as_alice: Client, submission: Submission) -> None:
    answered(submission, 4_200)
    put(submission, JobState.RUNNING)
    assert "$0.0042" not in page(as_alice, submission, "dossier")
