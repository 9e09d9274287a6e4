"""./dev check runs every gate to its end and fails if one of them does."""

import sys
from pathlib import Path

import pytest

from config.workshop import checks


@pytest.fixture(autouse=True)
def no_setup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.environment, "ensure", lambda _files: None)
    monkeypatch.setattr(checks.environment, "python", lambda: Path(sys.executable))


def use_steps(monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    steps = [checks.Step(name, ("-c", code)) for name, code in programs.items()]
    monkeypatch.setattr(checks, "steps", lambda _folder: steps)


def test_it_runs_the_gates_after_a_failed_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_steps(monkeypatch, first="raise SystemExit('the reason')", second="pass")
    assert checks.check() == 1
    shown = capsys.readouterr().out
    assert "the reason" in shown
    assert "ok      second" in shown
    assert "Failed: first" in shown


def test_it_succeeds_when_every_gate_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_steps(monkeypatch, first="pass", second="pass")
    assert checks.check() == 0
    assert "All 2 checks passed." in capsys.readouterr().out


def test_it_gives_the_deployment_check_nothing_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    step = next(step for step in checks.steps("/unused") if "--deploy" in step.arguments)
    assert not step.inherits
    assert "DEBUG" not in step.variables
