"""No step measures a text twice, and nothing half-measured is remembered."""

from typing import Any

import pytest

from pipeline.analysis import engine
from pipeline.analysis.checks import Answers
from pipeline.analysis.remembered import Remembered
from pipeline.analysis.types import Check

CODE = "import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n"


@pytest.fixture
def measured(monkeypatch) -> list[str]:
    """The texts that were really measured, in order."""
    texts: list[str] = []
    run_checks = engine.run_checks

    def noted(code: str, *others: Any) -> Answers:
        texts.append(code)
        return run_checks(code, *others)

    monkeypatch.setattr(engine, "run_checks", noted)
    return texts


def test_it_measures_each_text_of_a_job_once(measured):
    dossier = engine.forensic(CODE, "python")
    rebuilt = engine.rebuild(CODE, "python", dossier.findings)
    engine.quality(CODE, rebuilt.code, "python", changes=rebuilt.changes)
    assert measured == [CODE, rebuilt.code]


def test_it_tells_languages_apart(measured):
    engine.examine("x = 1\n", "python")
    assert engine.examine("x = 1\n", "ruby").language == "ruby"


def test_it_measures_again_what_was_not_measured_fully(monkeypatch, measured):
    run_checks = engine.run_checks

    def lame(*texts: Any) -> Answers:
        answers = run_checks(*texts)
        answers.checks.append(Check(name="bandit", ran=False, reason="missing"))
        return answers

    monkeypatch.setattr(engine, "run_checks", lame)
    engine.examine(CODE, "python")
    engine.examine(CODE, "python")
    assert measured == [CODE, CODE]


def test_it_forgets_the_longest_unused(measured, monkeypatch):
    monkeypatch.setattr(engine, "remembered", Remembered(most=1))
    for text in ("x = 1\n", "y = 2\n", "x = 1\n"):
        engine.examine(text, "python")
    assert measured == ["x = 1\n", "y = 2\n", "x = 1\n"]
