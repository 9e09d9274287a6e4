"""What a fixer is and what it answers: byte edits on the original text, each with its reason.

A fixer never rewrites a file. It plans small edits at exact places, so that comments, line endings
and everything else that it did not mean to touch stay as they were, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.analysis.fixers.source import Source


@dataclass(frozen=True, order=True)
class Edit:
    """Replace the bytes from ``start`` to ``end`` (offsets into the UTF-8 text) by ``text``."""

    start: int
    end: int
    text: str

    def overlaps(self, other: Edit) -> bool:
        """Whether both want the same bytes; touching neighbours do not overlap."""
        if self.start == self.end or other.start == other.end:
            return self.start == other.start or (self.start < other.end and other.start < self.end)
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Need:
    """What a repair calls, by its full name, under the name the repair uses for it.

    A standard library module, or a ``member`` of a package that the file imports already.
    """

    module: str
    name: str
    member: bool = False

    @property
    def statement(self) -> str:
        """The import statement that satisfies the need."""
        if self.member:
            package, _, member = self.module.rpartition(".")
            return f"from {package} import {member}"
        suffix = "" if self.name == self.module else f" as {self.name}"
        return f"import {self.module}{suffix}"


@dataclass(frozen=True)
class Repair:
    """One repair: all of its edits are made, or none. ``line`` counts in the planned text."""

    rule: str
    title: str
    line: int
    edits: tuple[Edit, ...]
    needs: tuple[Need, ...] = ()
    cwe: int | None = None
    proven: bool = False


@dataclass(frozen=True)
class Doubt:
    """A problem that a fixer leaves alone, with the reason in plain words."""

    rule: str
    line: int
    reason: str


@dataclass
class Plan:
    """What one fixer wants to do to one text, collected while it looks."""

    rule: str
    cwe: int | None
    proven: bool = False
    repairs: list[Repair] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def repair(self, line: int, title: str, *edits: Edit, needs: tuple[Need, ...] = ()) -> None:
        """Plan one repair."""
        made = Repair(self.rule, title, line, edits, needs, self.cwe, self.proven)
        self.repairs.append(made)

    def refuse(self, line: int, reason: str) -> None:
        """Say why the problem on ``line`` is left alone; said once a line."""
        doubt = Doubt(self.rule, line, reason)
        if all(known.line != line for known in self.doubts):
            self.doubts.append(doubt)


@dataclass(frozen=True)
class Fixer:
    """One kind of repair.

    ``answers`` are the scanner rules that report the same problem; ``sign`` is a pattern without a
    match of which the text cannot have the problem, which spares the search.
    ``proven`` says that the repaired code gives the same result for all input but an attack, which
    the fixer's tests show by running both. It is False where honest use can notice the repair: a
    server with a certificate of its own, a slow answer, a cookie on plain HTTP, a program that is
    not installed, an ampersand on a page, the permissions of an unpacked file.
    """

    id: str
    title: str
    cwe: int
    repairs: str
    answers: tuple[str, ...]
    sign: re.Pattern[str]
    look: Callable[[Source, Plan], None]
    proven: bool = False

    def plan(self, source: Source) -> Plan:
        """Look for this fixer's problem in ``source`` and plan what to do about it."""
        plan = Plan(self.id, self.cwe, self.proven)
        self.look(source, plan)
        return plan

    def may_apply(self, text: str) -> bool:
        """A cheap test that is only ever wrong by saying yes."""
        return self.sign.search(text) is not None
