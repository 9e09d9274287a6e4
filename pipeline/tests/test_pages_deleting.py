"""Deleting from the history: asked first, then done, and only to one's own."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from pipeline.models import Submission
from pipeline.services import submit
from pipeline.tests.page_data import finish

ADDRESS = "/submissions/delete/"


def test_it_asks_first(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    page = as_alice.get(ADDRESS, {"id": submission.public_id})
    assertContains(page, "Delete 1 submission?")
    assertContains(page, "small.py")
    assert Submission.objects.exists()


def test_it_says_that_a_run_will_be_cancelled(as_alice: Client, submission: Submission) -> None:
    page = as_alice.get(ADDRESS, {"id": submission.public_id})
    assertContains(page, "1 is not finished and will be cancelled first.")


def test_it_deletes_several(as_alice: Client, alice: User) -> None:
    made = [submit(user=alice, code="x\n", language="python") for _ in range(3)]
    ids = [each.public_id for each in made[:2]]
    answer = as_alice.post(ADDRESS, {"id": ids}, follow=True)
    assertRedirects(answer, "/submissions/")
    assertContains(answer, "Deleted: 2 submissions.")
    assert Submission.objects.get() == made[2]


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_knows_no_foreign_ones(
    client: Client, bob: User, submission: Submission, method: str
) -> None:
    client.force_login(bob)
    own = submit(user=bob, code="x\n", language="python")
    ids = [own.public_id, submission.public_id]
    assert getattr(client, method)(ADDRESS, {"id": ids}).status_code == 404
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("swap", [str.swapcase, str.lower, lambda text: text + " "])
def test_it_takes_ids_to_the_letter(as_alice: Client, submission: Submission, swap: object) -> None:
    wrong = swap(submission.public_id)  # type: ignore[operator]
    assert as_alice.get(ADDRESS, {"id": wrong}).status_code == 404


@pytest.mark.parametrize("path", [ADDRESS, "/submissions/export/"])
def test_it_says_that_nothing_was_chosen(as_alice: Client, path: str) -> None:
    assertContains(as_alice.get(path, follow=True), "Nothing was chosen.")


def test_it_says_that_too_many_were_chosen(as_alice: Client) -> None:
    answer = as_alice.post(ADDRESS, {"id": [f"id{number}" for number in range(101)]}, follow=True)
    assertContains(answer, "At most 100 can be deleted at once; 101 were chosen.")


def test_it_asks_visitors_to_sign_in(client: Client, submission: Submission) -> None:
    answer = client.post(ADDRESS, {"id": submission.public_id})
    assert "/sign-in/" in answer["Location"]
    assert Submission.objects.exists()
