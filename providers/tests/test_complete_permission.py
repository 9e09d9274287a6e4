"""Who may be called with what: switches, audiences, plans and keys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from providers import errors, services
from providers.models import ApiProvider, ProviderApiKey, ProviderCall, ProviderModel
from providers.tests.asking import REQUEST, ask, fails
from providers.tests.conftest import CANARY
from providers.types import Route

pytestmark = pytest.mark.django_db


def test_it_sends_code_only_where_it_may_go(make_provider: Callable[..., ApiProvider]) -> None:
    closed = make_provider("Closed", may_receive_code=False)
    assert isinstance(fails(Route(closed.pk, "good")), errors.CodeNotAllowed)
    assert not ProviderCall.objects.exists()
    assert ask(Route(closed.pk, "good"), request=replace(REQUEST, contains_code=False)).text


def test_it_passes_over_a_provider_that_is_switched_off(
    make_provider: Callable[..., ApiProvider], provider: ApiProvider
) -> None:
    off = make_provider("Off", enabled=False)
    answer = ask(Route(off.pk, "good"), Route(provider.pk, "good"))
    assert [(tried.provider, tried.error) for tried in answer.tried] == [
        ("Off", "not-configured"),
        ("Fake", ""),
    ]


def test_it_uses_no_model_that_is_switched_off(provider: ApiProvider) -> None:
    ProviderModel.objects.create(provider=provider, name="good", enabled=False)
    assert isinstance(fails(Route(provider.pk, "good")), errors.NotConfigured)


def test_it_calls_no_deleted_provider() -> None:
    assert isinstance(fails(Route(12345, "good")), errors.NotConfigured)


def test_it_does_not_call_without_the_key(make_provider: Callable[..., ApiProvider]) -> None:
    keyless = make_provider(key="")
    assert isinstance(fails(Route(keyless.pk, "good")), errors.NotConfigured)
    assert not ProviderCall.objects.exists()


def test_it_calls_a_server_that_needs_no_key(make_provider: Callable[..., ApiProvider]) -> None:
    open_ = make_provider(key="", auth_type=ApiProvider.Auth.NONE)
    assert ask(Route(open_.pk, "good")).text == "Ready."


def test_it_takes_plans_as_a_list_only(make_provider: Callable[..., ApiProvider]) -> None:
    with pytest.raises(ValidationError):
        make_provider("Sloppy", code_from="pro")


@pytest.mark.parametrize(("audience", "may_go"), [("pro", True), ("none", False), ("", False)])
def test_it_sends_code_of_the_chosen_plans_only(
    make_provider: Callable[..., ApiProvider], audience: str, may_go: bool
) -> None:
    choosy = make_provider("Choosy", code_from=["pro", "team"])
    request = replace(REQUEST, audience=audience)
    if may_go:
        assert ask(Route(choosy.pk, "good"), request=request).text
    else:
        error = fails(Route(choosy.pk, "good"), Route(choosy.pk, "good"), request=request)
        assert [tried.error for tried in error.tried] == ["code-not-allowed"] * 2
        assert not ProviderCall.objects.exists()


def test_it_refuses_a_key_that_was_moved_to_another_provider(
    make_provider: Callable[..., ApiProvider], provider: ApiProvider
) -> None:
    other = make_provider("Other")
    foreign = provider.keys.get()
    ProviderApiKey.objects.filter(provider=other).update(ciphertext=foreign.ciphertext)
    error = fails(Route(other.pk, "good"))
    assert isinstance(error, errors.NotConfigured)
    assert not ProviderCall.objects.exists()


def test_it_keeps_the_key_out_of_rows_logs_and_errors(
    provider: ApiProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = fails(Route(provider.pk, "fault-401"), Route(provider.pk, "fault-reset"))
    ask(Route(provider.pk, "good"))
    rows = list(ProviderCall.objects.values_list())
    told = f"{caplog.text} {rows} {error!r} {error.tried} {error.__context__!r}"
    assert CANARY not in told
    assert CANARY[-4:] not in f"{rows} {error!r}"


def test_it_uses_the_newest_key(provider: ApiProvider) -> None:
    from operations.secrets import Secret
    from providers.endpoints import endpoint_of

    services.set_key(provider=provider, key=Secret("sk-newer-key-0002"), by=None, address=None)
    key = endpoint_of(provider).key
    assert key is not None
    assert key.reveal() == "Bearer sk-newer-key-0002"
