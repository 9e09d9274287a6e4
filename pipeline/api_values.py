"""Values that the JSON API takes in more than one place, and how its schema describes them."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from ninja import Query
from pydantic import AfterValidator, Field, WithJsonSchema

from pipeline.analysis.languages import LANGUAGES
from pipeline.intake import MAX_COMMENTS


def _known(key: str) -> str:
    if key not in LANGUAGES:
        raise ValueError("There is no such language here.")
    return key


Language = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(LANGUAGES)})
]

Described = dict[str, Any]
LONGEST_PATH = 4_096
LONGEST_ID = 64  # ids of ours are shorter
PublicId = Annotated[str, Field(max_length=LONGEST_ID)]
Id = Annotated[PublicId, Query(description="id of a submission of yours")]


# What services see to, and refuse in their own words; a schema can say this much of it.
# A character has a byte at least; the bytes are counted when it is read.
CODE: Described = {"minLength": 1, "maxLength": settings.MAX_CODE_SIZE_BYTES}
ANY_LANGUAGE: Described = {"anyOf": [{"type": "string", "enum": list(LANGUAGES)}, {"type": "null"}]}
COMMENTS: Described = {"maxLength": MAX_COMMENTS}
SARIF: Described = {"maxLength": settings.MAX_CODE_SIZE_BYTES}
# Spaces at its ends would not arrive.
Key = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"})]
