"""What the history is asked for in its address: found, sorted, or refused in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.analysis.types import Severity
from pipeline.models import Job, JobState, Step, Submission
from pipeline.services import submit
from pipeline.tests.page_data import dossier, finding, put, store


def a_submission(user: User, name: str, **fields: str) -> Submission:
    return submit(user=user, code="x = 1\n", language="python", filename=name, **fields)


def with_findings(user: User, name: str, *severities: Severity) -> Submission:
    made = a_submission(user, name)
    found = dossier(*(finding(severity) for severity in severities))
    store(made, Step.FORENSIC, found if severities else found.model_copy(update={"findings": ()}))
    if not severities:
        Job.objects.filter(pk=made.current_job_id).update(tally={}, worst_severity=9)
    return made


def found(client: Client, query: str) -> list[str]:
    rows = client.get(f"/submissions/?{query}").context["rows"]
    return [row.title for row in rows]


@pytest.mark.parametrize("text", ["invoice", "INVOICE", "pays twice"])
def test_it_finds_by_name_and_by_comments(as_alice: Client, alice: User, text: str) -> None:
    a_submission(alice, "invoice.py", comments="It pays twice.")
    a_submission(alice, "other.py")
    assert found(as_alice, f"q={text}") == ["invoice.py"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"'])
def test_it_takes_what_is_typed_word_for_word(as_alice: Client, alice: User, text: str) -> None:
    a_submission(alice, "plain.py")
    Submission.objects.filter(pk=a_submission(alice, "x.py").pk).update(filename=f"a{text}b.py")
    assert found(as_alice, f"q=a{text.replace('%', '%25')}b") == [f"a{text}b.py"]


def test_it_finds_by_language(as_alice: Client, alice: User) -> None:
    a_submission(alice, "a.py")
    Submission.objects.filter(pk=a_submission(alice, "b.go").pk).update(language="go")
    assert found(as_alice, "language=go") == ["b.go"]


def test_it_finds_by_state(as_alice: Client, alice: User) -> None:
    put(a_submission(alice, "a.py"), JobState.DEAD)
    put(a_submission(alice, "b.py"), JobState.FAILED)
    a_submission(alice, "c.py")
    assert found(as_alice, "state=failed&sort=name") == ["a.py", "b.py"]


def test_it_finds_by_the_worst_finding(as_alice: Client, alice: User) -> None:
    with_findings(alice, "a.py", Severity.LOW, Severity.HIGH)
    with_findings(alice, "b.py", Severity.LOW)
    with_findings(alice, "c.py")
    assert found(as_alice, "severity=high") == ["a.py"]
    assert found(as_alice, "severity=none") == ["c.py"]


def test_it_finds_by_day_with_both_ends(as_alice: Client, alice: User) -> None:
    for day in (1, 2, 3, 4):
        made = a_submission(alice, f"{day}.py")
        late = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
        Submission.objects.filter(pk=made.pk).update(created_at=late)
    assert found(as_alice, "since=2026-03-02&until=2026-03-03") == ["3.py", "2.py"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["b.py", "c.py", "a.py"]),
        ("oldest", ["a.py", "c.py", "b.py"]),
        ("name", ["a.py", "b.py", "c.py"]),
        ("worst", ["c.py", "a.py", "b.py"]),
    ],
)
def test_it_sorts(as_alice: Client, alice: User, order: str, names: list[str]) -> None:
    with_findings(alice, "a.py", Severity.LOW)
    with_findings(alice, "c.py", Severity.CRITICAL)
    a_submission(alice, "b.py")
    assert found(as_alice, f"sort={order}") == names


def test_it_keeps_what_was_asked_for_on_the_next_page(as_alice: Client, alice: User) -> None:
    Submission.objects.bulk_create(
        Submission(user=alice, code="x", language="python", filename=f"n{number}.py")
        for number in range(26)
    )
    page = as_alice.get("/submissions/?q=n&sort=name")
    assertContains(page, '<a class="button button-plain" rel="next" href="?q=n&amp;sort=name&amp;')


HOSTILE = [
    ("page=0", "There is no such page. This is page 1."),
    ("page=-1", "There is no such page"),
    ("page=99999999999999999999999999", "There is no such page"),
    ("page=x%00", "There is no such page"),
    ("page=" + "9" * 5000, "There is no such page"),
    ("sort=password", "There is no such choice"),
    ("language=%27%20OR%201=1", "There is no such choice"),
    ("state=succeeded", "There is no such choice"),
    ("severity=HIGH%00", "There is no such choice"),
    ("since=2026-02-30", "This is no day"),
    ("since=0001-01-01", "This is no day"),
    ("until=9999-12-31", "This is no day"),
    ("since=2026-03-02&until=2026-03-01", "The last day is before the first one"),
    ("q=" + "x" * 201, "Look for at most 200 characters"),
    ("q=%00", "Null characters are not allowed"),
]


@pytest.mark.parametrize(("query", "message"), HOSTILE)
def test_it_says_what_it_could_not_read(
    as_alice: Client, submission: Submission, query: str, message: str
) -> None:
    page = as_alice.get(f"/submissions/?{query}")
    assertContains(page, message)
    assertContains(page, "small.py")


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%f0%9f%92%a9", "q[]=1&page[]=2", "q=a&q=b"])
def test_it_survives_odd_text(as_alice: Client, submission: Submission, query: str) -> None:
    assert as_alice.get(f"/submissions/?{query}").status_code == 200


def test_it_shows_what_was_chosen(as_alice: Client, submission: Submission) -> None:
    page = as_alice.get("/submissions/?language=python&q=small&since=2026-01-02")
    assertContains(page, '<option value="python" selected>Python</option>')
    assertContains(page, 'value="small"')
    assertContains(page, 'value="2026-01-02"')


def test_it_says_that_nothing_fits(as_alice: Client, submission: Submission) -> None:
    page = as_alice.get("/submissions/?q=nowhere")
    assertContains(page, "No submission fits.")
    assertNotContains(page, "Nothing submitted yet")


def test_it_reads_no_code_and_no_dossier(
    as_alice: Client, submission: Submission, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(6) as captured:  # type: ignore[operator]
        as_alice.get("/submissions/")
    columns = " ".join(query["sql"] for query in captured.captured_queries)
    assert '"code_submissions"."comments"' not in columns.replace("`", '"')
    assert "forensic" not in columns


def test_it_ticks_all_on_request(as_alice: Client, submission: Submission) -> None:
    assertContains(as_alice.get("/submissions/?chosen=all"), " checked>", count=1)
