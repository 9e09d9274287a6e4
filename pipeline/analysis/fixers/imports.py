"""How a repair reaches a standard library module: an import that is there, or one to add."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import BaseAssignment, GlobalScope, ImportAssignment

from pipeline.analysis.fixers.base import Edit, Need, Repair
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source


def reach(source: Source, module: str, user: cst.CSTNode) -> Need | None:
    """The name by which the place of ``user`` can call ``module``; goes into the repair's needs.

    None where no safe name is left, or where the file itself is what such an import would find.
    """
    if source.stem == module:
        return None
    own = source.scope(user)
    for name in (module, f"_{module}"):
        bindings = source.bindings(name)
        hidden = any(b.scope is own and not isinstance(own, GlobalScope) for b in bindings)
        hidden |= not bindings and name == module and _has_star_import(source)
        if not hidden and all(_binds(binding, module, name) for binding in bindings):
            return Need(module, name)
    return None


def reach_member(source: Source, package: str, member: str, user: cst.CSTNode) -> Need | None:
    """The need for ``member`` of a ``package`` whose distribution the file imports already.

    None where its name means something else, or cannot be told.
    """
    root = package.partition(".")[0]
    known = any(f"{name}.".startswith(f"{root}.") for o in source.imported.values() for name in o)
    own, full = source.scope(user), f"{package}.{member}"
    bindings = source.bindings(member)
    hidden = any(b.scope is own and not isinstance(own, GlobalScope) for b in bindings)
    hidden |= not bindings and _has_star_import(source)
    taken = hidden or not all(_binds(binding, full, member) for binding in bindings)
    return None if taken or not known or source.stem == root else Need(full, member, member=True)


def _has_star_import(source: Source) -> bool:
    """Whether names that nobody sees are imported; those with an underscore are not."""
    return any(isinstance(found.names, cst.ImportStar) for found in source.all(cst.ImportFrom))


def _binds(binding: BaseAssignment, module: str, name: str) -> bool:
    """Whether ``binding`` is an import of ``module`` under ``name``."""
    if not isinstance(binding, ImportAssignment):
        return False
    return {found.name for found in binding.get_qualified_names_for(name)} == {module}


def import_edits(source: Source, repairs: list[Repair]) -> list[Edit] | None:
    """The edits that add the imports ``repairs`` lack; None where there is no place for them."""
    missing: dict[Need, int] = {}
    for repair in repairs:
        for need in repair.needs:
            if not _present(source, need, repair.line):
                missing[need] = min(repair.line, missing.get(need, repair.line))
    edits, missing = _beside_others(source, missing)
    if not missing:
        return edits
    place = _place(source, min(missing.values()))
    if place is None:
        return None
    offset, newline = place
    lines = sorted(need.statement for need in missing)
    return [*edits, Edit(offset, offset, "".join(f"{line}{newline}" for line in lines))]


def _beside_others(source: Source, missing: dict[Need, int]) -> tuple[list[Edit], dict[Need, int]]:
    """Members added to an import from their package that is there, and the needs that are left."""
    added: dict[int, list[str]] = {}
    left: dict[Need, int] = {}
    for need, line in missing.items():
        package, _, member = need.module.rpartition(".")
        end = _end_of_import(source, package, line) if need.member else None
        if end is None:
            left[need] = line
        else:
            added.setdefault(end, []).append(member)
    edits = [Edit(end, end, f", {', '.join(sorted(names))}") for end, names in added.items()]
    return edits, left


def _end_of_import(source: Source, package: str, line: int) -> int | None:
    """Where the last name of a top-level import from ``package`` above ``line`` ends."""
    for found in source.all(cst.ImportFrom):
        around = source.parent(found)
        top = around is not None and source.parent(around) is source.module
        named = not found.relative and dotted(found.module) == package
        if top and named and not isinstance(found.names, cst.ImportStar):
            end = source.span(found.names[-1])[1]
            if source.line_at(end) < line:
                return end
    return None


def _present(source: Source, need: Need, line: int) -> bool:
    """Whether a top-level import above ``line`` already satisfies ``need``."""
    return any(
        _is_import(source.parent(binding.node))
        and source.parent(source.parent(binding.node) or source.module) is source.module
        and source.line(binding.node) < line
        for binding in source.bindings(need.name)
        if isinstance(binding, ImportAssignment) and _binds(binding, need.module, need.name)
    )


def _place(source: Source, line: int) -> tuple[int, str] | None:
    """Where new imports for ``line`` and below go, and how their line ends.

    Before the file's first import; docstring, ``__future__`` imports and the comments at the top
    keep their places in front.
    """
    body = list(source.module.body)
    first = next((i for i, node in enumerate(body) if not _must_lead(node, i)), None)
    if first is None:
        return None
    imports = (n for n in body[first:] if _is_import(n) and source.line(n) < line)
    anchor = next(imports, body[first])
    if isinstance(anchor, cst.SimpleStatementLine) and _holds_leader(anchor):
        return None
    decorators = getattr(anchor, "decorators", ())
    start = source.line_start(source.span(decorators[0] if decorators else anchor)[0])
    return start, source.newline_at(start)


def _must_lead(node: cst.CSTNode, index: int) -> bool:
    """Whether nothing but comments may come before ``node``."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    only = node.body[0] if len(node.body) == 1 else None
    return only is not None and (_is_future(only) or (index == 0 and _is_docstring(only)))


def _holds_leader(line: cst.SimpleStatementLine) -> bool:
    """Whether a docstring or ``__future__`` import shares its line with other statements."""
    return _is_docstring(line.body[0]) or any(_is_future(part) for part in line.body)


def _is_docstring(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Expr) and isinstance(
        node.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def _is_future(node: cst.CSTNode) -> bool:
    module = node.module if isinstance(node, cst.ImportFrom) else None
    return isinstance(module, cst.Name) and module.value == "__future__"


def _is_import(node: cst.CSTNode | None) -> bool:
    """Whether ``node`` is a line of nothing but imports."""
    return isinstance(node, cst.SimpleStatementLine) and all(
        isinstance(part, (cst.Import, cst.ImportFrom)) for part in node.body
    )
