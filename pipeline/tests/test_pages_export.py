"""Whole results as a zip: everything in it, under names that no system stumbles over."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from pipeline.models import StepResult, Submission
from pipeline.reports import bundle
from pipeline.reports.file_names import LONGEST_BYTES, safe_name
from pipeline.services import submit
from pipeline.tests.page_data import REBUILT, finish


def unzipped(client: Client, address: str, **query: object) -> zipfile.ZipFile:
    answer = client.get(address, query)
    assert answer["Content-Type"] == "application/zip"
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == int(answer["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(content))


def one(submission: Submission) -> str:
    return f"/submissions/{submission.public_id}/export.zip"


def test_it_has_everything(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    archive = unzipped(as_alice, one(submission))
    parts = ("original/small.py", "report.md", "report.json", "report.sarif", "rebuilt/small.py")
    assert archive.namelist() == [f"01-small/{part}" for part in (*parts, "changes.diff")]
    assert archive.testzip() is None
    assert archive.read("01-small/original/small.py").decode() == submission.code
    assert archive.read("01-small/rebuilt/small.py").decode() == REBUILT
    assert json.loads(archive.read("01-small/report.sarif"))["version"] == "2.1.0"
    assert "+print(hashlib.sha256" in archive.read("01-small/changes.diff").decode()


def test_it_has_what_there_is_while_the_run_goes_on(
    as_alice: Client, submission: Submission
) -> None:
    archive = unzipped(as_alice, one(submission))
    assert "has not ended" in archive.read("01-small/NOTE.txt").decode()
    assert "01-small/original/small.py" in archive.namelist()


def test_it_keeps_the_code_of_a_result_it_cannot_read(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    StepResult.objects.update(content={"of": "another version"})
    archive = unzipped(as_alice, one(submission))
    assert archive.namelist() == ["01-small/original/small.py", "01-small/NOTE.txt"]


def test_it_takes_several_of_the_same_name(as_alice: Client, alice: User) -> None:
    made = [
        submit(user=alice, code=f"x = {number}\n", language="python", filename="a.py")
        for number in range(2)
    ]
    archive = unzipped(as_alice, "/submissions/export/", id=[each.public_id for each in made])
    codes = [archive.read(f"0{number}-a/original/a.py").decode() for number in (1, 2)]
    assert codes == ["x = 0\n", "x = 1\n"]


def test_it_says_that_too_many_were_chosen(as_alice: Client) -> None:
    ids = [f"id{number}" for number in range(51)]
    answer = as_alice.get("/submissions/export/", {"id": ids}, follow=True)
    assertContains(answer, "At most 50 can be exported at once; 51 were chosen.")


def test_it_refuses_what_would_be_too_large(
    as_alice: Client, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 10)
    answer = as_alice.get(one(submission), follow=True)
    assertContains(answer, "Choose fewer submissions.")


@pytest.mark.parametrize("path", ["export.zip", "../export/"])
def test_it_gives_nobody_else_anything(
    client: Client, bob: User, submission: Submission, path: str
) -> None:
    client.force_login(bob)
    assert client.get(one(submission)).status_code == 404
    assert client.get("/submissions/export/", {"id": submission.public_id}).status_code == 404


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/a.py", "a.py"),
        ("C:\\x\\a.py", "a.py"),
        ("C:a.py", "C_a.py"),
        ("..", "code.py"),
        (".", "code.py"),
        ("", "code.py"),
        ("dir/", "code.py"),
        ("...", "code.py"),
        (".env", ".env"),
        ("con", "_con"),
        ("NUL.py", "_NUL.py"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("lpt¹.txt", "_lpt¹.txt"),
        ("aux .py", "_aux .py"),
        ("console.py", "console.py"),
        ("a.py. . ", "a.py"),
        ("a:b?.py", "a_b_.py"),
        ("a\x00\r\nb.py", "ab.py"),
        ("evil\u202eyp.exe", "evilyp.exe"),
        ("e\u0301.py", "\u00e9.py"),
        ('a"b<c>|*.py', "a_b_c___.py"),
    ],
)
def test_it_makes_names_safe(given: str, name: str) -> None:
    assert safe_name(given, "python") == name


@pytest.mark.parametrize("given", ["x" * 300 + ".py", "é" * 250 + ".py", "." + "x" * 300])
def test_it_makes_names_short_enough(given: str) -> None:
    assert 0 < len(safe_name(given, "python").encode()) <= LONGEST_BYTES


@pytest.mark.parametrize("given", ["../../evil.sh", "con", "a/../../b", "..\\c", "\u202e", ". "])
def test_it_has_no_entry_outside_of_its_folder(
    as_alice: Client, submission: Submission, given: str
) -> None:
    Submission.objects.filter(pk=submission.pk).update(filename=given)
    finish(submission)
    for name in unzipped(as_alice, one(submission)).namelist():
        parts = name.split("/")
        assert parts[0].startswith("01-") and len(parts) <= 3
        assert not {"", ".", ".."} & set(parts) and "\\" not in name
