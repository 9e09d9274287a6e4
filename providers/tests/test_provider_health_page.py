"""The health panel of a provider's page, its buttons, and what /health and /metrics tell."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from providers import observed, services
from providers.health import in_words
from providers.models import ApiProvider, ProviderCall, ProviderHealth
from providers.tests.conftest import CANARY

pytestmark = pytest.mark.django_db

LIST = "/admin/providers/apiprovider/"
BUTTONS = ("test_connection", "sync_models", "disable")


def here(provider: ApiProvider) -> str:
    return reverse("admin:providers_apiprovider_change", args=[provider.pk])


def page_of(client: Client, provider: ApiProvider) -> str:
    return client.get(here(provider)).content.decode()


def press(client: Client, provider: ApiProvider, button: str) -> str:
    """Send what the page's own form sends; returns the page that follows, which is the same."""
    data = {"action": button, "_selected_action": [provider.pk], "come_back": "yes"}
    answer = client.post(LIST, data, follow=True, REMOTE_ADDR="192.0.2.9")
    assert answer.redirect_chain[-1][0] == here(provider)
    return answer.content.decode()


def check(provider: ApiProvider, *, ok: bool = True, age: timedelta = timedelta(0)) -> None:
    ProviderHealth.objects.create(
        provider=provider,
        checked_at=timezone.now() - age,
        ok=ok,
        error="" if ok else "server",
        latency_ms=120,
    )


def call(provider: ApiProvider, state: str) -> None:
    ProviderCall.objects.create(
        provider=provider,
        provider_name=provider.name,
        model="large",
        state=state,
        error="" if state == "succeeded" else "rate-limit",
        latency_ms=333,
        started_at=timezone.now(),
    )


@pytest.fixture
def failed(provider: ApiProvider, settings: Settings) -> ApiProvider:
    """A provider whose last check failed."""
    settings.PROVIDER_ALLOWED_HOSTS = []
    services.test_connection(provider=provider, by=None, address=None)
    return provider


def test_it_shows_that_nothing_is_known_of_a_new_provider(
    as_admin: Client, provider: ApiProvider
) -> None:
    page = page_of(as_admin, provider)
    assert "It was never checked." in page
    assert "No call ended." in page
    assert "<svg" not in page[page.index('id="health"') : page.index("</section>")]


def test_it_shows_the_last_error_in_plain_words(as_admin: Client, failed: ApiProvider) -> None:
    page = page_of(as_admin, failed)
    assert in_words("address-refused") in page
    failed.refresh_from_db()
    assert failed.last_error[:30] in page


def test_it_has_words_for_an_error_that_it_does_not_know() -> None:
    assert "(brand-new)" in in_words("brand-new")


def test_it_shows_how_real_calls_went(as_admin: Client, provider: ApiProvider) -> None:
    call(provider, "succeeded")
    call(provider, "failed")
    page = page_of(as_admin, provider)
    assert "50 % of 2 calls" in page
    assert "333 ms" in page
    assert in_words("rate-limit") in page


def test_it_doubts_a_good_status_when_real_calls_fail(
    as_admin: Client, provider: ApiProvider
) -> None:
    services.test_connection(provider=provider, by=None, address=None)
    for _ in range(5):
        call(provider, "failed")
    assert "most real calls fail" in page_of(as_admin, provider)


def test_it_draws_the_history_with_a_title_a_description_and_a_table(
    as_admin: Client, provider: ApiProvider
) -> None:
    check(provider)
    check(provider, ok=False, age=timedelta(days=3))
    page = page_of(as_admin, provider)
    charts = re.findall(r"<svg viewBox.*?</svg>", page, re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', chart)
        assert named
        assert f'<title id="{named[1]}">' in chart
        assert f'<desc id="{named[2]}">' in chart
    assert [chart.count("health-failed") for chart in charts] == [0, 1]
    assert page.count('<tr><th scope="row">') == 3


def test_it_carries_no_inline_style(as_admin: Client, provider: ApiProvider) -> None:
    check(provider)
    page = page_of(as_admin, provider)
    assert "style=" not in page[page.index('id="health"') : page.index("</section>")]


@pytest.mark.parametrize("button", BUTTONS)
def test_it_has_a_button_that_is_noted_with_actor_and_address(
    as_admin: Client, an_admin: User, provider: ApiProvider, button: str
) -> None:
    assert f'name="action" value="{button}"' in page_of(as_admin, provider)
    press(as_admin, provider, button)
    noted = provider.changes.first()
    assert noted is not None
    assert (noted.actor, noted.address) == (an_admin, "192.0.2.9")


def test_it_switches_a_provider_off_and_on_from_its_page(
    as_admin: Client, provider: ApiProvider
) -> None:
    assert "Fake is disabled." in press(as_admin, provider, "disable")
    page = press(as_admin, provider, "enable")
    assert "Fake is enabled." in page
    provider.refresh_from_db()
    assert provider.enabled


def test_it_lists_providers_with_their_real_calls(as_admin: Client, provider: ApiProvider) -> None:
    assert "no calls" in as_admin.get(LIST).content.decode()
    call(provider, "succeeded")
    assert "100 % of 1 call" in as_admin.get(LIST).content.decode()


def test_it_tells_health_the_status_and_no_detail(failed: ApiProvider) -> None:
    finding = observed.providers()
    assert finding.state == "degraded"
    assert finding.facts["Fake"]["error"] == "address-refused"
    failed.refresh_from_db()
    assert failed.last_error not in str(finding.facts)
    assert CANARY not in str(finding.facts)


def test_it_calls_nobody_for_health_and_metrics(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.outbound.within", None)
    observed.providers()
    list(observed.health_metrics())
    assert not provider.health_history.exists()


def test_it_tells_metrics_what_is_up(failed: ApiProvider) -> None:
    up, checked = observed.health_metrics()
    assert (up.samples[0].value, len(checked.samples)) == (0.0, 1)


def test_it_tells_metrics_nothing_of_what_was_never_checked(provider: ApiProvider) -> None:
    assert [metric.samples for metric in observed.health_metrics()] == [[], []]
