"""manage.py review in this process, with the real engine: reports, exit codes, other workers."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import DailyUsage
from pipeline import runner
from pipeline.heartbeat import Heartbeat
from pipeline.management.commands import review
from pipeline.management.reviewing import run as reviewing
from pipeline.models import Job, JobState, Submission
from pipeline.steps import StepFailed

pytestmark = pytest.mark.django_db
BAD = 'import subprocess\n\n\ndef run(name):\n    subprocess.call("ls " + name, shell=True)\n'
GOOD = '"""Adds."""\n\n\ndef add(a: int, b: int) -> int:\n    return a + b\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one review."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("review", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_it_prints_a_readable_report_and_nothing_else() -> None:
    code, out, err = run("bad.py")
    assert (code, err) == (0, "")
    assert "bad.py:5:" in out and "CWE-78" in out
    assert "VERDICT" in out and "NOT CHECKED" in out
    assert "\x1b" not in out


def test_it_stores_the_review_under_the_system_user_without_limit(settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    assert run("good.py")[0] == 0
    submission = Submission.objects.get()
    assert submission.user.is_system
    assert submission.current_job is not None
    assert submission.current_job.state == JobState.SUCCEEDED
    assert list(DailyUsage.objects.exclude(user__is_system=True)) == []


@pytest.mark.parametrize(
    ("level", "expected"), [("critical", 0), ("high", 1), ("MEDIUM", 1), ("low", 1)]
)
def test_it_ends_with_1_for_findings_at_or_above_a_level(level: str, expected: int) -> None:
    assert run("bad.py", "--fail-on", level)[0] == expected


def test_it_ends_with_0_when_the_level_is_not_reached() -> None:
    assert run("good.py", "--fail-on", "high")[0] == 0


def test_it_goes_on_after_a_file_that_it_cannot_review(here: Path) -> None:
    (here / "binary.py").write_bytes(b"a\0b")
    code, out, err = run("nope.py", "binary.py", "good.py")
    assert code == 2
    assert "good.py" in out
    assert err.splitlines() == [
        "review: nope.py: there is no such file or folder.",
        "review: binary.py: The file is binary: it holds NUL bytes. Send source code.",
    ]


def test_it_asks_for_the_language_where_it_cannot_tell(here: Path) -> None:
    (here / "snippet.txt").write_text(GOOD)
    code, out, err = run("snippet.txt")
    assert (code, out) == (2, "")
    assert err == "review: snippet.txt: the language cannot be told. Name it with --language.\n"
    assert run("snippet.txt", "--language", "Python")[0] == 0


def test_it_refuses_an_unknown_language_with_one_line() -> None:
    with pytest.raises(CommandError, match="--language: invalid choice: 'cobol'"):
        run("good.py", "--language", "cobol")


def test_it_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    code, out, _ = run("-", "--format", "json")
    (file,) = json.loads(out)["files"]
    assert (code, file["path"], file["language"]) == (0, "stdin", "python")


def test_it_passes_comments_on() -> None:
    run("good.py", "--comments", "for the cash desk")
    assert Submission.objects.get().comments == "for the cash desk"


@pytest.mark.parametrize("name", ["json", "sarif", "markdown"])
def test_it_writes_every_format(name: str) -> None:
    code, out, _ = run("bad.py", "--format", name)
    assert code == 0
    assert "bad.py" in out
    if name != "markdown":
        assert json.loads(out)


def test_it_reviews_a_folder_and_skips_its_empty_files(here: Path) -> None:
    (here / "__init__.py").write_text("")
    code, out, err = run(".", "--format", "json")
    assert (code, err) == (0, "")
    assert [file["path"] for file in json.loads(out)["files"]] == ["bad.py", "good.py"]


def test_it_refuses_an_empty_file_that_was_named(here: Path) -> None:
    (here / "empty.py").write_text("\n")
    code, _, err = run("empty.py")
    assert code == 2
    assert "There is no code yet" in err


def test_it_writes_into_a_folder_and_leaves_the_originals_alone(here: Path) -> None:
    code, out, err = run("bad.py", "--output", "out", "--format", "sarif")
    assert (code, out) == (0, "")
    assert err == "review: the report is out/report.sarif\n"
    assert (here / "out/rebuilt/bad.py").is_file()
    assert (here / "bad.py").read_text() == BAD


def test_it_waits_for_another_worker_that_took_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(job_id: int, heartbeat: Heartbeat) -> bool:
        assert runner.run_job(job_id, Heartbeat())  # the other one
        return False

    monkeypatch.setattr(reviewing, "run_job", taken)
    code, out, _ = run("good.py")
    assert code == 0
    assert "VERDICT" in out


def test_it_says_why_a_job_died(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise StepFailed("server", "500 from x", user_message="It broke.", retryable=False)

    monkeypatch.setattr(runner, "run_step", fail)
    code, out, _ = run("good.py")
    assert code == 2
    assert "Not reviewed: It broke. (server: 500 from x)" in out


def test_it_cancels_the_job_when_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run("good.py")
    assert Job.objects.get().state == JobState.CANCELLED


def test_it_shows_progress_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run("good.py")
    assert "[1/1] good.py · waiting · 0 s" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[2K")


def test_it_has_colour_on_a_terminal_unless_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert review._page().colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not review._page().colour


def test_it_takes_nothing_from_anybodys_limit(alice: User) -> None:
    run("good.py")
    assert not DailyUsage.objects.filter(user=alice).exists()
