"""Values that the JSON API takes in more than one place, and how its schema describes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from pipeline.analysis.languages import LANGUAGES


def _known(key: str) -> str:
    if key not in LANGUAGES:
        raise ValueError("There is no such language here.")
    return key


Language = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(LANGUAGES)})
]
