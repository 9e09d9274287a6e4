"""Results of a model: what it says is marked as such, and what it took is told per step."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from pipeline.analysis.types import Rebuild
from pipeline.models import Step, StepResult, Submission, SystemPrompt
from pipeline.templatetags.display import counted, dollars, reporters
from pipeline.tests.page_data import HOSTILE, dossier, finding, finish, store, verdict

ENGINE = "Acme: large-2"
FAILED = {
    "provider": "Acme",
    "model": "small-1",
    "error": "rate-limit",
    "call_id": "0b0e",
    "latency_ms": 1200,
    "cost_microdollars": None,
}
ANSWERED = {**FAILED, "model": "large-2", "error": "", "cost_microdollars": 4200}


def page(client: Client, submission: Submission, tab: str) -> str:
    return client.get(f"/submissions/{submission.public_id}/?tab={tab}").content.decode()


def by_model(**fields: object) -> None:
    StepResult.objects.update(engine=ENGINE, **fields)


def test_it_tells_what_a_step_of_a_model_took(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    prompt = SystemPrompt.objects.create(step=Step.QUALITY, version=7, content="Judge.")
    by_model(prompt=prompt, input_tokens=1234, output_tokens=56, cost_microdollars=4200)
    text = page(as_alice, submission, "verdict")
    for part in (ENGINE, "version 7", "1,234", "56", "$0.0042", "Attempt"):
        assert part in text
    assert "No model was asked" not in text


def test_it_never_shows_an_unknown_price_or_count_as_nothing(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    by_model()
    text = page(as_alice, submission, "dossier")
    assert text.count('<dd class="number">unknown</dd>') == 3
    assert "$0" not in text


def test_it_lists_every_route_that_was_tried(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    by_model(trace=[FAILED, {**FAILED, "model": HOSTILE, "call_id": None}, ANSWERED])
    assert "Tried 3 times" in page(as_alice, submission, "rebuilt")
    text = page(as_alice, submission, "trace")
    for part in ("Acme: small-1", "slow down", "1.2 s", "Nothing was sent"):
        assert part in text
    assert "$0.0042" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("dropped", "sentence"),
    [
        (1, "1 finding of the model quoted lines that are not in the code and was dropped."),
        (2, "2 findings of the model quoted lines that are not in the code and were dropped."),
    ],
)
def test_it_says_how_many_findings_were_dropped(
    as_alice: Client, submission: Submission, dropped: int, sentence: str
) -> None:
    store(submission, Step.FORENSIC, dossier().model_copy(update={"dropped_findings": dropped}))
    assert sentence in page(as_alice, submission, "dossier")
    assert sentence in page(as_alice, submission, "findings")


def test_it_shows_prose_formatted_and_says_that_it_decides_nothing(
    as_alice: Client, submission: Submission
) -> None:
    prose = {"unstructured": f"# All is *well*\n{HOSTILE}"}
    store(submission, Step.FORENSIC, dossier().model_copy(update=prose))
    store(submission, Step.QUALITY, verdict().model_copy(update=prose))
    for tab in ("dossier", "verdict"):
        text = page(as_alice, submission, tab)
        assert "The model kept no structure" in text
        assert "<h4>All is <em>well</em>" in text
        assert "<script>alert" not in text


def test_it_puts_the_measured_sentence_before_the_models(
    as_alice: Client, submission: Submission
) -> None:
    said = {"explanation": "Splendid work.", "claimed_confidence": "HIGH"}
    store(submission, Step.QUALITY, verdict().model_copy(update=said))
    text = page(as_alice, submission, "verdict")
    assert text.index("One finding fewer.") < text.index("Splendid work.")
    assert "the model&#x27;s words" in text.lower() or "the model's words" in text.lower()
    assert "The model claims HIGH; the computed confidence is MEDIUM." in text


def test_it_says_nothing_of_a_model_where_none_was_asked(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    for tab in ("dossier", "verdict", "rebuilt"):
        answer = as_alice.get(f"/submissions/{submission.public_id}/?tab={tab}")
        assertContains(answer, "No model was asked.")
        assertNotContains(answer, "model&#x27;s words")
        assertNotContains(answer, "The model")


def test_it_shows_the_note_and_the_way_to_the_diff_of_a_models_file(
    as_alice: Client, submission: Submission
) -> None:
    note = "The end may be missing."
    store(submission, Step.REBUILDER, Rebuild(code="x = 2\n", changes=(), refusals=(), note=note))
    by_model()
    text = page(as_alice, submission, "rebuilt")
    assert note in text
    assert "no list of changes" in text


def test_it_says_who_reported_a_finding(as_alice: Client, submission: Submission) -> None:
    alone = finding(line=9).model_copy(update={"sources": ("model",)})
    both = finding(line=10).model_copy(update={"sources": ("bandit", "model")})
    store(submission, Step.FORENSIC, dossier(finding(), alone, both))
    for tab in ("dossier", "findings"):
        text = page(as_alice, submission, tab)
        for words in ("bandit, ruff", "the model alone", "bandit and the model"):
            assert words in text


@pytest.mark.parametrize(
    ("microdollars", "shown"),
    [(None, "unknown"), (0, "$0.00"), (1, "$0.000001"), (120_000, "$0.12"), (1_500_000, "$1.50")],
)
def test_it_rounds_no_cost_away(microdollars: int | None, shown: str) -> None:
    assert dollars(microdollars) == shown


def test_it_keeps_unknown_counts_unknown() -> None:
    assert (counted(None), counted(0), counted(12_000)) == ("unknown", "0", "12,000")


def test_it_names_nobody_for_a_finding_without_sources() -> None:
    assert reporters(()) == ""
