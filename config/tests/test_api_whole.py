"""The JSON API as a whole: its schema, its documentation, and problems wherever it fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from pytest_django.fixtures import Settings

from config.api import api as whole
from pipeline import api_reading
from pipeline.refusals import InvalidKey, Refusal
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every operation by its id: method, path and description."""
    paths = whole.get_openapi_schema()["paths"]
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_it_has_every_procedure_at_the_address_of_its_name() -> None:
    for name, (method, path, _) in operations().items():
        assert path == f"/api/v1/{name.replace('.', '/')}"
        reads = name == "auth.me" or name.partition(".")[2].startswith("get")
        assert method == ("get" if reads else "post")


def test_it_describes_every_procedure() -> None:
    for name, (_, _, operation) in operations().items():
        assert operation["description"], name
        assert operation.get("security"), name


def test_it_describes_errors_as_problems() -> None:
    responses = operations()["code.submit"][2]["responses"]
    assert set(responses[422]["content"]) == {"application/problem+json"}
    assert set(responses[202]["content"]) == {"application/json"}


def test_it_documents_every_procedure_and_every_refusal() -> None:
    text = (settings.BASE_DIR / "docs/api.md").read_text(encoding="utf-8")
    refusals = {*Refusal.__subclasses__(), InvalidKey}
    kinds = [refusal.kind for refusal in refusals]
    assert [name for name in [*operations(), *kinds] if f"`{name}`" not in text] == []


def test_it_gives_its_schema_to_programs(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.")


@pytest.mark.parametrize("debug", [True, False])
def test_it_has_a_problem_for_unknown_addresses(
    client: Client, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    for address in ("/api/v1/", "/api/v1/code/nothing", "/api/v1/code/submit/"):
        assert problem_of(client.get(address)) == (404, "not-found")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("start", ["//api/v1/", "/api//v1/", "/api/v2/"])
def test_it_has_a_problem_for_addresses_that_are_put_together_wrongly(
    client: Client, settings: Settings, debug: bool, start: str
) -> None:
    settings.DEBUG = debug
    answer = client.generic("GET", "/", PATH_INFO=f"{start}code/getHistory")
    assert problem_of(answer) == (404, "not-found")


@pytest.mark.parametrize("name", ["auth.me", "code.getHistory"])
def test_it_has_a_declared_problem_for_requests_that_cannot_be_read(
    client: Client, name: str
) -> None:
    method, path, operation = operations()[name]
    answer = client.generic(method, path, HTTP_HOST="[")
    assert problem_of(answer) == (400, "malformed")
    assert 400 in operation["responses"]


@pytest.mark.parametrize("debug", [True, False])
def test_it_has_a_problem_for_what_is_sent_to_its_foot_without_a_slash(
    client: Client, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    answer = client.post("/api/v1", "{}", "application/json")
    assert problem_of(answer) == (404, "not-found")
    assert client.get("/api/v1")["Location"] == "/api/v1/"


def test_it_has_a_problem_for_wrong_methods(client: Client) -> None:
    answer = client.get("/api/v1/code/submit")
    assert problem_of(answer) == (405, "wrong-method")
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("limit", ["DATA_UPLOAD_MAX_MEMORY_SIZE", "MAX_REQUEST_BYTES"])
def test_it_has_a_problem_for_bodies_beyond_all_bounds(
    alice: Any, settings: Settings, limit: str
) -> None:
    caller = ApiClient(alice)
    setattr(settings, limit, 1_000)
    answer = caller.call("code.submit", code="x" * 2_000, language="python")
    assert problem_of(answer) == (413, "too-large")


def test_it_tells_nothing_of_our_mistakes(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_request: HttpRequest) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(api_reading, "_user", fail)
    caller = ApiClient(alice)
    caller.http.raise_request_exception = False
    answer = caller.ask("code.getHistory")
    assert problem_of(answer) == (500, "internal-error")
    assert "secret" not in answer.content.decode()
