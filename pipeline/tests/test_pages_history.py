"""The history: one's own submissions, newest first, with what came of them."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.models import JobState, Submission
from pipeline.services import submit
from pipeline.tests.page_data import finish, put
from pipeline.views import paging


def test_it_says_that_there_is_nothing_yet(as_alice: Client) -> None:
    assertContains(as_alice.get("/submissions/"), "Nothing submitted yet")


def test_it_shows_state_findings_and_confidence(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    page = as_alice.get("/submissions/")
    for text in ("small.py", "Python", "Done", "1 HIGH", "MEDIUM"):
        assertContains(page, text)


def test_it_shows_a_dead_job_as_failed(as_alice: Client, submission: Submission) -> None:
    put(submission, JobState.DEAD)
    assertContains(as_alice.get("/submissions/"), '<span class="mark mark-failed">Failed</span>')


def test_it_promises_no_result_of_a_run_that_ended(
    as_alice: Client, submission: Submission
) -> None:
    assertContains(as_alice.get("/submissions/"), "not yet", count=2)
    put(submission, JobState.CANCELLED)
    assertContains(as_alice.get("/submissions/"), "not made", count=2)


def test_it_shows_nobody_elses(client: Client, bob: User, submission: Submission) -> None:
    client.force_login(bob)
    assertNotContains(client.get("/submissions/"), "small.py")


def test_it_names_what_cannot_be_seen_in_a_title(as_alice: Client, alice: User) -> None:
    submit(user=alice, code="x = \u202eexe.py <b> y\n", language="python")
    page = as_alice.get("/submissions/")
    assertContains(page, "x = [U+202E]exe.py &lt;b&gt; y")


def test_it_shows_25_a_page_newest_first(as_alice: Client, alice: User) -> None:
    for number in range(26):
        Submission.objects.create(
            user=alice, code="x", language="python", filename=f"file{number:02}.py"
        )
    first = as_alice.get("/submissions/")
    assert first.context["rows"][0].submission.filename == "file25.py"
    assert len(first.context["rows"]) == 25
    second = as_alice.get("/submissions/?page=2")
    assert [row.submission.filename for row in second.context["rows"]] == ["file00.py"]


def test_it_asks_the_database_a_fixed_number_of_times(
    as_alice: Client, alice: User, django_assert_max_num_queries: object
) -> None:
    for _ in range(4):
        finish(submit(user=alice, code="x", language="python", filename="a.py"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        as_alice.get("/submissions/")


def with_files(user: User, count: int) -> None:
    Submission.objects.bulk_create(
        Submission(user=user, code="x", language="python", filename=f"n{number}.py")
        for number in range(count)
    )


def test_it_counts_a_long_history_no_further_than_it_matters(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 50)
    with_files(alice, 80)
    page = as_alice.get("/submissions/")
    assertContains(page, "More than 50 submissions.")
    assertContains(page, "Page 1 of more than 2<")


@pytest.mark.parametrize(("number", "rows"), [(3, 25), (4, 5)])
def test_it_shows_what_was_not_counted(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch, number: int, rows: int
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 50)
    with_files(alice, 80)
    page = as_alice.get(f"/submissions/?page={number}")
    assert len(page.context["rows"]) == rows
    assertContains(page, "80 submissions." if number == 4 else "More than 75 submissions.")


def test_it_counts_what_is_found_by_a_word(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 50)
    with_files(alice, 52)
    assertContains(as_alice.get("/submissions/?q=n"), "More than 50 submissions found.")
    assertContains(as_alice.get("/submissions/?q=n1"), "11 submissions found.")
