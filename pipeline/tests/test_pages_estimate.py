"""The estimate beside the form: there without JavaScript, and kept fresh through an address."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from pipeline import bursts, defaults
from pipeline.experience import Range
from pipeline.models import Step
from pipeline.templatetags.ranges import about_dollars, about_time, about_tokens
from pipeline.tests.priced import route
from providers.models import ApiProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prompts(db: None) -> None:
    defaults.seed()


def test_it_stands_on_the_page_without_javascript(as_alice: Client) -> None:
    assertContains(as_alice.get("/"), "<strong>Free</strong>: no model is asked.")


def test_it_is_for_an_example_where_there_is_no_code(
    as_alice: Client, provider: ApiProvider
) -> None:
    route(Step.REBUILDER, provider)
    assertContains(as_alice.get("/"), "for 10,000 bytes of code as an example")


def test_it_is_for_the_code_that_the_form_starts_with(
    as_alice: Client, provider: ApiProvider
) -> None:
    route(Step.REBUILDER, provider)
    size = len(defaults.example_code().encode())
    assertContains(as_alice.get("/?example=1"), f"for {size:,} bytes of code</summary>")


def test_it_is_made_for_the_size_that_is_asked_for(as_alice: Client, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    assertContains(as_alice.get("/estimate/?code_bytes=1234"), "for 1,234 bytes of code</summary>")


def test_it_says_what_each_model_reads_writes_and_costs(
    as_alice: Client, provider: ApiProvider
) -> None:
    route(Step.REBUILDER, provider)
    page = as_alice.get("/estimate/?code_bytes=7000")
    assertContains(page, "<strong>Code rebuilder</strong> Fake: priced: $0.0")
    assertContains(page, "<strong>Quality checker</strong> built-in engine: free, ")
    assertContains(page, " written</dd>")
    assertContains(page, "<strong>$0.0")


def test_it_says_that_a_price_is_unknown(as_alice: Client, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider, priced=False)
    page = as_alice.get("/estimate/?code_bytes=7000")
    assertContains(page, "<strong>Unknown</strong>: no price is known for Fake: unpriced")
    assertNotContains(page, "$")


def test_it_adds_what_is_unknown_to_what_is_known(as_alice: Client, provider: ApiProvider) -> None:
    route(Step.FORENSIC, provider)
    route(Step.REBUILDER, provider, priced=False)
    assertContains(as_alice.get("/estimate/?code_bytes=7000"), " What is known: $0.0")


def test_it_says_that_code_is_too_large(as_alice: Client, settings: Settings) -> None:
    settings.MAX_CODE_SIZE_BYTES = 1_000
    page = as_alice.get("/estimate/?code_bytes=1001")
    assertContains(page, "More than 1,000 bytes can not be sent.")


@pytest.mark.parametrize("size", ["-1", "many", "1.5", "²", "9" * 5000])
def test_it_says_how_a_size_is_written(as_alice: Client, size: str) -> None:
    page = as_alice.get("/estimate/", {"code_bytes": size})
    assertContains(page, "whole numbers of bytes", status_code=400)


def test_it_is_for_people_who_are_signed_in(client: Client) -> None:
    assert client.get("/estimate/?code_bytes=1").headers["Location"].startswith("/sign-in/")


def test_it_refuses_a_burst(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "ESTIMATES_PER_MINUTE", 1)
    as_alice.get("/estimate/?code_bytes=1")
    refused = as_alice.get("/estimate/?code_bytes=1")
    assertContains(refused, "Estimates are limited to 1 a minute.", status_code=429)
    assert int(refused["Retry-After"]) > 0


def test_it_says_why_a_step_cannot_run(as_alice: Client, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    ApiProvider.objects.update(may_receive_code=False)
    page = as_alice.get("/")
    assertContains(page, "<strong>Code rebuilder cannot run.</strong>")
    assertContains(page, "The provider Fake may not receive code.")


def test_it_says_what_a_model_gets(as_alice: Client, provider: ApiProvider) -> None:
    assertNotContains(as_alice.get("/"), "A model gets the code")
    route(Step.REBUILDER, provider)
    assertContains(as_alice.get("/"), "A model gets the code, its file name, your comments")


def test_it_shows_two_figures_of_money() -> None:
    assert about_dollars(Range(1_234, 98_765)) == "$0.0012 to $0.099"
    assert about_dollars(Range(7, 7)) == "$0.000007"


def test_it_shows_two_figures_of_tokens() -> None:
    assert about_tokens(Range(99, 12_345)) == "99 to 12,000"


def test_it_shows_time_in_seconds_and_then_in_minutes() -> None:
    assert about_time(Range(4_200, 30_000)) == "4 to 30 s"
    assert about_time(Range(20, 200_000)) == "1 s to 3 min"
