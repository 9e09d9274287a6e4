"""Lines and findings lead to each other; diffs of two forms; what was sent before compared."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.analysis.diff import rows
from pipeline.analysis.types import Outcome, Verdict, VerdictCheck
from pipeline.models import JobState, Step, Submission
from pipeline.services import submit
from pipeline.tests.page_data import dossier, finding, finish, put, store, verdict
from pipeline.views.tabs import evidence_of


def address(submission: Submission, words: str) -> str:
    return f"/submissions/{submission.public_id}/?{words}"


def sent(alice: User, code: str, filename: str = "a.py") -> Submission:
    return submit(user=alice, code=code, language="python", filename=filename)


def test_it_leads_from_a_finding_to_its_line(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    assertContains(as_alice.get(address(submission, "tab=findings")), "?tab=code&amp;page=1#L3")


def test_it_shows_ten_thousand_lines_by_pages(as_alice: Client, alice: User) -> None:
    long = sent(alice, "x = 1\n" * 10_000)
    store(long, Step.FORENSIC, dossier(finding(line=9_999)))
    assertContains(as_alice.get(address(long, "tab=findings")), "?tab=code&amp;page=10#L9999")
    page = as_alice.get(address(long, "tab=code&page=10"))
    assertContains(page, 'id="L9999" href="?tab=findings&amp;page=1#finding-')
    assertNotContains(page, 'id="L9000"')


def test_it_shows_the_code_before_anything_is_done(
    as_alice: Client, submission: Submission
) -> None:
    assertContains(as_alice.get(address(submission, "tab=code")), "hashlib")


def test_it_names_characters_that_change_the_order(as_alice: Client, alice: User) -> None:
    page = as_alice.get(address(sent(alice, "x = 1 # \u202eevil\u2066\n"), "tab=code"))
    assertContains(page, "[U+202E]evil[U+2066]")
    assertNotContains(page, "\u202e")


@pytest.mark.parametrize("words", ["view=side", "view=unified", "view=side&space=ignore", "view=?"])
def test_it_shows_the_diff_in_each_manner(
    as_alice: Client, submission: Submission, words: str
) -> None:
    finish(submission)
    page = as_alice.get(address(submission, f"tab=diff&{words}"))
    assertContains(page, "1 line added, 1 removed")
    assert page.content.count(b'class="came"') == (1 if "side" in words else 0)


def test_it_leaves_out_changes_of_spaces(as_alice: Client, alice: User) -> None:
    one = sent(alice, "if a:\n  b = 1\n")
    finish(one, "if a:\n    b = 1\n")
    page = as_alice.get(address(one, "tab=diff&space=ignore"))
    assertContains(page, "They differ only in spaces and tabs.")


def test_it_still_counts_a_line_that_came_beside_changes_of_spaces() -> None:
    kinds = [row.kind for row in rows("a\n  b\n", "a\n    b\nc\n", ignore_space=True)]
    assert kinds.count("added") == 1
    assert "changed" not in kinds


def test_it_compares_with_the_previous_submission_of_the_file(
    as_alice: Client, alice: User
) -> None:
    before, now = sent(alice, "old = 1\n"), sent(alice, "new = 2\n")
    finish(before)
    finish(now)
    assertContains(as_alice.get(address(now, "tab=diff")), "with=previous")
    page = as_alice.get(address(now, "tab=diff&with=previous"))
    for text in ("old = 1", "new = 2", "One finding fewer.", before.get_absolute_url()):
        assertContains(page, text)


def test_it_compares_with_nobody_elses_file(as_alice: Client, alice: User, bob: User) -> None:
    finish(sent(bob, "secret = 1\n"))
    mine = sent(alice, "new = 2\n")
    finish(mine)
    page = as_alice.get(address(mine, "tab=diff&with=previous"))
    assertNotContains(page, "secret")
    assertNotContains(page, "with=previous")


def test_it_lists_what_failed_first() -> None:
    outcomes = (Outcome.PASSED, Outcome.NOT_RUN, Outcome.FAILED)
    checks = tuple(VerdictCheck(name=str(each), outcome=each, detail="") for each in outcomes)
    shown = evidence_of(Verdict.model_validate({**verdict().model_dump(), "checks": checks}))
    assert [check.outcome for check in shown["checks"]] == [
        Outcome.FAILED,
        Outcome.NOT_RUN,
        Outcome.PASSED,
    ]


def test_it_tells_the_state_in_title_and_icon(as_alice: Client, submission: Submission) -> None:
    put(submission, JobState.RUNNING, current_step=Step.FORENSIC, attempts=1)
    running = as_alice.get(address(submission, "tab=code"))
    assertContains(running, "<title>1 of 3: ")
    assertContains(running, "icon-running.svg")
    finish(submission)
    ended = as_alice.get(address(submission, "tab=code"))
    assertContains(ended, "<title>Done: ")
    assertNotContains(ended, "icon-running.svg")
    assertNotContains(ended, "hx-get")
