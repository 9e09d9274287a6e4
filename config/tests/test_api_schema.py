"""The schema of the JSON API says all that a program may get, and nothing that it may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from ninja import Router
from pydantic import create_model

from config.api import api as whole
from config.api_schema import Api
from config.tests.test_api_policies import ANYBODY
from config.tests.test_api_whole import operations
from operations.request_ids import HEADER

OPERATIONS = operations()


def answers() -> Iterator[tuple[str, int, dict[str, Any]]]:
    for name, (_, _, operation) in OPERATIONS.items():
        for status, answer in operation["responses"].items():
            yield name, int(status), answer


def statuses(name: str) -> set[int]:
    return {status for found, status, _ in answers() if found == name}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_it_declares_how_everything_may_be_refused(name: str) -> None:
    method, _, operation = OPERATIONS[name]
    expected = {400, 401, 429, 500, 503}
    expected |= {422} if operation["parameters"] else set()
    expected |= {411, 413, 415, 422} if "requestBody" in operation else set()
    expected |= {403} if method == "post" or name.startswith("admin.") else set()
    assert expected <= statuses(name)


def test_it_declares_what_some_alone_answer() -> None:
    assert {202, 409, 429} <= statuses("code.submit")
    for name in ("code.getJobStatus", "code.getResult"):
        assert {200, 304, 404} <= statuses(name)


def test_it_names_the_request_in_every_answer() -> None:
    assert [
        name for name, _, answer in answers() if not answer["headers"][HEADER]["required"]
    ] == []


def test_it_describes_every_refusal_as_the_same_problem() -> None:
    refusals = [answer["content"] for _, status, answer in answers() if status >= 400]
    (kind,) = {tuple(content) for content in refusals}
    assert kind == ("application/problem+json",)
    (schema,) = {content[kind[0]]["schema"]["$ref"] for content in refusals}
    assert schema == "#/components/schemas/Problem"


def test_it_describes_the_headers_that_programs_go_by() -> None:
    status = OPERATIONS["code.getJobStatus"][2]["responses"]
    for code in (200, 304):
        assert {"ETag", "Retry-After"} <= set(status[code]["headers"])
    sent = OPERATIONS["code.submit"][2]["responses"]
    assert {"Location", "RateLimit", "RateLimit-Policy"} <= set(sent[202]["headers"])
    assert {"RateLimit", "RateLimit-Policy"} <= set(sent[429]["headers"])


def test_it_leads_from_a_submission_to_what_comes_of_it() -> None:
    links = OPERATIONS["code.submit"][2]["responses"][202]["links"]
    assert {link["operationId"] for link in links.values()} <= set(OPERATIONS)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_it_asks_visitors_for_no_sign_in_where_they_need_none(name: str) -> None:
    assert ({} in OPERATIONS[name][2]["security"]) == (name in ANYBODY)


def test_it_has_no_object_with_fields_that_it_does_not_name() -> None:
    models = whole.get_openapi_schema()["components"]["schemas"]
    objects = {name: model for name, model in models.items() if "properties" in model}
    assert objects
    assert [name for name, model in objects.items() if model["additionalProperties"]] == []


def test_it_takes_no_null_for_a_parameter() -> None:
    parameters = [each for _, _, found in OPERATIONS.values() for each in found["parameters"]]
    assert [each["name"] for each in parameters if "anyOf" in each["schema"]] == []


def test_it_refuses_two_models_of_one_name() -> None:
    router, api = Router(), Api(urls_namespace="two")
    for number, kind in enumerate((int, str)):
        model = create_model("Same", field=(kind, ...))
        router.get(f"/{number}", operation_id=f"same.{number}", response=model)(
            lambda request: None
        )
    api.add_router("/", router)
    with pytest.raises(ImproperlyConfigured, match="Same"):
        api.get_openapi_schema(path_prefix="")
