"""Files to take along: the rebuilt code byte for byte, and the result as a report."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.models import User
from pipeline.models import Step, StepResult, Submission
from pipeline.tests.page_data import REBUILT, dossier, finish, store


def address(submission: Submission, part: str = "rebuilt") -> str:
    return f"/submissions/{submission.public_id}/{part}"


def test_it_downloads_the_rebuilt_code_byte_for_byte(
    as_alice: Client, submission: Submission
) -> None:
    code = "\ufeffx = 'é'\r\ny = 2\r\n"
    finish(submission, code)
    answer = as_alice.get(address(submission))
    assert answer.content == code.encode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="small.rebuilt.py"'


@pytest.mark.parametrize("name", ['a"; filename="b.exe', "a\r\nSet-Cookie: x=1", "..\\..\\é.py"])
def test_it_downloads_under_a_harmless_name(
    as_alice: Client, submission: Submission, name: str
) -> None:
    Submission.objects.filter(pk=submission.pk).update(filename=name)
    finish(submission)
    answer = as_alice.get(address(submission))
    assert answer.content == REBUILT.encode()
    assert ".." not in answer["Content-Disposition"]
    assert "Set-Cookie" not in answer


def test_it_has_nothing_to_download_before_the_rebuild(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    assert as_alice.get(address(submission)).status_code == 404


@pytest.mark.parametrize(
    ("form", "ending", "text"),
    [
        ("markdown", ".md", "One finding fewer."),
        ("json", ".json", '"Weak hash"'),
        ("sarif", ".sarif", '"2.1.0"'),
    ],
)
def test_it_gives_the_whole_result_as_a_report(
    as_alice: Client, submission: Submission, form: str, ending: str, text: str
) -> None:
    finish(submission)
    answer = as_alice.get(address(submission, f"report/{form}"))
    assert text in answer.content.decode()
    assert answer["Content-Disposition"] == f'attachment; filename="small.py{ending}"'
    if form != "markdown":
        json.loads(answer.content)


def test_it_has_no_report_of_a_run_under_way(as_alice: Client, submission: Submission) -> None:
    assert as_alice.get(address(submission, "report/json")).status_code == 404


def test_it_knows_no_other_kind_of_report(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    assert as_alice.get(address(submission, "report/exe")).status_code == 404


def test_it_has_no_report_of_a_result_it_cannot_read(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    StepResult.objects.update(content={"of": "another version"})
    assert as_alice.get(address(submission, "report/json")).status_code == 404


@pytest.mark.parametrize("part", ["rebuilt", "report/json", "report/sarif"])
def test_it_gives_nobody_else_anything(
    client: Client, bob: User, submission: Submission, part: str
) -> None:
    finish(submission)
    client.force_login(bob)
    assert client.get(address(submission, part)).status_code == 404
