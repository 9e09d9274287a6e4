"""Dead letters and running jobs in the console: what is shown, and what is done to many at once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from billing.limits import allowance
from config.tests.admin_rows import a_dead_letter, a_job, a_user
from operations.models import AuditEntry
from pipeline import transitions
from pipeline.models import DeadLetter, Job, JobState

pytestmark = pytest.mark.django_db

LETTERS = "/admin/pipeline/deadletter/"
JOBS = "/admin/pipeline/job/"
CALL = str(uuid4())
TRACE = [
    {
        "provider": "<b>Vendor</b>\u202e",
        "model": "big",
        "error": "rate_limit",
        "call_id": CALL,
        "latency_ms": 2400,
        "cost_microdollars": 1500,
        "step": "forensic",
        "attempt": 1,
        "state": "failed",
    },
    {
        "provider": "Vendor",
        "model": "small",
        "error": "",
        "call_id": CALL,
        "latency_ms": None,
        "cost_microdollars": None,
        "step": "forensic",
        "attempt": 2,
        "state": "intent",
    },
    {"provider": "Other", "model": "m", "error": "breaker_open", "call_id": None, "attempt": 3},
]


def act(client: Client, page: str, action: str, key: int, **more: object) -> HttpResponse:
    data = {"action": action, "_selected_action": [key], **more}
    return client.post(page, data, follow=True)


def act_on_all(
    client: Client, action: str, key: int, query: str = "", **more: object
) -> HttpResponse:
    return act(client, LETTERS + query, action, key, select_across="1", **more)


def letters(count: int) -> list[DeadLetter]:
    return [a_dead_letter(number) for number in range(count)]


def shown(client: Client, letter: DeadLetter) -> HttpResponse:
    return client.get(reverse("admin:pipeline_deadletter_change", args=[letter.pk]))


def told(page: HttpResponse) -> list[str]:
    return [str(message) for message in page.context["messages"]]  # type: ignore[attr-defined]


def test_it_shows_what_was_tried_escaped_and_in_order(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    DeadLetter.objects.update(trace=TRACE, error_message="<script>bad()</script>")
    page = shown(as_admin, letter)
    assertContains(page, "&lt;b&gt;Vendor&lt;/b&gt;[U+202E]: big")
    assertContains(page, "rate_limit")
    assertContains(page, "2.4 s")
    assertContains(page, "$0.0015")
    assertContains(page, "No outcome is known: its worker vanished")
    assertContains(page, "breaker_open; nothing was sent")
    assertContains(page, "&lt;script&gt;bad()")
    assertNotContains(page, "<script>bad()")


def test_it_says_that_no_model_was_asked(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    DeadLetter.objects.update(trace=[])
    assertContains(shown(as_admin, letter), "No model was asked.")


def test_it_leads_to_the_job_its_submission_and_its_calls(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    DeadLetter.objects.update(trace=TRACE)
    page = shown(as_admin, letter)
    calls = reverse("admin:providers_providercall_changelist")
    links = [
        reverse("admin:pipeline_job_change", args=[letter.job_id]),
        reverse("admin:pipeline_submission_change", args=[letter.job.submission_id]),
        f"{calls}?job_id={letter.job_id}",
        f"{calls}?call_id={CALL}",
    ]
    for link in links:
        assertContains(page, f'href="{link}"')
        assert as_admin.get(link).status_code == 200


def test_it_leads_from_a_job_to_its_letter(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    page = as_admin.get(reverse("admin:pipeline_job_change", args=[letter.job_id]))
    link = reverse("admin:pipeline_deadletter_change", args=[letter.pk])
    assertContains(page, f'href="{link}"')


def test_it_offers_the_retry_on_the_page_of_a_letter(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    page = shown(as_admin, letter)
    assertContains(page, '<button type="submit" class="button">Retry</button>')
    assert told(act(as_admin, LETTERS, "retry", letter.pk)) == [
        "1 queued again, 0 had been retried before."
    ]


def test_it_retries_all_that_match_with_one_message(as_admin: Client) -> None:
    made = letters(120)  # more than fit on a page, and than go into one transaction
    act(as_admin, LETTERS, "retry", made[3].pk)
    page = act_on_all(as_admin, "retry", made[0].pk)
    assert told(page) == ["119 queued again, 1 had been retried before."]
    assert Job.objects.filter(state=JobState.QUEUED).count() == 120


def test_it_retries_by_filter(as_admin: Client) -> None:
    made = letters(3)
    DeadLetter.objects.filter(pk=made[2].pk).update(error_class="server")
    page = act_on_all(as_admin, "retry", made[2].pk, "?error_class=server")
    assert told(page) == ["1 queued again, 0 had been retried before."]


def test_it_asks_once_before_it_deletes_all_that_match(as_admin: Client) -> None:
    made = letters(60)
    page = act_on_all(as_admin, "delete_selected", made[0].pk)
    assertContains(page, "Delete 60 dead letters?")
    assertContains(page, "and 40 more")
    assert page.content.count(b'name="_selected_action"') == 1
    late = a_dead_letter(61)
    done = act_on_all(as_admin, "delete_selected", made[0].pk, post="yes", up_to=made[-1].pk)
    assert told(done) == ["Successfully deleted 60 dead letters."]
    assert DeadLetter.objects.get() == late


def test_it_deletes_the_chosen_ones_alone(as_admin: Client) -> None:
    first, second = letters(2)
    assertContains(act(as_admin, LETTERS, "delete_selected", first.pk), "Delete 1 dead letter?")
    act(as_admin, LETTERS, "delete_selected", first.pk, post="yes")
    assert DeadLetter.objects.get() == second


def test_it_cancels_a_running_job_with_an_entry_that_names_who(
    as_admin: Client, an_admin: User
) -> None:
    job = a_job(1)
    transitions.claim(job.pk, "worker")
    page = act(as_admin, JOBS, "cancel", job.pk)
    assert told(page) == ["1 cancelled, 0 had ended already."]
    entry = AuditEntry.objects.get_for_object(job).get()
    assert (entry.actor, entry.additional_data["by"]) == (an_admin, an_admin.pk)
    assert allowance(a_user(1)).used == 0


def test_it_says_that_a_job_had_ended(as_admin: Client) -> None:
    job = a_job(1)
    act(as_admin, JOBS, "cancel", job.pk)
    assert told(act(as_admin, JOBS, "cancel", job.pk)) == ["0 cancelled, 1 had ended already."]


def test_it_offers_cancelling_while_a_job_has_not_ended(as_admin: Client) -> None:
    job = a_job(1)
    here = reverse("admin:pipeline_job_change", args=[job.pk])
    assertContains(as_admin.get(here), "Cancel this run")
    transitions.cancel(job.pk)
    assertNotContains(as_admin.get(here), "Cancel this run")


def test_it_ignores_a_limit_that_is_no_number(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    act(as_admin, LETTERS, "delete_selected", letter.pk, post="yes", up_to="x' OR 1=1")
    assert not DeadLetter.objects.exists()
