"""What each step took stands above the tabs: engine, time, attempt, tokens and cost at a glance."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from pipeline.models import JobState, Step, StepResult, Submission
from pipeline.tests.page_data import dossier, finish, put, store

pytestmark = pytest.mark.django_db

FACTS = "What each step took"


def test_it_tells_what_a_model_took(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    StepResult.objects.filter(step=Step.QUALITY).update(
        engine="Acme: large",
        attempt=2,
        input_tokens=1_234,
        output_tokens=56,
        cost_microdollars=1_500,
    )
    page = as_alice.get(f"{submission.get_absolute_url()}?tab=verdict")
    for part in ("<span>Acme: large</span>", "attempt 2", "1,234 tokens in, 56 out", "$0.0015"):
        assertContains(page, part)


def test_it_says_that_the_built_in_engine_is_free(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    page = as_alice.get(submission.get_absolute_url())
    assertContains(page, "<span>built-in engine</span>", count=3)
    assertContains(page, "no tokens, free", count=3)


def test_it_calls_what_is_not_known_unknown(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    StepResult.objects.filter(step=Step.QUALITY).update(engine="Acme: large")
    page = as_alice.get(submission.get_absolute_url())
    assertContains(page, 'unknown tokens in, unknown out</span> <span class="number">unknown')


def test_it_tells_of_a_step_as_soon_as_it_is_done(as_alice: Client, submission: Submission) -> None:
    url = f"/submissions/{submission.public_id}/progress/?tab=dossier&shown=1"
    put(submission, JobState.RUNNING, attempts=1, current_step=Step.FORENSIC)
    assertNotContains(as_alice.get(url), FACTS)
    store(submission, Step.FORENSIC, dossier())
    assertContains(as_alice.get(url), FACTS)
