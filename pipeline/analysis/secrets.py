"""Looks for secrets written into the code, in any language.

Known key formats are certain; a quoted value given to something called password or token is
judged by how it looks, since half of such values are field names, placeholders or examples.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from pipeline.analysis.findings import Hit, report
from pipeline.analysis.positions import Positions
from pipeline.analysis.secret_formats import (
    ASSIGNMENT,
    BARE_ASSIGNMENT,
    CONNECTION,
    FORMATS,
    Format,
)
from pipeline.analysis.source import split_lines
from pipeline.analysis.types import Severity

SOURCE = "secrets"


class Likelihood(IntEnum):
    """How much a value looks like a real secret."""

    NONE = 0
    WEAK = 1
    STRONG = 2


_PLACEHOLDER = re.compile(
    r"^(?:[<\[({$%].*|.*\{\{.*|.*\$\{.*|%.*%|\*+|[x.\-_]+|0+|1234?5?6?7?8?9?0?"
    r"|(?:your|my|the|some|insert|put|enter|add|replace|change|fill)(?:[ _-].*|me.*)?"
    r"|changeme.*|change[_-]?this.*|example.*|dummy.*|sample.*|placeholder.*|fake.*|mock.*"
    r"|redacted.*|todo.*|tbd|none|null|nil|undefined|true|false|default|empty|n/a"
    r"|.*(?:placeholder|_here|-here|example\.com))$",
    re.IGNORECASE,
)
_NAME_LIKE = re.compile(r"^[A-Za-z]+(?:[ _.:/-][A-Za-z]+)*:?$")
_LOOKUP = re.compile(r"environ|getenv|process\.env|vault|secretsmanager|config\[|settings\.", re.I)
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[A-Za-z]")
STRONG_LENGTH, STRONG_ENTROPY = 16, 3.4
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "example.")


def likelihood(value: str) -> Likelihood:
    """Whether a literal given to a secret-sounding name looks like a secret at all."""
    if len(value) < 4 or _PLACEHOLDER.match(value) or _LOOKUP.search(value):
        return Likelihood.NONE
    if _NAME_LIKE.match(value) or value.count(" ") > 1 or value.startswith(("/", "./", "http")):
        return Likelihood.NONE
    mixed = bool(_DIGIT.search(value) and _LETTER.search(value))
    if len(value) >= STRONG_LENGTH and mixed and entropy(value) >= STRONG_ENTROPY:
        return Likelihood.STRONG
    return Likelihood.WEAK


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


def hits(code: str) -> Iterator[Hit]:
    """Every secret found, in no particular order; a place may be reported twice."""
    positions = Positions(code)
    for known, match in formatted(code):
        yield _hit(positions, match, known.rule, f"This is {known.label}")
    for match in in_addresses(code):
        yield _connection(positions, match)
    for match, likely in assigned(code):
        yield _assignment(positions, match, likely)


def formatted(code: str) -> Iterator[tuple[Format, re.Match[str]]]:
    """Keys and tokens of known formats."""
    for known in FORMATS:
        for match in known.matches(code):
            if not _is_example(match["secret"]):
                yield known, match


def in_addresses(code: str) -> Iterator[re.Match[str]]:
    """Passwords that stand in addresses of servers."""
    return (match for match in CONNECTION.finditer(code) if _is_password(match["secret"]))


def assigned(code: str) -> Iterator[tuple[re.Match[str], Likelihood]]:
    """Fixed values given to names that say that they are secret."""
    for pattern in (ASSIGNMENT, BARE_ASSIGNMENT):
        for match in pattern.finditer(code):
            likely = likelihood(match["secret"])
            if likely is not Likelihood.NONE:
                yield match, likely


def _is_example(secret: str) -> bool:
    """AWS and others print keys in their manuals that end in EXAMPLE."""
    return "EXAMPLE" in secret or len(set(secret[8:])) <= 2 < len(secret[8:])


def _is_password(text: str) -> bool:
    """Whether what stands in an address as a password is one, and no placeholder."""
    if _PLACEHOLDER.match(text):
        return False
    return bool(likelihood(text) or _NAME_LIKE.match(text))


def _connection(positions: Positions, match: re.Match[str]) -> Hit:
    local = match["host"].startswith(LOCAL_HOSTS)
    severity = Severity.LOW if local else Severity.HIGH
    return _hit(positions, match, "connection-password", "An address with a password", severity)


def _assignment(positions: Positions, match: re.Match[str], likely: Likelihood) -> Hit:
    severity = Severity.HIGH if likely is Likelihood.STRONG else Severity.MEDIUM
    detail = f"A fixed value is given to a name with {match['name'].lower()} in it"
    return _hit(positions, match, "assigned-secret", detail, severity)


def _hit(
    positions: Positions,
    match: re.Match[str],
    rule: str,
    detail: str,
    severity: Severity | None = None,
) -> Hit:
    line, column = positions.of(match.start())
    return Hit(SOURCE, rule, line, line, column, detail, severity)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "note"}``."""
    code = payload["code"]
    lines = split_lines(code)
    found: dict[int, Hit] = {}
    for hit in hits(code):
        found.setdefault(hit.line, hit)  # the most certain kind comes first
    return report(list(found.values()), lines)
