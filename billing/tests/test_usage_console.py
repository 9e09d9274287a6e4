"""What administrators see of a day: tokens, calls and cost, and how much is unknown."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from billing.models import DailyUsage
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_it_lists_tokens_calls_and_cost(as_admin: Client, alice: User) -> None:
    DailyUsage.objects.create(
        user=alice, day=date(2026, 3, 31), submissions=2, calls=6, unpriced_calls=1,
        input_tokens=12_345, output_tokens=678, cost_microdollars=1_250_001,
    )  # fmt: skip
    page = as_admin.get("/admin/billing/dailyusage/")
    for name, shown in (
        ("calls", "6"),
        ("unpriced_calls", "1"),
        ("input_tokens", "12345"),
        ("output_tokens", "678"),
        ("cost", "$1.250001"),
    ):
        assertContains(page, f'<td class="field-{name}">{shown}</td>')


def exported(client: Client) -> str:
    chosen = {
        "action": "export",
        "_selected_action": list(DailyUsage.objects.values_list("pk", flat=True)),
    }
    answer = client.post("/admin/billing/dailyusage/", chosen)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return answer.content.decode()


def test_it_exports_the_chosen_days(as_admin: Client, alice: User) -> None:
    DailyUsage.objects.create(user=alice, day=date(2026, 3, 31), calls=6, cost_microdollars=7)
    assert exported(as_admin).splitlines()[1] == "2026-03-31,alice@example.com,0,6,0,0,7,0"


def test_it_exports_no_formula(as_admin: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email="=1+1@example.com")
    DailyUsage.objects.create(user=alice, day=date(2026, 3, 31))
    assert "'=1+1@example.com" in exported(as_admin)


def test_it_notes_who_exported(as_admin: Client, an_admin: User, alice: User) -> None:
    DailyUsage.objects.create(user=alice, day=date(2026, 3, 31))
    exported(as_admin)
    entry = AuditEntry.objects.get(additional_data__event="usage.export")
    assert (entry.actor, entry.additional_data["rows"]) == (an_admin, 1)
