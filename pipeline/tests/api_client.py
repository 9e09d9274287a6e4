"""A client of the JSON API for tests, held to CSRF tokens as programs with a session are."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from operations.problems import CONTENT_TYPE, TYPE


class ApiClient:
    """Calls procedures by name: ``call("code.submit", code="x")``; ``csrf`` is sent with POSTs."""

    def __init__(self, user: User | None = None) -> None:
        self.http = Client(enforce_csrf_checks=True)
        if user is not None:
            self.http.force_login(user)
        self.csrf = self.ask("auth.me").json()["csrf_token"]

    def ask(self, name: str, /, **query: object) -> HttpResponse:
        return self.http.get(address(name), query)

    def call(
        self, name: str, /, headers: dict[str, str] | None = None, **body: Any
    ) -> HttpResponse:
        given = {"X-CSRFToken": self.csrf, **(headers or {})}
        return self.http.post(address(name), body, "application/json", headers=given)


def address(name: str) -> str:
    return f"/api/v1/{name.replace('.', '/')}"


def problem_of(response: HttpResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    body = response.json()
    assert response["Content-Type"] == CONTENT_TYPE
    assert body["status"] == response.status_code
    assert body["title"] and body["detail"]
    assert body["request_id"] == response["X-Request-ID"]
    assert body["type"].startswith(TYPE)
    return response.status_code, body["type"].removeprefix(TYPE)
