"""Judges what bandit and ruff report, as a reviewer would before showing it to anybody.

Both flag calls by their name, safe or not. With the syntax tree at hand some reports are dropped
(a constant command list, a constant https address), some are lowered and some are raised. Where
values come from is the matter of ``dataflow``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.analysis.findings import Hit
from pipeline.analysis.knowledge import canonical
from pipeline.analysis.reading import Reading
from pipeline.analysis.scanners.places import Places
from pipeline.analysis.secrets import Likelihood, likelihood
from pipeline.analysis.types import Severity

# Imports and asserts are not findings; B606, B607 and S404 family say nothing about the code; the
# text check reports direction marks (B613) in every language.
NOISE = re.compile(r"B(101|4\d\d|606|607|613)$")

SECRET_WORDS = re.compile(
    r"token|secret|passw|pwd|otp|salt|nonce|session|csrf|api_?key|private|credential|captcha|pin\b",
    re.IGNORECASE,
)
NEARBY = 500  # characters of a line that are searched for such words
WRITTEN_BY_OTHERS = 0o022  # group and everybody
PASSWORD_RULES = frozenset(("B105", "B106", "B107"))


class Judge:
    """Knows one file; ``judge`` returns the hit as it should be shown, or None to drop it."""

    def __init__(self, reading: Reading) -> None:
        self.lines = reading.lines
        self._reading = reading

    @property
    def places(self) -> Places | None:
        """What stands where, if there is a tree; made only where it is needed."""
        return self._reading.places

    def judge(self, hit: Hit) -> Hit | None:
        """Apply what is known about the rule and about this place."""
        rule = canonical(hit.rule)
        if NOISE.match(rule):
            return None
        special = _SPECIAL.get(rule)
        return special(self, hit) if special else hit

    def _call(self, hit: Hit) -> ast.Call | None:
        """The innermost call at the place of the hit."""
        return self.places.call(hit.line, hit.column) if self.places is not None else None

    def random(self, hit: Hit) -> Hit:
        """Predictable numbers matter where the statement or function speaks of secrets."""
        around = self.lines[hit.line - 1][:NEARBY]
        if self.places is not None:
            around += " " + self.places.function_name(hit.line, hit.column)
        return replace(hit, severity=Severity.HIGH) if SECRET_WORDS.search(around) else hit

    def weak_hash(self, hit: Hit) -> Hit:
        """A fast hash of a password is worse than one of a file."""
        serious = SECRET_WORDS.search(self.lines[hit.line - 1][:NEARBY])
        return replace(hit, severity=Severity.HIGH) if serious else hit

    def process(self, hit: Hit) -> Hit | None:
        """Without a shell, only a program or argument list chosen at run time is of interest."""
        call = self._call(hit)
        if call is None or not call.args:
            return None
        command = call.args[0]
        first = (
            command.elts[0]
            if isinstance(command, ast.List | ast.Tuple) and command.elts
            else command
        )
        return None if _is_fixed_program(first) else hit

    def opened_address(self, hit: Hit) -> Hit | None:
        """A constant web address cannot be turned into a file: address."""
        call = self._call(hit)
        first = call.args[0] if call is not None and call.args else None
        if isinstance(first, ast.Constant) and str(first.value).startswith(("https://", "http://")):
            return None
        return hit

    def permissions(self, hit: Hit) -> Hit | None:
        """A mode by which only the owner writes is what a program or folder needs."""
        call = self._call(hit)
        modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant)] if call else []
        narrow = any(isinstance(mode, int) and not mode & WRITTEN_BY_OTHERS for mode in modes)
        return None if narrow else hit

    def evaluated(self, hit: Hit) -> Hit:
        """Evaluating a constant is odd, not dangerous."""
        call = self._call(hit)
        constant = call is not None and call.args and isinstance(call.args[0], ast.Constant)
        return replace(hit, severity=Severity.LOW) if constant else hit

    def parsed_xml(self, hit: Hit) -> Hit | None:
        """Building XML with ElementTree is not parsing it."""
        call = self._call(hit)
        name = getattr(getattr(call, "func", None), "attr", "parse")
        return None if name in ("Element", "SubElement", "ElementTree", "tostring") else hit


def _is_fixed_program(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return True
    return isinstance(node, ast.Attribute) and node.attr == "executable"


def password(value: str, hit: Hit) -> Hit | None:
    """Judge a literal given to a secret-sounding name; field names and placeholders are dropped."""
    found = likelihood(value)
    if found is Likelihood.NONE:
        return None
    severity = Severity.HIGH if found is Likelihood.STRONG else Severity.MEDIUM
    return replace(hit, severity=severity, detail="")


_SPECIAL: dict[str, Callable[[Judge, Hit], Hit | None]] = {
    "B303": Judge.weak_hash,
    "B324": Judge.weak_hash,
    "B311": Judge.random,
    "B310": Judge.opened_address,
    "B307": Judge.evaluated,
    "B102": Judge.evaluated,
    "B314": Judge.parsed_xml,
    "B103": Judge.permissions,
    "B603": Judge.process,
}
