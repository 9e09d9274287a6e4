"""The result page: every tab, hostile content, long content, and who may see it."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.analysis.ledger.rules import UNCHANGED
from pipeline.analysis.types import Component, Outcome, Severity, Syntax, SyntaxState, VerdictCheck
from pipeline.models import JobState, Step, StepResult, Submission
from pipeline.services import submit
from pipeline.tests.page_data import (
    dossier,
    finding,
    finish,
    put,
    rebuild,
    store,
    verdict,
)


def address(submission: Submission, tab: str = "dossier") -> str:
    return f"/submissions/{submission.public_id}/?tab={tab}"


@pytest.mark.parametrize(
    ("tab", "texts"),
    [
        ("dossier", ["A hash printer.", "6.5", "Forgery.", "CWE-327", "Behaviour at run time."]),
        ("findings", ["Weak hash", "B324", "Forged content passes.", "Use SHA-256."]),
        ("rebuilt", ["hashlib.sha256", "md5 became sha256", "Not sure what it runs."]),
        ("diff", ["1 line added, 1 removed", "hashlib.md5", "hashlib.sha256"]),
        ("verdict", ["One finding fewer.", "MEDIUM", "Nobody ran it."]),
        ("evidence", ["1 passed", "Both parse.", "syntax"]),
        ("code", ["hashlib", "tab=findings&amp;page=1#finding-"]),
    ],
)
def test_it_shows_each_result_in_its_tab(
    as_alice: Client, submission: Submission, tab: str, texts: list[str]
) -> None:
    finish(submission)
    page = as_alice.get(address(submission, tab))
    for text in texts:
        assertContains(page, text)
    assert page.context["tab"].kind.key == tab


def test_it_shows_the_dossier_for_a_tab_that_does_not_exist(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    assert as_alice.get(address(submission, "nonsense")).context["tab"].kind.key == "dossier"


def test_it_lets_people_read_what_is_done_while_the_rest_runs(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    put(submission, JobState.RUNNING, current_step=Step.REBUILDER, attempts=1)
    assertContains(as_alice.get(address(submission)), "A hash printer.")
    assertContains(as_alice.get(address(submission, "verdict")), "Not there yet.")


def test_it_keeps_the_results_and_the_code_of_a_failed_run(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    put(submission, JobState.DEAD, user_message="The rebuilder took too long.")
    page = as_alice.get(address(submission))
    assertContains(page, "The rebuilder took too long.")
    assertContains(page, "A hash printer.")
    assertContains(page, f"/?from={submission.public_id}")
    assertContains(as_alice.get(address(submission, "verdict")), "This part was not made.")


@pytest.mark.parametrize("tab", ["dossier", "findings", "rebuilt", "diff"])
def test_it_shows_hostile_code_as_text(as_alice: Client, alice: User, tab: str) -> None:
    hostile = "</pre><script>alert(1)</script>\n"
    sent = submit(user=alice, code=hostile, language="html", filename="<b>.html", comments=hostile)
    finish(sent, hostile + "<img src=x onerror=alert(2)>\n")
    page = as_alice.get(address(sent, tab))
    assertNotContains(page, "<script>alert")
    assertNotContains(page, "<img src=x")


def test_it_names_what_cannot_be_seen_in_the_code(as_alice: Client, submission: Submission) -> None:
    finish(submission, "access = 'user\u202e'  # \u2066admin\u2069\n")
    for tab in ("rebuilt", "diff"):
        page = as_alice.get(address(submission, tab))
        assertContains(page, "user[U+202E]")
        assertNotContains(page, "\u202e")


def test_it_shows_comments_of_before_line_ends_were_undone(
    as_alice: Client, submission: Submission
) -> None:
    Submission.objects.update(comments="one\r\ntwo\rthree")
    assertContains(as_alice.get(address(submission)), "one<br>two[U+000D]three")


def test_it_cuts_a_very_long_line_and_says_so(as_alice: Client, submission: Submission) -> None:
    finish(submission, "x = '" + "a" * 90_000 + "'\n")
    page = as_alice.get(address(submission, "rebuilt"))
    assertContains(page, "more characters]")
    assertContains(page, "download and copy are complete.")
    assert len(page.content) < 20_000


def test_it_shows_very_long_code_by_pages(as_alice: Client, submission: Submission) -> None:
    finish(submission, "\n" * 80_000)
    page = as_alice.get(address(submission, "rebuilt"))
    assertContains(page, "80,000 lines, 1 to 1,000 here.")
    assertContains(page, "?tab=rebuilt&amp;page=2")
    assert len(page.content) < 150_000


def test_it_says_so_when_nothing_was_changed(as_alice: Client, submission: Submission) -> None:
    finish(submission, submission.code)
    assertContains(as_alice.get(address(submission, "rebuilt")), "Nothing was changed.")
    assertContains(as_alice.get(address(submission, "diff")), "No difference.")


def test_it_does_not_reproach_code_that_needed_no_change(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission, submission.code)
    same = VerdictCheck(id="changed", name="something changed", outcome=Outcome.FAILED, detail="")
    unchanged = verdict().model_copy(
        update={"rule": UNCHANGED, "reason": "nothing was changed", "checks": (same,)}
    )
    StepResult.objects.filter(step=Step.QUALITY).update(content=unchanged.model_dump(mode="json"))
    page = as_alice.get(address(submission, "verdict"))
    assertContains(page, "Because nothing was changed.")
    assertContains(page, '<span class="quiet">Nothing was changed</span>')
    assertNotContains(page, "something changed")
    assertContains(as_alice.get(address(submission, "evidence")), "something changed")


def test_it_says_of_broken_code_that_little_of_it_was_checked(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    broken = dossier().model_copy(
        update={"findings": (), "syntax": Syntax(state=SyntaxState.BROKEN, message="no end")}
    )
    StepResult.objects.filter(step=Step.FORENSIC).update(content=broken.model_dump(mode="json"))
    assertContains(as_alice.get(address(submission)), "The code does not parse, so the checks saw")


def test_it_puts_the_worst_finding_first(as_alice: Client, submission: Submission) -> None:
    low = finding(Severity.LOW, 1, "Small thing")
    worst = finding(Severity.CRITICAL, 9, "Big thing")
    store(submission, Step.FORENSIC, dossier(low, worst))
    text = as_alice.get(address(submission, "findings")).content.decode()
    assert text.index("Big thing") < text.index("Small thing")


def test_it_shows_the_code_of_a_finding_without_its_indentation(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    deep = finding().model_copy(update={"snippet": "        if x:\n            run(x)"})
    StepResult.objects.filter(step=Step.FORENSIC).update(
        content=dossier(deep).model_dump(mode="json")
    )
    page = as_alice.get(address(submission, "findings"))
    assertContains(page, ">if x:\n    run(x)</pre>")


@pytest.mark.parametrize(("count", "folded"), [(20, False), (230, True)])
def test_it_folds_many_components_so_that_what_was_not_checked_is_found(
    as_alice: Client, submission: Submission, count: int, folded: bool
) -> None:
    finish(submission)
    parts = tuple(
        Component(kind="function", name=f"f{n}", line=n, end_line=n) for n in range(1, count + 1)
    )
    many = dossier().model_copy(update={"components": parts})
    StepResult.objects.filter(step=Step.FORENSIC).update(content=many.model_dump(mode="json"))
    page = as_alice.get(address(submission)).content.decode()
    assert (f"<summary>Each of the {count}</summary>" in page) is folded
    assert ">f20</strong>" in page


def test_it_splits_many_findings_into_pages(as_alice: Client, submission: Submission) -> None:
    store(submission, Step.FORENSIC, dossier(*(finding(line=n) for n in range(1, 61))))
    page = as_alice.get(address(submission, "findings") + "&page=3")
    assertContains(page, "Page 3 of 3")
    assertContains(page, "Line 60")


def test_it_admits_a_stored_result_that_it_cannot_read(
    as_alice: Client, submission: Submission
) -> None:
    store(submission, Step.FORENSIC, dossier())
    StepResult.objects.update(content={"of": "another version"})
    assertContains(as_alice.get(address(submission)), "This result cannot be shown.")


def test_it_writes_no_code_of_an_unknown_form_into_the_log(
    as_alice: Client, submission: Submission, caplog: pytest.LogCaptureFixture
) -> None:
    finish(submission)
    StepResult.objects.update(content={"code": "SECRET_OF_ALICE = 1"})
    as_alice.get(address(submission))
    assert "cannot be read" in caplog.text and "SECRET_OF_ALICE" not in caplog.text


@pytest.mark.parametrize("part", ["", "progress/", "rebuilt"])
def test_it_hides_a_submission_from_everyone_else(
    client: Client, bob: User, submission: Submission, part: str
) -> None:
    finish(submission)
    client.force_login(bob)
    assert client.get(f"/submissions/{submission.public_id}/{part}").status_code == 404
    assert client.get(f"/submissions/AAAAAAAAAAAAAAAAAAAAAA/{part}").status_code == 404


def test_it_takes_an_id_exactly(as_alice: Client, submission: Submission) -> None:
    other_case = submission.public_id.swapcase()
    assert as_alice.get(f"/submissions/{other_case}/").status_code == 404


def test_it_offers_the_download_of_what_it_shows(as_alice: Client, submission: Submission) -> None:
    store(submission, Step.REBUILDER, rebuild())
    page = as_alice.get(address(submission, "rebuilt"))
    assertContains(page, f'href="/submissions/{submission.public_id}/rebuilt" download')


def test_it_says_so_when_only_line_ends_differ(as_alice: Client, submission: Submission) -> None:
    finish(submission, submission.code.replace("\n", "\r\n"))
    assertContains(as_alice.get(address(submission, "diff")), "such as line ends")


def test_it_bounds_the_diff_of_code_without_a_common_line(as_alice: Client, alice: User) -> None:
    sent = submit(user=alice, code="a\n" * 49_000, language="python")
    finish(sent, "b\n" * 49_000)
    page = as_alice.get(address(sent, "diff"))
    assertContains(page, "49000 lines added, 49000 removed.")
    assertContains(page, "The page shows the first part of it.")
