"""The trace tab: what was tried for each step, over all attempts, in plain words."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django.test import Client

from pipeline.models import JobState, Step, StepResult, Submission
from pipeline.tests.page_data import HOSTILE, dossier, finish, put, store
from pipeline.tests.test_pages_model_run import ANSWERED, ENGINE, FAILED, page
from providers.models import ProviderCall


def a_call(submission: Submission, **fields: Any) -> ProviderCall:
    values = {"provider_name": "Acme", "model": "small-1", "step": "forensic", "state": "failed"}
    return ProviderCall.objects.create(
        **{"job_id": submission.current_job_id, "started_at": Now(), **values, **fields}
    )


def test_it_tells_of_each_step_what_was_tried(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    StepResult.objects.filter(step=Step.FORENSIC).update(engine=ENGINE, trace=[FAILED, ANSWERED])
    text = page(as_alice, submission, "trace")
    for part in (
        "Forensic analysis",
        "Acme: small-1",
        "slow down",
        "1.2 s",
        "Answered.",
        "$0.0042",
    ):
        assert part in text
    assert text.count("No model was asked.") == 2
    assert text.count("Made by the built-in engine in ") == 2


def test_it_tells_of_the_calls_of_earlier_attempts(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    StepResult.objects.filter(step=Step.FORENSIC).update(attempt=2, trace=[ANSWERED])
    a_call(submission, error="server", attempt=1, latency_ms=77)
    a_call(submission, error="", state="succeeded", attempt=2)
    text = page(as_alice, submission, "trace")
    assert "77 ms" in text
    assert text.count("Acme: ") == 2


def test_it_is_there_for_a_run_that_made_nothing(as_alice: Client, submission: Submission) -> None:
    a_call(submission, error="authentication")
    put(submission, JobState.DEAD)
    text = page(as_alice, submission, "trace")
    assert "did not accept our key" in text
    assert "Nothing was made." in text


def test_it_says_which_call_nobody_knows_the_end_of(
    as_alice: Client, submission: Submission
) -> None:
    a_call(submission, state="intent")
    store(submission, Step.FORENSIC, dossier())
    StepResult.objects.update(attempt=2)
    put(submission, JobState.RUNNING)
    assert "Waiting for its answer." in page(as_alice, submission, "trace")
    put(submission, JobState.DEAD)
    assert "It may have been paid for." in page(as_alice, submission, "trace")


def test_it_says_that_the_built_in_engine_stood_in(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    stood_in = {**FAILED, "provider": "built-in", "model": "", "error": "", "call_id": None}
    StepResult.objects.filter(step=Step.FORENSIC).update(trace=[FAILED, stood_in])
    text = page(as_alice, submission, "trace")
    assert "Stood in." in text
    assert "Nothing was sent." not in text
    assert "stood in because no model gave an answer" in page(as_alice, submission, "dossier")


def test_it_shows_nothing_of_a_provider_as_markup(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    StepResult.objects.update(trace=[{**FAILED, "provider": HOSTILE, "error": HOSTILE}])
    assert "<script>alert" not in page(as_alice, submission, "trace")


def test_it_waits_for_the_first_result(as_alice: Client, submission: Submission) -> None:
    assert "as soon as the first step is done" in page(as_alice, submission, "trace")
