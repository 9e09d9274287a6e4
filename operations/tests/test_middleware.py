"""Whose request it is, and how big one may be."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from operations.middleware import BodySizeMiddleware, ClientAddressMiddleware


def seen(**meta: Any) -> HttpRequest:
    """The request as it stands after the middleware."""
    caught: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        caught.append(request)
        return HttpResponse()

    ClientAddressMiddleware(view)(RequestFactory().get("/", **meta))
    return caught[0]


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]


def test_it_ignores_what_an_unknown_peer_forwards() -> None:
    request = seen(
        REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="1.2.3.4", HTTP_X_FORWARDED_PROTO="https"
    )
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert "HTTP_X_FORWARDED_FOR" not in request.META
    assert "HTTP_X_FORWARDED_PROTO" not in request.META


def test_it_takes_the_client_from_a_trusted_proxy() -> None:
    request = seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7")
    assert request.META["REMOTE_ADDR"] == "198.51.100.7"


def test_it_takes_the_last_address_that_is_not_a_proxy() -> None:
    request = seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 198.51.100.7, 10.1.1.1")
    assert request.META["REMOTE_ADDR"] == "198.51.100.7"


@pytest.mark.parametrize(
    "chain", ["x" * 60, "", "198.51.100.7, <script>", f"198.51.100.7, fe80::1%{'x' * 60}"]
)
def test_it_stays_with_the_peer_when_the_chain_is_nonsense(chain: str) -> None:
    request = seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=chain)
    assert request.META["REMOTE_ADDR"] == "10.0.0.1"


def test_it_takes_addresses_out_of_the_wrapping_of_a_server_for_both_kinds() -> None:
    assert seen(REMOTE_ADDR="::ffff:203.0.113.9").META["REMOTE_ADDR"] == "203.0.113.9"
    forwarded = seen(REMOTE_ADDR="::ffff:10.0.0.1", HTTP_X_FORWARDED_FOR="::ffff:198.51.100.7")
    assert forwarded.META["REMOTE_ADDR"] == "198.51.100.7"
    assert seen(REMOTE_ADDR="unix:").META["REMOTE_ADDR"] == "unix:"


def test_it_keeps_the_protocol_that_a_trusted_proxy_names() -> None:
    request = seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize(
    "header", ["HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP"]
)
def test_it_remembers_that_a_request_was_forwarded(header: str) -> None:
    assert seen(**{header: "x"}).was_forwarded is True
    assert seen().was_forwarded is False


def passes(length: str) -> bool:
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = length
    response = BodySizeMiddleware(lambda _: HttpResponse())(request)
    assert response.status_code in (200, 413)
    return response.status_code == 200


def test_it_refuses_a_body_beyond_the_limit_unread(settings: Settings) -> None:
    settings.MAX_REQUEST_BYTES = 1_000
    assert passes("1000")
    assert passes("")
    assert not passes("1001")
    assert not passes("-1")
    assert not passes("1e3")
