"""Every page of the console answers, with rows present, and costs the same with many of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from billing.models import BudgetDay
from config.tests.admin_rows import ROWS, a_result
from operations.models import RuntimeConfig
from pipeline.models import Job, Submission, Webhook

pytestmark = pytest.mark.django_db
MODELS = sorted(ROWS.keys() & admin.site._registry.keys(), key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def address(model: type[Model], page: str, *arguments: object) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=arguments)


@pytest.fixture
def rows(model: type[Model]) -> list[Model]:
    return [ROWS[model](number) for number in range(3)]


def test_it_is_walked_through_for_every_model() -> None:
    """A page without rows in admin_rows is untested: add rows, or unregister a library's page."""
    labels = {model._meta.label for model in admin.site._registry}
    assert labels - {model._meta.label for model in ROWS} == set()


def test_it_opens_its_front_page(as_admin: Client) -> None:
    assert as_admin.get(reverse("admin:index")).status_code == 200


def test_it_is_closed_to_users(as_alice: Client) -> None:
    assert as_alice.get(reverse("admin:index"), follow=True).status_code == 403


@every_model
def test_it_lists_rows(model: type[Model], rows: list[Model], as_admin: Client) -> None:
    page = as_admin.get(address(model, "changelist")).content.decode()
    assert [row for row in rows if address(model, "change", row.pk) not in page] == []


@every_model
def test_it_searches(model: type[Model], rows: list[Model], as_admin: Client) -> None:
    assert admin.site._registry[model].search_fields
    page = as_admin.get(address(model, "changelist"), {"q": "person-1 100% 'quoted'"})
    assert page.status_code == 200


@every_model
def test_it_filters_and_sorts(model: type[Model], rows: list[Model], as_admin: Client) -> None:
    here = address(model, "changelist")
    links = set(re.findall(r'href="(\?[^"]+)"', as_admin.get(here).content.decode()))
    assert links
    for link in links:
        query = link.replace("&amp;", "&")
        page = as_admin.get(here + query)
        assert (query, page.status_code) == (query, 200)
        assert "e=1" not in query


@every_model
def test_it_shows_one_row_and_its_history(
    model: type[Model], rows: list[Model], as_admin: Client
) -> None:
    for row in rows:
        assert as_admin.get(address(model, "change", row.pk)).status_code == 200
        assert as_admin.get(address(model, "history", row.pk)).status_code == 200


@every_model
def test_it_offers_adding_and_deleting_or_refuses_it(
    model: type[Model], rows: list[Model], as_admin: Client
) -> None:
    assert as_admin.get(address(model, "add")).status_code in (200, 403)
    assert as_admin.get(address(model, "delete", rows[0].pk)).status_code in (200, 403)


@every_model
def test_it_sends_back_who_asks_for_an_unknown_row(model: type[Model], as_admin: Client) -> None:
    assert as_admin.get(address(model, "change", 987654)).status_code == 302


@every_model
def test_it_asks_the_database_no_more_often_for_more_rows(
    model: type[Model], as_admin: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.get(address(model, "changelist")).status_code == 200
        return len(captured)

    for number in range(3):
        ROWS[model](number)
    few = queries()
    for number in range(3, 12):
        ROWS[model](number)
    assert queries() <= few


@every_model
def test_it_never_loads_code_for_a_list(
    model: type[Model], rows: list[Model], as_admin: Client
) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = as_admin.get(address(model, "changelist"))
    assert not [q for q in captured if re.search(r'["`.]code["`]', q["sql"])]
    assert "secret_" not in page.content.decode()


@pytest.mark.parametrize(
    ("start", "link"), [(Submission, r"\?submission__id=\d+"), (Job, r"\?job__id=\d+")]
)
def test_it_leads_from_a_submission_to_its_runs_and_from_a_run_to_its_results(
    start: type[Model], link: str, as_admin: Client
) -> None:
    job = a_result(1).job
    a_result(2)
    row = job.submission if start is Submission else job
    page = as_admin.get(address(start, "change", row.pk)).content.decode()
    (found,) = re.findall(rf'href="([^"]+{link})"', page)
    listed = as_admin.get(found).content.decode()
    assert len(re.findall(r'<th class="field-', listed)) == 1


@pytest.mark.parametrize(("count", "told"), [(1, "1 entry"), (3, "3 entries")])
def test_it_counts_rows_of_a_page_whose_name_has_no_plural(
    count: int, told: str, as_admin: Client
) -> None:
    for number in range(count):
        ROWS[RuntimeConfig](number)
    assertContains(as_admin.get(address(RuntimeConfig, "changelist")), told)


def test_it_shows_of_a_webhook_neither_its_secret_nor_the_path_of_its_address(
    as_admin: Client,
) -> None:
    row = ROWS[Webhook](1)
    for page in (address(Webhook, "changelist"), address(Webhook, "change", row.pk)):
        answer = as_admin.get(page)
        assertContains(answer, "https://hooks.example.com")
        assertNotContains(answer, "secret_1")


def test_it_says_what_a_budget_had_spent_in_dollars_and_what_it_is_for(as_admin: Client) -> None:
    day = ROWS[BudgetDay](1)
    BudgetDay.objects.filter(pk=day.pk).update(spent=2_500_000)
    page = as_admin.get(address(BudgetDay, "changelist"))
    assertContains(page, "Step: Forensic analysis")
    assertContains(page, "$2.50")


def test_it_says_on_an_empty_list_whether_rows_are_missing_or_do_not_match(
    as_admin: Client,
) -> None:
    here = address(Webhook, "changelist")
    assertContains(as_admin.get(here), "Nothing is here yet.")
    assertContains(as_admin.get(here, {"q": "zzz"}), "Nothing matches.")


def test_it_writes_times_by_the_clock_of_24_hours_and_says_that_they_are_utc(
    as_admin: Client,
) -> None:
    job = ROWS[Job](1)
    Job.objects.filter(pk=job.pk).update(created_at=datetime(2030, 1, 2, 15, 4, tzinfo=UTC))
    page = as_admin.get(address(Job, "changelist"))
    assertContains(page, "2030-01-02 15:04")
    assertContains(page, "All times are UTC.")
    assert page.context["title"] == "Jobs"


def test_it_lists_a_webhook_whose_address_is_none(as_admin: Client, alice: User) -> None:
    Webhook.objects.create(user=alice, address="<b>no address</b>", site="https://x", secret="x")
    page = as_admin.get(address(Webhook, "changelist"))
    assertContains(page, "no address that messages are sent to")
