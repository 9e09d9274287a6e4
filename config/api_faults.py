"""What is wrong with a request, in words that name neither Python nor the code behind the API."""

from __future__ import annotations

from collections.abc import Iterable
from json import JSONDecodeError
from typing import Any

OBJECT_NEEDED = "A JSON object is needed."
NO_OBJECT = frozenset({"dict_type", "model_type", "model_attributes_type"})
VALIDATOR = "function-"  # how pydantic names a place when a function of ours looked at it


def faults_of(errors: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Each place that does not fit the schema and what is wrong there, from pydantic's errors."""
    return [{"where": _where(error["loc"]), "message": _message(error)} for error in errors]


def why_unreadable(cause: BaseException | None) -> str:
    """Why a body is no JSON."""
    if isinstance(cause, JSONDecodeError):
        return f"The body is no JSON. {cause}."
    if isinstance(cause, UnicodeDecodeError):
        return "The body is not UTF-8."
    if isinstance(cause, RecursionError):
        return "The body is nested too deeply."
    return "The body is no JSON: it has a number that JSON does not know, or a far too long one."


def _where(place: tuple[str | int, ...]) -> str:
    """Such as ``query.page`` or ``body.code``; of a body, ninja names our argument in between."""
    first, *rest = map(str, place)
    inside = rest[1:] if first == "body" else rest
    return ".".join([first, *(part for part in inside if not part.startswith(VALIDATOR))])


def _message(error: dict[str, Any]) -> str:
    if error["type"] in NO_OBJECT:
        return OBJECT_NEEDED
    return str(error["msg"]).removeprefix("Value error, ")
