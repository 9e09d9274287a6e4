"""A provider's health in a real browser: drawn, readable as a table, and within a phone's width."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from config.tests.test_browser_journey import (  # noqa: F401 - fixtures
    PHONE,
    overflow,
    page,
    sign_in,
    site,
)
from providers import services
from providers.models import ApiProvider, ProviderCall, ProviderHealth

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "https://" + "a" * 60 + ".example.com refused: " + "unbroken" * 30


@pytest.fixture
def provider(transactional_db: None) -> ApiProvider:
    """A provider that failed now and then, and at last."""
    added = services.add_provider(
        name="Vendor", base_url="https://api.example.com/v1", by=None, address=None
    )
    for hour in range(24 * 8):
        _check(added, hour)
    for number in range(40):
        _call(added, ok=number % 8 > 0, latency_ms=400 + 37 * number)
    ApiProvider.objects.filter(pk=added.pk).update(
        status="failed", last_error=LONG, checked_at=timezone.now()
    )
    return added


def _check(provider: ApiProvider, hour: int) -> None:
    ok = hour % 9 > 0
    ProviderHealth.objects.create(
        provider=provider,
        source=ProviderHealth.Source.PROBE,
        checked_at=timezone.now() - timedelta(hours=hour, minutes=5),
        ok=ok,
        error="" if ok else "connection",
        detail="" if ok else LONG,
        latency_ms=180 + hour * 37 % 300,
    )


def _call(provider: ApiProvider, *, ok: bool, latency_ms: int) -> None:
    ProviderCall.objects.create(
        provider=provider,
        provider_name=provider.name,
        model="large",
        state="succeeded" if ok else "failed",
        error="" if ok else "rate-limit",
        detail="" if ok else LONG,
        started_at=timezone.now(),
        latency_ms=latency_ms,
    )


def open_page(page: Page, provider: ApiProvider) -> None:  # noqa: F811
    sign_in(page, "admin")
    page.goto(f"/admin/providers/apiprovider/{provider.pk}/change/")


def test_it_draws_the_history_and_has_it_as_a_table(
    provider: ApiProvider,
    page: Page,  # noqa: F811
) -> None:
    open_page(page, provider)
    health = page.get_by_role("region", name="Health")
    assert health.get_by_role("img").count() == 2
    health.get_by_text("Figures as a table").first.click()
    assert health.get_by_role("row").count() > 20


def test_it_fits_a_phone(provider: ApiProvider, page: Page) -> None:  # noqa: F811
    page.set_viewport_size(PHONE)
    open_page(page, provider)
    assert overflow(page) <= 0
    for summary in page.get_by_text("Figures as a table").all():
        summary.click()
    assert overflow(page) <= 0


def test_it_disables_a_provider_and_stays_on_its_page(
    provider: ApiProvider,
    page: Page,  # noqa: F811
) -> None:
    open_page(page, provider)
    page.get_by_role("button", name="Disable").click()
    page.get_by_text("Vendor is disabled.").wait_for()
    page.get_by_role("button", name="Enable").wait_for()
    page.get_by_text("It is not probed: it is disabled.").wait_for()
