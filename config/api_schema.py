"""The JSON API's description of itself: exact about every answer that a program may get.

ninja describes what each operation declares. Added here is what all have in common: how they
refuse, that refusals are problems, the request's id, and that answers have no further fields.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.schema import NinjaGenerateJsonSchema

from accounts.api_access import Anybody
from operations import problems, request_ids
from operations.api_headers import LEFT, POLICY, Described, field

OF_ALL = (400, 401, 429, 500, 503)
OF_WHAT_IS_ASKED_FOR = (422,)
OF_BODIES = (411, 413, 415)
OF_WRITING = (403,)
ADMINISTRATORS = "admin"
PROBLEM: Described = {
    problems.CONTENT_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}
}
OF_TOO_MANY: Described = {"RateLimit-Policy": POLICY, "RateLimit": LEFT}
REQUEST_ID: Described = {
    request_ids.HEADER: field(
        "the request's id, as in problems and in the log",
        pattern=f"^{request_ids.WELL_FORMED.pattern}$",
    )
}
VISITORS: Described = {}  # a way to sign in that asks for nothing


class Schema(OpenAPISchema):
    """Adds what is true of every operation."""

    def get_paths(self) -> Described:
        paths: Described = super().get_paths()
        self.add_schema_definitions({"Problem": of_problems()})
        for methods in paths.values():
            for method, operation in methods.items():
                complete(method, operation)
        for described in self.schemas.values():
            close(described)
        return paths

    def add_schema_definitions(self, definitions: Described) -> None:
        """Models are told apart by their names: two of one name would be described as one."""
        for name, described in definitions.items():
            if self.schemas.setdefault(name, described) != described:
                raise ImproperlyConfigured(f"Two models of the JSON API have the name {name}.")

    def operation_security(self, operation: Any) -> list[Described] | None:
        """What visitors may call too asks for no sign-in."""
        ways: list[Described] | None = super().operation_security(operation)
        if ways and any(isinstance(way, Anybody) for way in operation.auth_callbacks):
            return [*ways, VISITORS]
        return ways


class Api(NinjaAPI):
    """Describes itself by Schema."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Described | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return Schema(self, prefix)


def of_problems() -> Described:
    """The model of all refusals, as ninja describes models."""
    return problems.Problem.model_json_schema(
        ref_template=REF_TEMPLATE, schema_generator=NinjaGenerateJsonSchema, mode="serialization"
    )


def complete(method: str, operation: Described) -> None:
    """Add the refusals that an operation does not declare, and what its answers have in common."""
    for parameter in operation["parameters"]:
        parameter["schema"] = without_null(parameter["schema"])
    answers = operation["responses"]
    for status in refusals(method, operation):
        answers.setdefault(status, {"description": HTTPStatus(status).phrase})
    for status, answer in answers.items():
        if int(status) >= 400:
            answer["content"] = PROBLEM
        more = OF_TOO_MANY if int(status) == HTTPStatus.TOO_MANY_REQUESTS else {}
        answer["headers"] = {**REQUEST_ID, **more, **answer.get("headers", {})}
    operation["responses"] = dict(sorted(answers.items()))


def without_null(described: Described) -> Described:
    """A parameter is sent or left out; no address and no header can hold a null."""
    kinds = [kind for kind in described.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return described
    rest = {name: value for name, value in described.items() if name != "anyOf"}
    return {**rest, **kinds[0]}


def refusals(method: str, operation: Described) -> tuple[int, ...]:
    """How an operation may refuse although it does not say so itself."""
    has_body = "requestBody" in operation
    takes = has_body or bool(operation["parameters"])
    guarded = method == "post" or ADMINISTRATORS in operation.get("tags", ())
    return (
        *OF_ALL,
        *(OF_WHAT_IS_ASKED_FOR if takes else ()),
        *(OF_BODIES if has_body else ()),
        *(OF_WRITING if guarded else ()),
    )


def close(described: Described) -> None:
    """An object with named fields has no others: none is sent, and none is taken."""
    if "properties" in described:
        described.setdefault("additionalProperties", False)
