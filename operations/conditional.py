"""Answers to programs that have an answer already: 304, for as long as its tag is the present one.

A tag is weak (RFC 9110, 8.8.3): it is made of what an answer says, not of the bytes that say it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Annotated

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from ninja import Header

WEAK = "W/"
LENGTH = 32  # hexadecimal digits: 128 bits
# Kept by whoever asked and by nobody else, and asked about before each use.
CACHE_CONTROL = "private, no-cache"
DEPENDS_ON = ("Authorization", "Cookie")

IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="The ETag of the answer that you have: 304 without a body while it stands.",
    ),
]


def tag_of(*parts: object) -> str:
    """The tag of an answer in which these parts are all that can change."""
    text = json.dumps([settings.VERSION, *parts], default=str)
    return f'{WEAK}"{sha256(text.encode()).hexdigest()[:LENGTH]}"'


def is_present_one(tag: str, named: str | None) -> bool:
    """Whether an If-None-Match names ``tag``, compared weakly, or says that any will do."""
    tags = parse_etags(named or "")
    return tags == ["*"] or _opaque(tag) in map(_opaque, tags)


def put_tag(response: HttpResponse, tag: str) -> None:
    """Let whoever gets this response keep it and ask with its tag whether it still stands."""
    response["ETag"] = tag
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, DEPENDS_ON)


def _opaque(tag: str) -> str:
    return tag.removeprefix(WEAK)
