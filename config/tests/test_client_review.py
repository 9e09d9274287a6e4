"""The client against a real server: what it reports, what it sends, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from jsonschema import Draft4Validator

from accounts.models import ApiToken, User
from config.tests.client_server import CLIENT, SAFE, UNSAFE, Project, project, token_of
from pipeline.models import FindingState, KnownFinding, Submission
from pipeline.tests.relay import Relay

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["project"]  # a fixture
SARIF = Path("pipeline/tests/data/sarif-2.1.0-rtm.5.json")


def test_it_reviews_a_folder_with_the_standard_library_alone(project: Project) -> None:
    project.write("src/unsafe.py", UNSAFE)
    project.write("src/safe.py", SAFE)
    project.write("src/notes.txt", "no code")
    project.write("src/node_modules/left.js", "x = 1")
    ran = project.review("src")
    assert (ran.code, Submission.objects.count()) == (0, 2)
    assert "- src/unsafe.py:5: " in ran.out
    assert "CWE-502" in ran.out
    assert f"{project.server}/submissions/" in ran.out
    assert ran.err.count("- [") == 2


@pytest.mark.parametrize(("level", "code"), [("critical", 0), ("low", 1)])
def test_it_fails_on_the_level_that_was_asked_for(project: Project, level: str, code: int) -> None:
    project.write("unsafe.py", UNSAFE)
    assert project.review("unsafe.py", "--fail-on", level).code == code


@pytest.mark.parametrize("streams", ["", "2>&1"])
def test_it_fails_also_when_nobody_reads_on(project: Project, streams: str) -> None:
    project.write("a.py", UNSAFE)
    command = f'"{sys.executable}" "{CLIENT}" review --fail-on high a.py {streams} | true'
    ran = project.run("bash", "-o", "pipefail", "-c", command)
    assert ran.code == 1
    assert "Traceback" not in ran.err


def test_it_counts_nothing_that_people_marked(project: Project, alice: User) -> None:
    project.write("unsafe.py", UNSAFE)
    assert project.review("unsafe.py", "--fail-on", "low").code == 1
    KnownFinding.objects.update(state=FindingState.FALSE_POSITIVE, reason="only our files")
    ran = project.review("unsafe.py", "--fail-on", "low", "--format", "sarif")
    assert ran.code == 0
    (said,) = json.loads(ran.out)["runs"][0]["results"][0]["suppressions"]
    assert said["justification"] == "false positive: only our files"


def test_it_does_not_pay_twice_for_the_same(project: Project) -> None:
    path = project.write("unsafe.py", UNSAFE)
    project.review("unsafe.py")
    project.review("unsafe.py")
    assert Submission.objects.count() == 1
    project.review("unsafe.py", "--again")
    path.write_text(SAFE, encoding="utf-8")
    project.review("unsafe.py")
    assert Submission.objects.count() == 3


def test_it_goes_on_after_a_broken_connection_without_paying_twice(project: Project) -> None:
    """The connection breaks when the submission is stored and its answer is not yet on its way."""
    relay = Relay("127.0.0.1", urlsplit(project.server).port or 0)
    relay.mend()

    def break_once(**_: object) -> None:
        post_save.disconnect(break_once, sender=Submission)
        transaction.on_commit(lambda: (relay.cut(), relay.mend()))

    post_save.connect(break_once, sender=Submission)
    project.write("unsafe.py", UNSAFE)
    away = Project(project.folder, f"http://127.0.0.1:{relay.port}", project.token)
    try:
        ran = away.review("unsafe.py")
    finally:
        post_save.disconnect(break_once, sender=Submission)
        relay.cut()
    assert (ran.code, Submission.objects.count()) == (0, 1)
    assert "CWE-502" in ran.out


def test_it_writes_what_came_back_beside_the_report_and_never_reviews_it(project: Project) -> None:
    path = project.write("src/unsafe.py", UNSAFE)
    for _ in range(2):
        ran = project.review(".", "--output", ".", "--format", "markdown")
        assert ran.code == 0
    rebuilt = (project.folder / "rebuilt/src/unsafe.py").read_text("utf-8")
    assert rebuilt == UNSAFE.replace("yaml.load", "yaml.safe_load")
    assert path.read_text("utf-8") == UNSAFE
    assert Submission.objects.count() == 1
    assert (
        "| src/unsafe\\.py | 0 | 1 | 0 | 0 | HIGH |" in (project.folder / "report.md").read_text()
    )


def test_it_writes_nothing_through_a_link_that_leads_out(project: Project, tmp_path: Path) -> None:
    project.write("unsafe.py", UNSAFE)
    (project.folder / "elsewhere").mkdir()
    (project.folder / "out").mkdir()
    (project.folder / "out/rebuilt").symlink_to(project.folder / "elsewhere")
    ran = project.review("unsafe.py", "--output", "out")
    assert (ran.code, list((project.folder / "elsewhere").iterdir())) == (2, [])
    assert "a link leads out of the output folder" in ran.err


def test_it_shows_the_confidence_of_each_verdict(project: Project) -> None:
    project.write("unsafe.py", UNSAFE)
    ran = project.review("unsafe.py")
    head, row, *_ = ran.out.splitlines()
    assert (head.split()[-1], row.split()[-1]) == ("Confidence", "HIGH")


def test_it_sends_along_what_another_tool_found_in_each_file(project: Project) -> None:
    project.write("src/reader.py", SAFE)
    project.write("src/other.py", SAFE)
    project.write("log.sarif", json.dumps(sarif_about("file:///build/src/reader.py")))
    ran = project.review("src", "--sarif", "log.sarif")
    assert ran.code == 0, ran.err
    assert "- src/reader.py:1: LOW Told." in ran.out
    assert "- src/other.py: nothing found" in ran.out


def test_it_stops_before_any_code_is_sent_with_a_log_that_is_none(project: Project) -> None:
    project.write("safe.py", SAFE)
    project.write("log.sarif", "[]")
    ran = project.review("safe.py", "--sarif", "log.sarif")
    assert (ran.code, Submission.objects.count()) == (2, 0)
    assert "log.sarif is not usable" in ran.err


def sarif_about(uri: str) -> dict[str, object]:
    """A log of another tool whose rule and place are told by their index alone."""
    place = {"artifactLocation": {"index": 0}, "region": {"startLine": 1}}
    result = {
        "ruleIndex": 1,
        "level": "note",
        "message": {"text": "Told."},
        "locations": [{"physicalLocation": place}],
    }
    driver = {"name": "Team Scan", "rules": [{"id": "A"}, {"id": "B"}]}
    artifacts = [{"location": {"uri": uri}}]
    run = {"tool": {"driver": driver}, "artifacts": artifacts, "results": [result]}
    return {"version": "2.1.0", "runs": [run]}


def test_it_writes_a_valid_sarif_log_and_still_shows_the_table(project: Project) -> None:
    project.write("with space.py", UNSAFE)
    ran = project.review(".", "--format", "sarif", "--output", "reports")
    log = json.loads((project.folder / "reports/report.sarif").read_text("utf-8"))
    Draft4Validator(json.loads(SARIF.read_text("utf-8"))).validate(log)
    result = log["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "with%20space.py"
    assert place["region"]["startLine"] == 5
    assert "Critical" in ran.out


def test_it_reports_what_gitlab_reads(project: Project) -> None:
    project.write("unsafe.py", UNSAFE)
    (first, *_) = json.loads(project.review("unsafe.py", "--format", "codequality").out)
    assert first["location"] == {"path": "unsafe.py", "lines": {"begin": 5}}
    assert first["severity"] in ("blocker", "critical", "major", "minor")
    assert first["fingerprint"]


def test_it_reviews_only_what_changed(project: Project) -> None:
    project.git("init", "--quiet", "--initial-branch", "main")
    project.write("old.py", SAFE)
    base = project.write("gone.py", SAFE) and project.commit()
    project.write("committed.py", UNSAFE)
    (project.folder / "gone.py").unlink()
    project.commit()
    project.write("deep/new ü.py", UNSAFE)
    files = json.loads(project.review("--diff", base, "--format", "json").out)["files"]
    assert {file["path"] for file in files} == {"committed.py", "deep/new ü.py"}


def test_it_is_done_when_nothing_changed(project: Project) -> None:
    project.git("init", "--quiet")
    project.write("old.py", SAFE)
    project.commit()
    ran = project.review("--diff", "HEAD", "--fail-on", "low")
    assert (ran.code, Submission.objects.count()) == (0, 0)
    assert "no source file changed" in ran.err


@pytest.mark.parametrize("base", ["no-such-branch", "--output=x"])
def test_it_says_what_a_shallow_clone_needs(project: Project, base: str) -> None:
    project.git("init", "--quiet")
    project.write("old.py", SAFE)
    project.commit()
    ran = project.review(f"--diff={base}")
    assert ran.code == 2
    assert "fetch-depth: 0" in ran.err
    assert not (project.folder / "x").exists()


def test_it_reviews_the_others_when_one_cannot_be(project: Project) -> None:
    (project.folder / "latin.py").write_bytes(b"x = '\xe9'\n")
    project.write("safe.py", SAFE)
    ran = project.review(".")
    assert ran.code == 2
    assert "- latin.py: not reviewed: not UTF-8 text." in ran.out
    assert Submission.objects.count() == 1


def test_it_says_when_the_days_limit_is_reached(project: Project, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    project.write("safe.py", SAFE)
    ran = project.review("safe.py")
    assert ran.code == 2
    assert "limit" in ran.out


def test_it_stops_before_any_code_is_sent_without_a_good_token(
    project: Project, alice: User
) -> None:
    project.write("safe.py", SAFE)
    ApiToken.objects.all().delete()
    ran = project.review("safe.py")
    assert ran.code == 2
    assert "This token does not work" in ran.err
    assert project.token not in ran.err + ran.out


def test_it_stops_at_once_with_a_token_that_may_only_read(project: Project, alice: User) -> None:
    project.write("safe.py", SAFE)
    reader = Project(project.folder, project.server, token_of(alice, "read"))
    ran = reader.review("safe.py")
    assert ran.code == 2
    assert "scope submit" in ran.err


def test_it_reads_the_token_from_a_private_file(project: Project) -> None:
    project.write("safe.py", SAFE)
    file = project.write("token", project.token + "\n")
    file.chmod(0o600)
    quiet = Project(project.folder, project.server)
    assert quiet.review("safe.py", "--token-file", "token").code == 0
    file.chmod(0o640)
    ran = quiet.review("safe.py", "--token-file", "token")
    assert ran.code == 2
    assert "chmod 600" in ran.err


def test_it_is_what_manage_py_runs_with_a_server(project: Project) -> None:
    project.write("unsafe.py", UNSAFE)
    manage = str(CLIENT.parent / "manage.py")
    ran = project.run(
        sys.executable, manage, "review", "--server", project.server, "unsafe.py", "--fail-on=low"
    )
    assert (ran.code, Submission.objects.count()) == (1, 1)
    assert Submission.objects.get().user.email == "alice@example.com"


@pytest.mark.parametrize("unread", ["| true", "2>&1 >/dev/null | true"])
def test_it_fails_for_findings_that_nobody_reads_of(project: Project, unread: str) -> None:
    project.write("unsafe.py", UNSAFE)
    command = '"$0" -I -S "$1" review unsafe.py --fail-on low; echo $? >code'
    project.run("/bin/sh", "-c", f"({command}) {unread}", sys.executable, str(CLIENT))
    assert (project.folder / "code").read_text(encoding="utf-8") == "1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_it_does_not_call_a_full_disk_findings(project: Project) -> None:
    project.write("safe.py", SAFE)
    command = '"$0" -I -S "$1" review safe.py >/dev/full'
    ran = project.run("/bin/sh", "-c", command, sys.executable, str(CLIENT))
    assert ran.code == 2
    assert ran.err.endswith("review: The report cannot be written (No space left on device).\n")


@pytest.mark.usefixtures("as_from_a_terminal")
def test_it_ends_on_ctrl_c_in_one_line(
    live_server: LiveServer, alice: User, tmp_path: Path
) -> None:
    """Nobody works here, so what was handed in waits for ever."""
    project = Project(tmp_path, live_server.url, token_of(alice))
    project.write("safe.py", SAFE)
    handed_in = threading.Event()

    def tell(**_: object) -> None:
        handed_in.set()

    post_save.connect(tell, sender=Submission)
    command = [sys.executable, "-I", "-S", str(CLIENT), "review", "safe.py"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=project.environment(), stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert handed_in.wait(60)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=30)
        finally:
            post_save.disconnect(tell, sender=Submission)
            running.kill()
    assert running.returncode == 130
    assert err.startswith("review: stopped.")
    assert err.count("\n") == 1
