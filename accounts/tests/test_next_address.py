"""Signing in leads back to where the user was, and never to another site."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import services
from accounts.models import User

LEADING_AWAY = (
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "http://testserver:80@evil.example/",
    "http://evil.example\\@testserver/",
    "http://evil.example#@testserver/",
    "//evil.example/%2e%2e",
    "%2f%2fevil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "/account/\r\nLocation: https://evil.example/",
    "/account/\r\n\r\n<script>alert(1)</script>",
    "/%0d%0aLocation:%20https://evil.example/",
    "//evil.example\uff0f",
    "/\u2028/evil.example",
    "\uff0f\uff0fevil.example",
    "http://[::1]evil.example/",
    "//[evil.example",
    "ftp://evil.example/",
    "//evil.example:443//",
    ";//evil.example",
    "?next=//evil.example",
    "#//evil.example",
    ".//evil.example",
    "/.//evil.example",
    "/..//evil.example",
)
every_address = pytest.mark.parametrize("wanted", LEADING_AWAY)
pytestmark = pytest.mark.django_db


def assert_stays(answer: HttpResponse, host: str = "testserver") -> None:
    """Where a browser would go: it drops tabs and ends of lines, and reads \\ as /."""
    assert answer.status_code == 302
    location = answer["Location"]
    assert "\r" not in location and "\n" not in location
    read = location.strip("".join(map(chr, range(33)))).replace("\\", "/")
    read = "".join(character for character in read if character not in "\t\r\n")
    target = urlsplit(urljoin(f"http://{host}/sign-in/", read))
    assert (target.scheme, target.netloc) == ("http", host), location


@every_address
def test_it_stays_for_people_who_are_signed_in(as_alice: Client, wanted: str) -> None:
    assert_stays(as_alice.get("/sign-in/", {"next": wanted}))


@every_address
def test_it_stays_after_the_developer_sign_in(
    client: Client, settings: Settings, wanted: str
) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    sent = {"role": "user", "next": wanted}
    assert_stays(client.post("/sign-in/", sent, headers={"Host": "localhost"}), host="localhost")


@every_address
def test_it_stays_after_a_sign_in_link(client: Client, alice: User, wanted: str) -> None:
    link = services.issue_login_link(alice.email)
    assert_stays(client.post(link, {"next": wanted}))


@pytest.mark.parametrize("wanted", ["account-delete", "admin:index", "no-such:name", "a b: c"])
def test_it_takes_no_name_of_a_route_for_an_address(as_alice: Client, wanted: str) -> None:
    assert as_alice.get("/sign-in/", {"next": wanted})["Location"] == "/"


@pytest.mark.parametrize("wanted", ["/account/", "/submissions/?q=a&page=2", "/admin/"])
def test_it_leads_back_to_pages_of_ours(as_alice: Client, wanted: str) -> None:
    assert as_alice.get("/sign-in/", {"next": wanted})["Location"] == wanted
