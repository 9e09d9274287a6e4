"""What the client makes of files that are none, empty, oddly named, or links."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from client.ai_to_production import cli, reviewing
from client.ai_to_production.connection import Server
from client.ai_to_production.credentials import Token
from client.ai_to_production.errors import ClientError
from client.ai_to_production.files import targets_of
from client.ai_to_production.findings import Finding, Outcome
from client.ai_to_production.formats import render
from client.ai_to_production.reviewing import Wishes, review
from config.tests.client_server import CLIENT, SAFE, UNSAFE, Project, project
from pipeline.models import Submission

if TYPE_CHECKING:
    from pathlib import Path


with_server = pytest.mark.django_db(transaction=True)
__all__ = ["project"]  # a fixture


@with_server
def test_it_says_of_each_file_what_came_of_it(project: Project) -> None:
    project.write("empty.py", "\n")
    project.write("safe.py", SAFE)
    project.write("words.xyz", "words")
    ran = project.review("empty.py", "safe.py", "words.xyz")
    assert ran.code == 2
    assert "- empty.py: empty, not sent\n" in ran.out
    assert "- safe.py: nothing found\n" in ran.out
    assert "- words.xyz: not reviewed: the language cannot be told" in ran.out
    assert "--language" in ran.out
    _, empty, safe, words, *_ = (line.split()[1:] for line in ran.out.splitlines())
    assert (empty, safe[0], words) == (["-"] * 7, "0", ["-"] * 7)


@with_server
@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif", "codequality"])
def test_it_ends_well_with_an_empty_file_that_a_hook_names(project: Project, form: str) -> None:
    project.write("pkg/__init__.py", "")
    ran = project.review("pkg/__init__.py", "--fail-on", "low", "--format", form)
    assert (ran.code, Submission.objects.count()) == (0, 0)
    assert "no verdict" not in ran.out


@with_server
def test_it_reviews_files_of_any_name(project: Project) -> None:
    names = {b"-dash.py", "ü b.py".encode(), b"new\nline.py", b"latin\xe9.py"}
    for name in names:
        (project.folder / os.fsdecode(name)).write_text(SAFE, encoding="utf-8")
    ran = project.review("--output", "out", "--", ".")
    assert (ran.code, Submission.objects.count()) == (0, 4), ran.out
    assert set(os.listdir(os.fsencode(project.folder / "out/rebuilt"))) == names  # noqa: PTH208


@with_server
def test_it_shows_names_that_the_terminal_cannot(project: Project) -> None:
    project.write("ü.py", SAFE)
    there = Project(project.folder, project.server, project.token, {"PYTHONIOENCODING": "ascii"})
    ran = there.run(sys.executable, str(CLIENT), "review", "ü.py")
    assert (ran.code, "\\xfc.py" in ran.out) == (0, True), ran.err


@with_server
def test_it_follows_links_only_where_they_are_named(project: Project, tmp_path: Path) -> None:
    secret = tmp_path.parent / "secret.py"
    secret.write_text(UNSAFE, encoding="utf-8")
    (project.folder / "linked.py").symlink_to(secret)
    assert project.review(".").code == 2
    assert Submission.objects.count() == 0
    assert project.review("linked.py").code == 0
    assert Submission.objects.count() == 1


@with_server
def test_it_takes_no_link_for_a_change_of_what_it_leads_to(project: Project) -> None:
    project.git("init", "--quiet")
    project.write("old.py", SAFE)
    project.commit()
    (project.folder / "link.py").symlink_to("old.py")
    project.write("sub/new.py", UNSAFE)
    project.git("config", "diff.relative", "true")
    project.git("add", "--all")
    files = json.loads(project.review("--diff", "HEAD", "--format", "json").out)["files"]
    assert [file["path"] for file in files] == ["sub/new.py"]


def test_it_waits_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    ran = Project(tmp_path, "http://127.0.0.1:1", "aitp_x").review("pipe.py")
    assert ran.code == 2
    assert "neither a file nor a folder" in ran.err


def test_it_hands_on_what_git_advises(tmp_path: Path) -> None:
    made = Project(
        tmp_path, "http://127.0.0.1:1", "aitp_x", {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    )
    made.write("a.py", SAFE)
    made.run("git", "init", "--quiet")
    ran = made.review("--diff", "HEAD")
    assert ran.code == 2
    assert "dubious ownership" in ran.err
    assert "safe.directory" in ran.err


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_ends_when_the_client_itself_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(reviewing, "review_one", broken)
    file = tmp_path / "a.py"
    file.write_text(SAFE, encoding="utf-8")
    server = Server("http://127.0.0.1:1", Token("aitp_x"))
    with pytest.raises(ClientError, match="broke in this client"):
        list(review(server, targets_of([str(file)]), Wishes(), 2))


def test_it_gives_gitlab_a_fingerprint_for_each_finding(tmp_path: Path) -> None:
    found = [
        Finding("HIGH", line, line, 1, 502, "Title", "Text", "rule", "same", None, "")
        for line in (1, 2)
    ]
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(SAFE, encoding="utf-8")
    outcomes = [Outcome(target, found) for target in targets_of([str(tmp_path)])]
    shown = [each["fingerprint"] for each in json.loads(render("codequality", outcomes))]
    assert len(set(shown)) == 4
    assert shown == [each["fingerprint"] for each in json.loads(render("codequality", outcomes))]


@pytest.mark.parametrize("form", ["json", "sarif", "codequality"])
def test_its_reports_are_unicode_whatever_a_file_is_called(tmp_path: Path, form: str) -> None:
    file = tmp_path / os.fsdecode(b"latin\xe9.py")
    file.write_text(SAFE, encoding="utf-8")
    found = [Finding("HIGH", 1, 1, 1, 502, "Title", "Text", "rule", "same", None, "")]
    outcomes = [Outcome(target, found) for target in targets_of([str(file)])]
    report = json.loads(render(form, outcomes))
    assert json.dumps(report, ensure_ascii=False).encode("utf-8")


def test_it_does_not_call_its_own_mistakes_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "main", broken)
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
