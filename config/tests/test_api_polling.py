"""Programs that ask again and again: what did not change costs one query and no body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from config.tests.test_api_tokens import Program
from operations.clock import Now, now_plus
from pipeline.models import Job, JobState, Step, Submission
from pipeline.standing import LATEST_SECONDS, LATEST_SECONDS_WHILE_PUT_OFF, SOONEST_SECONDS
from pipeline.tests.api_client import ApiClient, problem_of
from pipeline.tests.page_data import dossier, put, store, verdict

pytestmark = pytest.mark.django_db
POLLED = ("code.getJobStatus", "code.getResult")
ENDED = {"finished_at": Now(), "user_message": "It cannot be read."}

CHANGES: dict[str, Callable[[Submission], Any]] = {
    "claimed": lambda it: put(it, JobState.RUNNING, attempts=1, started_at=Now()),
    "queued again": lambda it: put(it, JobState.QUEUED, attempts=2),
    "at a step": lambda it: put(it, JobState.QUEUED, current_step=Step.REBUILDER),
    "a step stored": lambda it: store(it, Step.FORENSIC, dossier()),
    "ended": lambda it: put(it, JobState.FAILED, **ENDED),
    "with a message": lambda it: put(it, JobState.QUEUED, user_message="Not yet."),
    "cancelled": lambda it: put(it, JobState.CANCELLED),
}


@pytest.fixture
def program(alice: User) -> Program:
    return Program.of(alice)


def ask(
    program: Program | ApiClient, name: str, it: Submission | str, tag: str = ""
) -> HttpResponse:
    public_id = it if isinstance(it, str) else it.public_id
    headers = {"If-None-Match": tag} if tag else {}
    address = f"/api/v1/{name.replace('.', '/')}"
    return program.http.get(address, {"id": public_id}, headers=headers)


@pytest.mark.parametrize("name", POLLED)
def test_it_says_in_two_statements_that_nothing_changed(
    program: Program, submission: Submission, name: str
) -> None:
    tag = ask(program, name, submission)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = ask(program, name, submission, tag)
    assert (answer.status_code, answer.content) == (304, b"")
    tables = [query["sql"].partition("FROM")[2].split()[0].strip('`"') for query in queries]
    assert tables == ["api_tokens", "code_submissions"]


def test_it_reads_a_status_that_changed_in_as_many(
    program: Program, submission: Submission
) -> None:
    tag = ask(program, POLLED[0], submission)["ETag"]
    store(submission, Step.FORENSIC, dossier())
    with CaptureQueriesContext(connection) as queries:
        assert ask(program, POLLED[0], submission, tag).status_code == 200
    assert len(queries) == 2


def test_it_looks_for_the_session_and_its_user_instead_of_a_token(
    alice: User, submission: Submission
) -> None:
    api = ApiClient(alice)
    tag = ask(api, POLLED[0], submission)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert ask(api, POLLED[0], submission, tag).status_code == 304
    assert len(queries) == 3


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", POLLED)
def test_it_has_another_tag_whenever_it_says_something_else(
    program: Program, submission: Submission, name: str, change: str
) -> None:
    before = ask(program, name, submission)
    CHANGES[change](submission)
    after = ask(program, name, submission, before["ETag"])
    if after.status_code == 304:
        assert ask(program, name, submission).content == before.content
    else:
        assert after["ETag"] != before["ETag"]


def test_it_has_another_tag_for_every_change_of_a_status(
    program: Program, submission: Submission
) -> None:
    tags = [ask(program, POLLED[0], submission)["ETag"]]
    for change in CHANGES.values():
        change(submission)
        tags.append(ask(program, POLLED[0], submission)["ETag"])
    assert len(set(tags)) == len(tags)


def test_it_keeps_the_tag_of_a_result_while_only_the_attempts_change(
    program: Program, submission: Submission
) -> None:
    tag = ask(program, POLLED[1], submission)["ETag"]
    put(submission, JobState.QUEUED, attempts=3)
    assert ask(program, POLLED[1], submission, tag).status_code == 304
    store(submission, Step.QUALITY, verdict())
    assert ask(program, POLLED[1], submission, tag).status_code == 200


def test_it_tells_a_new_run_from_the_one_before(program: Program, submission: Submission) -> None:
    tag = ask(program, POLLED[0], submission)["ETag"]
    Submission.objects.update(current_job=Job.objects.create(submission=submission))
    assert ask(program, POLLED[0], submission, tag).status_code == 200


@pytest.mark.parametrize("name", POLLED)
def test_it_lets_answers_be_kept_by_whoever_asked_alone(
    program: Program, submission: Submission, name: str
) -> None:
    first = ask(program, name, submission)
    again = ask(program, name, submission, first["ETag"])
    assert first["ETag"].startswith('W/"')
    for header in ("ETag", "Cache-Control", "Vary"):
        assert again[header] == first[header]
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))


def test_it_keeps_nothing_of_other_answers(program: Program) -> None:
    for answer in (program.ask("code.getHistory"), program.ask(POLLED[0], id="unknown")):
        assert "no-store" in answer["Cache-Control"]
        assert "ETag" not in answer


@pytest.mark.parametrize("tag", ["", "*", 'W/"0"', "present"])
@pytest.mark.parametrize("name", POLLED)
def test_it_has_no_tag_for_others(
    program: Program, bob: User, submission: Submission, name: str, tag: str
) -> None:
    present = ask(program, name, submission)["ETag"]
    foreign = ask(Program.of(bob), name, submission, present if tag == "present" else tag)
    assert problem_of(foreign) == (404, "not-found")
    assert "ETag" not in foreign


@pytest.mark.parametrize("form", ["{}", 'W/"0", {}', "{}, {}", "*"])
def test_it_knows_its_tag_in_every_form(
    program: Program, submission: Submission, form: str
) -> None:
    tag = ask(program, POLLED[0], submission)["ETag"]
    for sent in (tag, tag.removeprefix("W/")):
        assert ask(program, POLLED[0], submission, form.format(sent, sent)).status_code == 304


@pytest.mark.parametrize("tag", ['"', "W/", "x", '"0', "\u00e9", ",,,", '"*"'])
def test_it_takes_what_is_no_tag_for_none(
    program: Program, submission: Submission, tag: str
) -> None:
    assert ask(program, POLLED[0], submission, tag).status_code == 200


def wait(program: Program, submission: Submission) -> int:
    """What Retry-After says, the same with and without a body."""
    full = ask(program, POLLED[0], submission)
    brief = ask(program, POLLED[0], submission, full["ETag"])
    assert brief.status_code == 304
    seconds = int(full["Retry-After"])
    assert 0 <= seconds - int(brief["Retry-After"]) <= 1  # time passes meanwhile
    return seconds


@pytest.mark.parametrize(
    ("waited", "expected"),
    [(0, SOONEST_SECONDS), (15, 2), (95, 10), (3_600, LATEST_SECONDS)],
)
@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_it_has_a_program_wait_longer_the_longer_it_waited(
    program: Program, submission: Submission, state: JobState, waited: int, expected: int
) -> None:
    since = now_plus(-timedelta(seconds=waited))
    put(submission, state, available_at=since, step_started_at=since)
    assert wait(program, submission) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(10, 10), (1_800, LATEST_SECONDS_WHILE_PUT_OFF)])
def test_it_has_a_program_wait_for_the_next_attempt(
    program: Program, submission: Submission, seconds: int, expected: int
) -> None:
    put(submission, JobState.QUEUED, available_at=now_plus(timedelta(seconds=seconds)))
    assert expected - 1 <= wait(program, submission) <= expected


def test_it_asks_nobody_to_come_back_after_the_end(
    program: Program, submission: Submission
) -> None:
    put(submission, JobState.SUCCEEDED)
    first = ask(program, POLLED[0], submission)
    for answer in (first, ask(program, POLLED[0], submission, first["ETag"])):
        assert "Retry-After" not in answer
