"""Starts the loopback provider and plays the person's browser there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

START = "/sign-in/with/oidc/"
CLAIMS = {"email": "alice@example.com", "email_verified": True, "name": "Alice"}


@dataclass(frozen=True)
class Provider:
    url: str

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Provider]:
        """The provider in a process that ends with the block."""
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "accounts.tests.loopback_provider"],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield cls(url=process.stdout.readline().strip())
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()

    def misbehave(self, **mischief: Any) -> None:
        """Change its coming answers as loopback_provider.py describes; nothing: behave again."""
        requests.put(f"{self.url}/mischief", json=mischief, timeout=10).raise_for_status()

    def knows(self, sub: str = "alice-1", **claims: Any) -> str:
        """Give a person an account there; returns the subject."""
        body = {**CLAIMS, **claims}
        requests.put(f"{self.url}/users/{sub}", json=body, timeout=10).raise_for_status()
        return sub

    def agree(self, there: str, sub: str) -> str:
        """Sign in at the provider and agree; returns the address to come back to."""
        answer = requests.post(there, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, there: str) -> str:
        answer = requests.post(there, data={"action": "deny"}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def begin(client: Client, start: str = START, next_url: str = "") -> str:
    """Press the button; returns where at the provider the browser is sent."""
    answer = client.post(start, {"next": next_url})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def come_back(client: Client, address: str) -> HttpResponse:
    """Follow the provider's redirect to us."""
    parts = urlsplit(address)
    answer: HttpResponse = client.get(f"{parts.path}?{parts.query}")
    return answer


def sign_in(client: Client, provider: Provider, sub: str, next_url: str = "") -> HttpResponse:
    """The whole way, there and back."""
    there = begin(client, next_url=next_url)
    return come_back(client, provider.agree(there, sub))


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def user_in(client: Client) -> str | None:
    """The id of the user of the client's session."""
    return client.session.get("_auth_user_id")
