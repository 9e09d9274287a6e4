"""What administrators see of a day: tokens, calls and cost, and how much is unknown."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from billing.models import DailyUsage

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
