"""Reads the bodies that are sent to the JSON API: JSON as RFC 8259 has it, and declared as JSON."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

JSON = "application/json"


class WrongContentType(Exception):
    """The body is not declared as JSON. ninja wraps it into an error of its own."""


class JsonOnly(Parser):
    """Takes nothing else, so that no form of another site is taken for a body."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != JSON:
            raise WrongContentType
        return json.loads(request.body, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is Python's and not JSON's")
