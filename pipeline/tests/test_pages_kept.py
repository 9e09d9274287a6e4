"""What took long to make for a page is made once, for the owner alone, and within bounds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from django.utils.safestring import SafeString
from pytest_django.asserts import assertContains

from accounts.models import User
from pipeline.models import Submission
from pipeline.tests.page_data import HOSTILE, finish
from pipeline.views import diff
from pipeline.views.diff import diff_view
from pipeline.views.kept import Kept


def test_it_makes_the_same_once() -> None:
    made: list[str] = []

    def make() -> SafeString:
        made.append("once")
        return SafeString("html")

    store = Kept[SafeString](100)
    assert [store.get(("a", "b"), make) for _ in range(2)] == ["html", "html"]
    assert made == ["once"]


def test_it_is_made_by_one_of_many_that_ask_at_once() -> None:
    store, made, ready = Kept[SafeString](100), [], threading.Barrier(4)

    def make() -> SafeString:
        made.append("once")
        return SafeString("html")

    def ask(_: int) -> SafeString:
        ready.wait()
        return store.get_once(("a",), make)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == ["html"] * 4
    assert made == ["once"]


def test_it_keeps_parts_apart() -> None:
    store = Kept[SafeString](100)
    assert store.get(("ab", "c"), lambda: SafeString("1")) == "1"
    assert store.get(("a", "bc"), lambda: SafeString("2")) == "2"


def test_it_forgets_the_longest_unused_beyond_its_bound() -> None:
    store = Kept[SafeString](10)
    for name in ("a", "b", "a", "c"):
        store.get((name,), lambda name=name: SafeString(name * 4))  # type: ignore[misc]
    assert store.get(("a",), lambda: SafeString("new")) == "aaaa"
    assert store.get(("b",), lambda: SafeString("new")) == "new"


def test_it_does_not_keep_what_could_not_be_made() -> None:
    store = Kept[SafeString](10)
    assert store.get(("a",), lambda: SafeString("")) == ""
    assert store.get(("a",), lambda: SafeString("later")) == "later"


@pytest.mark.django_db
def test_it_compares_two_codes_once(
    as_alice: Client, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(submission)
    page = f"{submission.get_absolute_url()}?tab=diff"
    first = as_alice.get(page).content
    monkeypatch.setattr(diff, "rows", lambda *_, **__: pytest.fail("made a second time"))
    assert as_alice.get(page).content.count(b"<tr") == first.count(b"<tr")


@pytest.mark.django_db
def test_it_gives_nothing_that_is_kept_to_others(
    as_alice: Client, bob: User, submission: Submission
) -> None:
    finish(submission)
    page = f"{submission.get_absolute_url()}?tab=diff"
    assertContains(as_alice.get(page), "1 line added, 1 removed")
    as_alice.force_login(bob)
    assert as_alice.get(page).status_code == 404


@pytest.mark.parametrize("side", [True, False])
def test_it_escapes_every_line(side: bool) -> None:
    view = diff_view(f"{HOSTILE}\nsame\n", f"{HOSTILE}2\nsame\n", diff.Manner(side_by_side=side))
    assert "<script>" not in view.body
    assert view.body.count("&lt;script&gt;") == 2
