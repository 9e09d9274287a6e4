"""An original and its rebuilt text: which statements a repair may touch, and which it did."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from pipeline.analysis.ledger.units import (
    MODULE,
    Statement,
    Unit,
    loaded_names,
    stored_names,
    units_of,
)
from pipeline.analysis.names import Imports
from pipeline.analysis.nodes import walk
from pipeline.analysis.source import for_parsers

# Injections and digests: what is built at one place is used at the next.
USED_LATER = frozenset((77, 78, 79, 88, 89, 90, 91, 117, 326, 327, 328, 643, 759, 760, 916))
LEVELS = 2  # of assignments before a finding that its repair may touch too


@dataclass
class Touched:
    """What became of one unit. ``removed`` and ``added`` are the repair; ``lost`` is damage."""

    unit: Unit
    allowed: list[Statement] = field(default_factory=list)
    removed: list[Statement] = field(default_factory=list)
    added: list[Statement] = field(default_factory=list)
    lost: list[Statement] = field(default_factory=list)

    @property
    def was_targeted(self) -> bool:
        """Whether a finding stood in the unit."""
        return bool(self.allowed)


class Pair:
    """Both texts with their trees. Raises SyntaxError, ValueError or RecursionError without."""

    def __init__(
        self,
        original: str,
        rebuilt: str,
        flagged: Iterable[tuple[int, int]],
        weaknesses: Iterable[int] = (),
    ) -> None:
        """``flagged``: first and last lines of the findings that are gone; ``weaknesses``: CWEs."""
        self.original, self.rebuilt = original, rebuilt
        self.flagged = list(flagged)
        self.weaknesses = frozenset(weaknesses)
        self.before, self.after = _parsed(original), _parsed(rebuilt)
        self.old_units, self.new_units = units_of(self.before), units_of(self.after)
        both = [(u, self.new_units[n]) for n, u in self.old_units.items() if n in self.new_units]
        renamed = [_rename_back(old, new) for old, new in both]
        if any(renamed):
            self.new_units = units_of(self.after)

    @cached_property
    def old_imports(self) -> Imports:
        return Imports(self.before)

    @cached_property
    def new_imports(self) -> Imports:
        return Imports(self.after)

    @cached_property
    def touched(self) -> list[Touched]:
        """Each unit of the original that is still there and not the same."""
        follows = bool(self.weaknesses & USED_LATER)
        pairs = ((unit, self.new_units.get(name)) for name, unit in self.old_units.items())
        return [_touched(old, new, self.flagged, follows) for old, new in pairs if new is not None]

    @cached_property
    def new_only(self) -> list[Unit]:
        """Functions that came with the repair."""
        return [unit for name, unit in self.new_units.items() if name not in self.old_units]

    @cached_property
    def removed(self) -> list[Statement]:
        """All statements that the repair took away, where it was allowed to."""
        return [statement for each in self.touched for statement in each.removed]

    @cached_property
    def added(self) -> list[Statement]:
        """All statements that came with the repair, in old and new functions."""
        inside = [statement for each in self.touched for statement in each.added]
        return inside + [statement for unit in self.new_only for statement in unit.statements]


def _parsed(code: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(for_parsers(code))


def _touched(old: Unit, new: Unit, flagged: list[tuple[int, int]], follows: bool) -> Touched:
    allowed = _allowed(old, flagged, follows)
    result = Touched(old, allowed)
    may_go = {id(statement) for statement in allowed}
    kept, result.added = _matched(old.statements, new.statements)
    for statement in old.statements:
        if id(statement) not in kept:
            (result.removed if id(statement) in may_go else result.lost).append(statement)
    return result


def _rename_back(old: Unit, new: Unit) -> bool:
    """Call a local variable that was only renamed as it was called; whether there was one."""
    gone, came = _locals(old) - _locals(new), _locals(new) - _locals(old)
    if new.node is None or len(gone) != 1 or len(came) != 1:
        return False
    names = [node for node in walk(new.node) if isinstance(node, ast.Name)]
    if any(node.id in gone for node in names):
        return False
    for node in names:
        if node.id in came:
            (node.id,) = gone
    return True


def _locals(unit: Unit) -> set[str]:
    return {name for each in unit.statements for name in stored_names(each)}


def _matched(old: list[Statement], new: list[Statement]) -> tuple[set[int], list[Statement]]:
    """Which old statements stand in the new text, in the same order, and what else stands there."""
    matcher = SequenceMatcher(None, [s.text for s in old], [s.text for s in new], autojunk=False)
    blocks = matcher.get_matching_blocks()
    kept = {id(old[block.a + n]) for block in blocks for n in range(block.size)}
    found = {block.b + n for block in blocks for n in range(block.size)}
    return kept, [statement for place, statement in enumerate(new) if place not in found]


def _allowed(unit: Unit, flagged: list[tuple[int, int]], follows: bool) -> list[Statement]:
    """The statements that findings stand on and those that feed them; with ``follows`` also those
    that use what they bind, since a query or a digest is repaired where it is used."""
    chosen = [each for each in unit.statements if _overlaps(each, flagged)]
    if not chosen:
        return []
    frontier = list(chosen)
    for _ in range(LEVELS):
        wanted = {name for each in frontier for name in loaded_names(each)}
        frontier = [e for e in unit.statements if stored_names(e) & wanted and e not in chosen]
        chosen += frontier
    if follows:
        names = {n for e in unit.statements if _overlaps(e, flagged) for n in stored_names(e)}
        chosen += [e for e in unit.statements if names & loaded_names(e) and e not in chosen]
    return chosen


def _overlaps(statement: Statement, flagged: list[tuple[int, int]]) -> bool:
    return any(first <= statement.end_line and statement.line <= last for first, last in flagged)


def is_module(unit: Unit) -> bool:
    """Whether the unit is the module's own code and no function."""
    return unit.name == MODULE
