"""Files and folders that every account of the machine may write."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument
from pipeline.analysis.flags.model import Flag

OPEN = "open-permissions"
OTHERS_WRITE = 0o002
#: call -> place and name of its mode
CREATING = (
    ("os.mkdir", 1, "mode"),
    ("os.makedirs", 1, "mode"),
    ("os.open", 2, "mode"),
    ("os.mkfifo", 1, "mode"),
    ("os.chmod", 1, "mode"),
    ("os.fchmod", 1, "mode"),
    ("os.lchmod", 1, "mode"),
)
BITS = {"S_IRWXO": 0o007, "S_IWOTH": 0o002}


def look(facts: Facts) -> Iterator[Flag]:
    """Every mode that lets others write, and every mask that leaves it to them."""
    for name, place, option in CREATING:
        for call in facts.calls_of(name):
            if _lets_others_write(facts, argument(call, place, option)):
                yield Flag(OPEN, call)
    for call in facts.methods("chmod", "mkdir", "touch"):
        of_path = isinstance(call.func, ast.Attribute) and facts.name(call.func.value) != "os"
        if of_path and _lets_others_write(facts, argument(call, 0, "mode")):
            yield Flag(OPEN, call)
    for call in facts.calls_of("os.umask"):
        mask = facts.constant(argument(call, 0, "mask"))
        restored = facts.targets.get(call.lineno)  # old = os.umask(0) is put back later
        if isinstance(mask, int) and not mask & OTHERS_WRITE and not restored:
            yield Flag(OPEN, call)


def _lets_others_write(facts: Facts, node: ast.expr | None) -> bool:
    mode = facts.constant(node)
    if isinstance(mode, int) and not isinstance(mode, bool):
        return bool(mode & OTHERS_WRITE)
    return any(_bits(facts, part) & OTHERS_WRITE for part in _parts(facts.value(node)))


def _parts(node: ast.AST | None) -> list[ast.AST]:
    """The operands of ``a | b | c``."""
    found: list[ast.AST] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return found if node is None else [*found, node]


def _bits(facts: Facts, node: ast.AST) -> int:
    return BITS.get(facts.name(node).rpartition(".")[2], 0)
