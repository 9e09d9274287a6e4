"""Uploaded files that are kept under any name and of any type that the sender likes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts
from pipeline.analysis.flags.model import Flag

UPLOAD = "unchecked-upload"
SENT = re.compile(r"request\.files|uploadfile")
CHECKED = re.compile(
    r"allowed|endswith|splitext|rsplit|suffix|mime|content_type|extension|\bext\b|imghdr|image\.open"
    r"|is_valid|validate|filetype|magic"
)
NAMED = re.compile(r"\.(filename|name)\b")


def look(facts: Facts) -> Iterator[Flag]:
    """Every upload that is saved in a function that asks nothing about its type."""
    for call in facts.methods("save"):
        sent = facts.says(call, SENT) and facts.says(call, NAMED)
        unchecked = sent and not facts.says(call, CHECKED)
        if unchecked and _is_named_by_sender(facts, call):
            yield Flag(UPLOAD, call)


def _is_named_by_sender(facts: Facts, call: ast.Call) -> bool:
    """Whether the path is put together with more than constants."""
    return bool(call.args) and not isinstance(facts.value(call.args[0]), ast.Constant)
