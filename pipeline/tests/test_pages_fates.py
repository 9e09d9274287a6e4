"""The Rebuilt and Findings tabs say what became of each finding, and lead to its line and back."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.analysis.engine import quality
from pipeline.analysis.types import Fate
from pipeline.models import Step, Submission
from pipeline.services import submit
from pipeline.tests.page_data import dossier, finding, rebuild, store, verdict

CODE = "import hashlib\n\nprint(hashlib.md5(b'x').hexdigest())\n"
WEAK = "import hashlib\n\n\ndef a(b):\n    return hashlib.md5(b).hexdigest()\n"
TWO = WEAK + "\n\ndef c(d):\n    return hashlib.md5(d).hexdigest()\n"
ONE_MENDED = "# mended\n" + TWO.replace("md5(b)", "sha256(b)")


@pytest.fixture
def sent(alice: User) -> Submission:
    return submit(user=alice, code=CODE, language="python", filename="a.py")


def stored(submission: Submission, code: str, *fates: Fate) -> None:
    store(submission, Step.FORENSIC, dossier(finding(line=3), finding(line=1, title="Other")))
    store(submission, Step.REBUILDER, rebuild(code))
    store(submission, Step.QUALITY, verdict().model_copy(update={"fates": fates}))


def tab(client: Client, submission: Submission, name: str) -> object:
    return client.get(f"{submission.get_absolute_url()}?tab={name}")


@pytest.mark.django_db
def test_it_says_that_a_measured_finding_is_gone(as_alice: Client, sent: Submission) -> None:
    stored(sent, CODE.replace("md5", "sha256"), Fate(fingerprint="Weak hash-3", line=None))
    assertContains(tab(as_alice, sent, "rebuilt"), "1 Gone</span>")
    assertContains(tab(as_alice, sent, "findings"), "In the rebuilt code: gone")


@pytest.mark.django_db
def test_it_leads_to_the_new_line_of_one_that_is_there(as_alice: Client, sent: Submission) -> None:
    stored(sent, "# new\n" + CODE, Fate(fingerprint="Weak hash-3", line=4))
    for name in ("rebuilt", "findings"):
        page = tab(as_alice, sent, name)
        assertContains(page, 'href="?tab=rebuilt&amp;page=1#L4">still there, line 4</a>')


@pytest.mark.django_db
def test_it_leads_from_a_line_of_the_rebuilt_code_to_its_finding(
    as_alice: Client, sent: Submission
) -> None:
    stored(sent, "# new\n" + CODE, Fate(fingerprint="Weak hash-3", line=4))
    page = tab(as_alice, sent, "rebuilt")
    assertContains(page, '<a id="L4" href="?tab=findings&amp;page=1#finding-Weak hash-3"')
    assertContains(page, '<span id="L3" aria-hidden="true">3</span>')


@pytest.mark.django_db
def test_it_compares_the_line_of_a_finding_that_nobody_measured(
    as_alice: Client, sent: Submission
) -> None:
    stored(sent, "# new\n" + CODE.replace("md5", "sha256"))
    page = tab(as_alice, sent, "rebuilt")
    assertContains(page, "1 Touched</span>")
    assertContains(page, '"?tab=rebuilt&amp;page=1#L2">not touched, line 2</a>')


@pytest.mark.django_db
def test_it_says_nothing_of_rebuilt_code_that_is_not_there(
    as_alice: Client, sent: Submission
) -> None:
    store(sent, Step.FORENSIC, dossier())
    assertNotContains(tab(as_alice, sent, "findings"), "In the rebuilt code")


def test_it_measures_where_a_finding_went() -> None:
    told = quality(TWO, ONE_MENDED, "python").fates
    assert sorted(fate.line for fate in told if fate.line) == [10]
    assert sum(fate.line is None for fate in told) == len(told) - 1


def test_it_finds_every_finding_where_it_was_in_code_that_is_the_same() -> None:
    told = quality(TWO, TWO, "python").fates
    assert [fate.line for fate in told] == [5, 9]


@pytest.mark.django_db
def test_it_leads_to_a_line_on_a_later_page(as_alice: Client, sent: Submission) -> None:
    stored(sent, "x = 1\n" * 5_000 + CODE, Fate(fingerprint="Weak hash-3", line=5_003))
    page = tab(as_alice, sent, "findings")
    assertContains(page, '"?tab=rebuilt&amp;page=6#L5003">still there, line 5003</a>')
    page = tab(as_alice, sent, "rebuilt&page=6")
    assertContains(page, '<a id="L5003" href="?tab=findings')
    assertNotContains(page, 'id="L4000"')
