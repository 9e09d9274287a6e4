"""Ways in which a flaw is kept and only hidden from scanners that look for calls by their names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.names import Imports
from pipeline.analysis.nodes import children, walk
from pipeline.analysis.types import VerdictCheck

DYNAMIC = frozenset(
    ("getattr", "setattr", "__import__", "exec", "eval", "compile", "globals", "locals", "vars",
     "importlib.import_module", "operator.methodcaller", "operator.attrgetter", "builtins.eval",
     "builtins.exec", "builtins.__import__", "types.FunctionType", "marshal.loads")
)  # fmt: skip
DANGEROUS = re.compile(
    r"(?:os\.(?:system|popen|exec\w*|spawn\w*)|subprocess\.\w+|eval|exec|pickle\.loads?|marshal\.loads?"
    r"|yaml\.(?:load|unsafe_load|full_load)|shelve\.open|dill\.loads?|jsonpickle\.decode|tempfile\.mktemp"
    r"|hashlib\.(?:md5|sha1)|random\.\w+|requests\.\w+|urllib\.request\.\w+|commands\.\w+|compile)$"
)
SQL = re.compile(
    r"\b(?:select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from)\b", re.I | re.S
)
SHELL = re.compile(r"(?:^|/)(?:(?:ba|z|da|k|c|tc|fi)?sh|cmd(?:\.exe)?|powershell|pwsh)$")
MOST_LINES = 20  # of a finding that are looked for among comments
MOST_TEXT = 2_000  # characters of a literal that are searched


def not_hidden(pair: Pair) -> VerdictCheck:
    """No dangerous function by another name, no lookup by text, no code that is never reached."""
    faults = [
        *(f"{name} is called by way of a text" for name in _more(pair, _dynamic)),
        *(f"{name} goes by another name" for name in _more(pair, _aliases)),
        *(f"a text put together is read by {name}" for name in _more(pair, _shells)),
        *_sql_built_elsewhere(pair),
        *(f"line {line} is never reached" for line in _unreachable(pair)),
        *_commented_out(pair),
    ]
    return verdict_on("not-hidden", faults, "the operations still go by their names")


def _more(pair: Pair, count: Callable[[ast.Module, Imports], Counter[str]]) -> list[str]:
    """The names that are counted more often than before."""
    return list(count(pair.after, pair.new_imports) - count(pair.before, pair.old_imports))


def _dynamic(tree: ast.Module, imports: Imports) -> Counter[str]:
    """Calls that look something up by a text, or run one."""
    names = (imports.full_name(n.func) for n in walk(tree) if isinstance(n, ast.Call))
    return Counter(name for name in names if name in DYNAMIC)


def _aliases(tree: ast.Module, imports: Imports) -> Counter[str]:
    """Dangerous functions that are named without being called at that place, or renamed."""
    called = {id(n.func) for n in walk(tree) if isinstance(n, ast.Call)}
    parts = {id(child) for n in walk(tree) if isinstance(n, ast.Attribute) for child in children(n)}
    named = Counter(
        name
        for n in walk(tree)
        if isinstance(n, ast.Attribute | ast.Name) and id(n) not in called and id(n) not in parts
        if DANGEROUS.match(name := imports.full_name(n)) and _is_function(name)
    )
    renamed = Counter(
        name
        for n in walk(tree)
        if isinstance(n, ast.ImportFrom | ast.Import)
        for alias in n.names
        if alias.asname
        and DANGEROUS.match(name := f"{getattr(n, 'module', '') or ''}.{alias.name}".strip("."))
    )
    return named + renamed


def _shells(tree: ast.Module, imports: Imports) -> Counter[str]:
    """Lists such as ``["sh", "-c", f"..."]``: a shell under another name."""
    return Counter(
        str(node.elts[0].value)
        for node in walk(tree)
        if isinstance(node, ast.List | ast.Tuple)
        and len(node.elts) > 2
        and isinstance(node.elts[0], ast.Constant)
        and isinstance(node.elts[1], ast.Constant)
        and SHELL.search(str(node.elts[0].value))
        and str(node.elts[1].value).endswith("c")
        and not isinstance(node.elts[2], ast.Constant)
    )


def _is_function(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].islower() and last not in ("sys", "run_args")


def _sql_built_elsewhere(pair: Pair) -> list[str]:
    """SQL put together from values must become rarer where an injection is said to be gone."""
    if 89 not in pair.weaknesses:
        return []
    before, after = _built_sql(pair.before), _built_sql(pair.after)
    return [] if after < before else ["SQL is still put together from values"] * bool(after)


def _built_sql(tree: ast.Module) -> int:
    return sum(_is_built_sql(node) for node in walk(tree))


def _is_built_sql(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        has_value = any(isinstance(value, ast.FormattedValue) for value in node.values)
        return has_value and _is_sql(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _is_sql(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join", "replace") and _is_sql(node.func.value)
    return False


def _is_sql(node: ast.AST) -> bool:
    texts = (
        n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )
    return bool(SQL.search(" ".join(texts)[:MOST_TEXT]))


def _unreachable(pair: Pair) -> list[int]:
    """Statements right after one that always leaves, and bodies of conditions that never hold."""
    before, after = _dead_lines(pair.before), _dead_lines(pair.after)
    return sorted(after) if len(after) > len(before) else []


def _dead_lines(tree: ast.Module) -> set[int]:
    found: set[int] = set()
    for node in walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                found |= _after_leaving(body)
        if isinstance(node, ast.If | ast.While) and _never(node.test):
            found.add(node.body[0].lineno)
        if isinstance(node, ast.If) and _always(node.test):
            found |= {each.lineno for each in node.orelse[:1]} or {node.lineno}
    return found


def _after_leaving(body: list[ast.stmt]) -> set[int]:
    for place, statement in enumerate(body[:-1]):
        if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return {body[place + 1].lineno}
    return set()


def _never(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _commented_out(pair: Pair) -> list[str]:
    """A flagged line that stands in the new text as a comment."""
    comments = {
        "".join(line.strip().lstrip("#").split())
        for line in pair.rebuilt.splitlines()
        if line.strip().startswith("#")
    }
    flagged = {line for first, last in pair.flagged for line in _lines(pair, first, last)}
    return [
        f"only commented out: {line.strip()[:60]}"
        for line in sorted(flagged)
        if len(line.strip()) > 8 and "".join(line.split()) in comments
    ]


def _lines(pair: Pair, first: int, last: int) -> list[str]:
    return pair.original.splitlines()[first - 1 : min(last, first + MOST_LINES)]
