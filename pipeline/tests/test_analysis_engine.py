"""The built-in engine gives a result whatever single checks do, and obeys its deadline."""

import threading
import time

import pytest

from pipeline.analysis import checks, sandbox
from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.engine import UnreadableCode, examine, forensic, quality, rebuild
from pipeline.analysis.errors import DeadlinePassed, SandboxError, ServerLost, TaskCrashed
from pipeline.analysis.limits import Limits
from pipeline.analysis.types import Dossier, SyntaxState, Verdict

BAD = "import subprocess\n\ndef run(c):\n    subprocess.run('ls ' + c, shell=True)\n"


def failing(monkeypatch, name: str, error: SandboxError) -> None:
    """Let one check fail as if its process had."""
    real = sandbox.submit

    def submit(task, payload, *rest):
        if name in (task, *payload.get("names", ())):
            raise error
        return real(task, payload, *rest)

    monkeypatch.setattr(sandbox, "submit", submit)


def ran(examination) -> dict[str, bool]:
    return {check.name: check.ran for check in examination.checks}


def test_it_measures_everything_about_python():
    examination = examine(BAD, "python")
    assert (examination.lines, examination.code_lines, examination.syntax.state) == (4, 3, "valid")
    assert [f.rules for f in examination.findings] == [("B602", "S602")]
    assert examination.imports == ("subprocess (standard library)",)
    assert ran(examination) == dict.fromkeys(COVERAGE["python"].checks, True)


@pytest.mark.parametrize("language", sorted(COVERAGE))
def test_it_runs_every_check_that_there_is_for_a_language(language):
    examination = examine("\n", language)
    assert ran(examination) == dict.fromkeys(COVERAGE[language].checks, True)


def test_it_reads_tokens_where_a_parser_is_missing(monkeypatch):
    failing(monkeypatch, "structure", TaskCrashed("structure is not installed here"))
    examination = examine("package main\n\nfunc main() {\n}\n", "go")
    assert [c.name for c in examination.components] == ["main"]
    assert ran(examination)["structure"] is False


@pytest.mark.parametrize("name", COVERAGE["python"].checks)
def test_it_goes_on_without_a_check_that_crashes(monkeypatch, name):
    failing(monkeypatch, name, TaskCrashed(f"{name} is not installed here"))
    dossier = forensic(BAD, "python")
    failed = [check for check in dossier.checks if not check.ran]
    assert [check.name for check in failed] == [name]
    assert "not installed" in failed[0].reason
    if name in ("bandit", "ruff"):
        assert dossier.findings, "the other scanner still reports"
        assert any(name in sentence for sentence in dossier.not_checked)


def test_it_outlines_code_that_has_no_tree():
    examination = examine("class A:\n    def m(self:\n        pass\n", "python")
    assert examination.syntax.state is SyntaxState.BROKEN
    assert [c.name for c in examination.components] == ["A", "m"]


def test_it_does_not_call_code_broken_that_it_had_no_time_to_read(monkeypatch):
    monkeypatch.setattr(checks, "LIMITS", Limits(wall_seconds=0.0))
    examination = examine(BAD, "python")
    assert examination.syntax.state is SyntaxState.NOT_PARSABLE_HERE
    assert not any(check.ran for check in examination.checks if check.name != "outline")


def test_it_gives_the_dossier_by_the_deadline_with_what_is_done():
    sandbox.run("probe", {"do": "report"})
    busy = [sandbox.submit("probe", {"do": "sleep", "seconds": 3}) for _ in range(16)]
    started = time.monotonic()
    dossier = forensic(BAD, "python", deadline_seconds=0.3)
    assert time.monotonic() - started < 2
    assert all("deadline" in check.reason for check in dossier.checks)
    assert dossier.assessment.trusted_in_production is False
    for pending in busy:
        pending.cancel()


@pytest.mark.parametrize("code", ["x = '\ud800'", "a\0b"])
def test_it_refuses_text_that_is_no_text(code):
    for step in (lambda: forensic(code, "python"), lambda: rebuild(code, "python", ())):
        with pytest.raises(UnreadableCode):
            step()


def test_it_returns_code_unchanged_that_the_rebuilder_cannot_cope_with(monkeypatch):
    def run(*_, **__):
        raise TaskCrashed("rebuild ended without an answer (signal 11)")

    monkeypatch.setattr(sandbox, "run", run)
    rebuilt = rebuild(BAD, "python", ())
    assert (rebuilt.code, rebuilt.changes) == (BAD, ())
    assert "signal 11" in rebuilt.note


@pytest.mark.parametrize("error", [DeadlinePassed("late"), ServerLost("gone")])
def test_it_does_not_take_a_lost_server_for_a_result(monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(sandbox, "run", run)
    with pytest.raises(type(error)):
        rebuild(BAD, "python", ())


def test_it_does_not_take_a_server_that_cannot_start_for_a_result(monkeypatch):
    def submit(*_):
        raise ServerLost("the analysis server cannot be reached")

    monkeypatch.setattr(sandbox, "submit", submit)
    with pytest.raises(ServerLost):
        examine(BAD, "python")


def test_it_refuses_a_language_that_it_does_not_know():
    with pytest.raises(UnreadableCode, match="cobol"):
        examine("x", "cobol")


def test_it_answers_many_threads_each_about_its_own_code():
    results: dict[int, int] = {}

    def look(number: int) -> None:
        results[number] = examine("x = 1\n" * number, "python").lines

    threads = [threading.Thread(target=look, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: n for n in range(1, 9)}


def test_it_carries_a_submission_through_all_three_steps():
    code = (
        "import yaml\n\ndef read(path):\n    with open(path) as f:\n        return yaml.load(f)\n"
    )
    dossier = forensic(code, "python", "settings.py", "please")
    rebuilt = rebuild(code, "python", dossier.findings, "settings.py")
    verdict = quality(code, rebuilt.code, "python", rebuilt.changes, rebuilt.refusals)
    assert "safe_load" in rebuilt.code
    assert verdict.confidence == "HIGH"
    assert verdict.remaining == ()


def test_it_gives_values_that_survive_storage():
    dossier, verdict = forensic(BAD, "python"), quality(BAD, BAD, "python")
    assert Dossier.model_validate_json(dossier.model_dump_json()) == dossier
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


def test_it_says_the_same_about_the_same_code():
    assert forensic(BAD, "python") == forensic(BAD, "python")
