"""Repairs that ruff calls safe, from a short list that cannot change what right code does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from pipeline.analysis.fixers.base import Edit, Repair
from pipeline.analysis.fixers.source import NEWLINE

TIMEOUT_SECONDS = 15

#: rule -> (what gets better, CWE). Left out on purpose: unused imports (an import may be there for
#: its side effect or for others to import), `== None` (classes may define it), mutable defaults.
RULES: dict[str, tuple[str, int | None]] = {
    "E713": ("'not x in y' reads as what it does: 'x not in y'", None),
    "E714": ("'not x is y' reads as what it does: 'x is not y'", None),
    "F541": ("An f-string that fills in nothing is a plain string", None),
    "F632": ("Values are compared with '==' and not by the identity of a literal", 595),
    "F901": (
        "NotImplementedError is raised: NotImplemented is no exception",
        705,
    ),
    "PLE2510": ("A backspace character hidden in a string is written visibly as an escape", 451),
    "PLE2512": ("A substitute character hidden in a string is written visibly as an escape", 451),
    "PLE2513": ("An escape character hidden in a string is written visibly as an escape", 451),
    "PLE2515": ("A zero-width space hidden in a string is written visibly as an escape", 451),
    "W605": ("A backslash that begins no escape is written so that newer Pythons accept it", None),
}
#: Those that only write the same thing in another way; the others make a mistake right.
PROVEN = RULES.keys() - {"F632", "F901"}


class RuffError(Exception):
    """ruff could not be asked."""


@cache
def _command() -> tuple[str, ...]:
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    options = ("--isolated", "--no-cache", "--ignore-noqa", "--quiet", "--exit-zero")
    choice = ("--select", ",".join(RULES), "--target-version", version)
    return (find_ruff_bin(), "check", *options, *choice, "--output-format", "json", "-")


def ruff_repairs(text: str) -> list[Repair]:
    """The safe repairs that ruff proposes for ``text``. Raises RuffError."""
    raw = text.encode()
    starts = [0, *(match.end() for match in NEWLINE.finditer(raw))]
    repairs = [_repair(found, raw, starts) for found in _ask(raw)]
    return [repair for repair in repairs if repair is not None]


def _ask(raw: bytes) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(  # noqa: S603 (our own binary, constant options, text over stdin)
            _command(),
            input=raw,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env={"PATH": os.defpath, "RAYON_NUM_THREADS": "1"},
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise RuffError(f"ruff could not be run: {type(error).__name__}") from error
    return [found for found in answer if found["code"] in RULES and found["fix"]]


def _repair(found: dict[str, Any], raw: bytes, starts: list[int]) -> Repair | None:
    if found["fix"]["applicability"] != "safe":
        return None
    title, cwe = RULES[found["code"]]
    edits = tuple(
        Edit(
            _offset(edit["location"], raw, starts),
            _offset(edit["end_location"], raw, starts),
            edit["content"],
        )
        for edit in found["fix"]["edits"]
    )
    return Repair(
        found["code"],
        title,
        found["location"]["row"],
        edits,
        cwe=cwe,
        proven=found["code"] in PROVEN,
    )


def _offset(place: dict[str, int], raw: bytes, starts: list[int]) -> int:
    """Byte offset of ruff's row and column; its columns count characters from 1."""
    start = starts[place["row"] - 1]
    line = raw[start : starts[place["row"]] if place["row"] < len(starts) else len(raw)]
    return start + len(line.decode()[: place["column"] - 1].encode())
