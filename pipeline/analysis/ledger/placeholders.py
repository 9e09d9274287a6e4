"""Parameters of SQL in the style that the imported driver understands."""

from __future__ import annotations

import ast
import re

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import NOT_RUN, row, verdict_on
from pipeline.analysis.ledger.units import nodes_of
from pipeline.analysis.names import last_name
from pipeline.analysis.types import VerdictCheck

# Styles by module, from each driver's ``paramstyle`` (PEP 249) and what its documents allow beside.
STYLES = {
    "sqlite3": frozenset(("qmark", "named")),
    "aiosqlite": frozenset(("qmark", "named")),
    "psycopg": frozenset(("format", "pyformat")),
    "psycopg2": frozenset(("format", "pyformat")),
    "MySQLdb": frozenset(("format", "pyformat")),
    "pymysql": frozenset(("format", "pyformat")),
    "mysql": frozenset(("format", "pyformat")),
    "django": frozenset(("format", "pyformat")),
    "pyodbc": frozenset(("qmark",)),
    "oracledb": frozenset(("named", "numeric")),
    "cx_Oracle": frozenset(("named", "numeric")),
    "asyncpg": frozenset(("dollar",)),
    "duckdb": frozenset(("qmark", "dollar", "named")),
    "pymssql": frozenset(("format", "pyformat")),
    "sqlalchemy": frozenset(("named",)),
}
EXECUTING = frozenset(
    ("execute", "executemany", "raw", "fetch", "fetchrow", "fetchval", "fetchone")
)
_STYLE = (
    ("pyformat", re.compile(r"%\(\w+\)s")),
    ("format", re.compile(r"(?<!%)%s")),
    ("qmark", re.compile(r"\?")),
    ("dollar", re.compile(r"\$\d+")),
    ("numeric", re.compile(r"(?<![:\w]):\d+")),
    ("named", re.compile(r"(?<![:\w]):[A-Za-z_]\w*")),
)
_LITERAL = re.compile(r"'[^']*'")


def placeholders_fit(pair: Pair) -> VerdictCheck:
    """Only asked of calls that came with the repair; not run without a driver that is known."""
    calls = [
        node
        for node in nodes_of(pair.added)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in EXECUTING
        and node.args
    ]
    if not calls:
        return row("placeholders-fit", NOT_RUN, "no database call was changed")
    drivers = [module for module in pair.new_imports.modules if module in STYLES]
    texts = _texts_by_name(pair)
    faults = [fault for call in calls for fault in _faults(call, texts, drivers)]
    return verdict_on("placeholders-fit", faults, "as many as values, in the driver's style")


def _texts_by_name(pair: Pair) -> dict[str, str]:
    """Texts that a name stands for, as in ``query = "SELECT ..."``."""
    found: dict[str, str] = {}
    for unit in pair.new_units.values():
        for statement in unit.statements:
            node = statement.node
            if isinstance(node, ast.Assign) and isinstance(text := _text(node.value, {}), str):
                found |= {t.id: text for t in node.targets if isinstance(t, ast.Name)}
    return found


def _text(node: ast.AST, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left, names), _text(node.right, names)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.Call) and node.args and last_name(node.func) == "text":
        return _text(node.args[0], names)
    return None


def _faults(call: ast.Call, texts: dict[str, str], drivers: list[str]) -> list[str]:
    text = _text(call.args[0], texts)
    if text is None:
        return []
    quoted = [
        style
        for style, pattern in _STYLE
        for lit in _LITERAL.findall(text)
        if pattern.search(lit) and style != "named"
    ]
    if quoted and len(call.args) > 1:
        return [f"line {call.lineno}: a placeholder stands in quotes"]
    bare = _LITERAL.sub("''", text)
    style = next((name for name, pattern in _STYLE if pattern.search(bare)), None)
    values = call.args[1:2] or [
        k.value for k in call.keywords if k.arg in ("params", "parameters", "args", "vars")
    ]
    if style is None:
        return [f"line {call.lineno}: values without a placeholder"] * bool(
            values and not _is_empty(values[0])
        )
    if not values:
        is_literal = style == "named" or "%" in style
        return [] if is_literal else [f"line {call.lineno}: placeholders without values"]
    return _style_faults(call, style, drivers) + _count_faults(call, style, bare, values[0])


def _style_faults(call: ast.Call, style: str, drivers: list[str]) -> list[str]:
    allowed = frozenset[str]().union(*(STYLES[driver] for driver in drivers))
    if not allowed or style in allowed:
        return []
    return [f"line {call.lineno}: {drivers[0]} does not know this style of placeholder"]


def _count_faults(call: ast.Call, style: str, text: str, values: ast.expr) -> list[str]:
    """As many values as placeholders, where both can be counted."""
    if not isinstance(values, ast.Tuple | ast.List) or style in ("named", "pyformat"):
        is_text = isinstance(values, ast.JoinedStr) or (
            isinstance(values, ast.Constant) and isinstance(values.value, str)
        )
        return [f"line {call.lineno}: the values are no tuple"] * is_text
    if any(isinstance(each, ast.Starred) for each in values.elts):
        return []
    pattern = dict(_STYLE)[style]
    wanted = (
        len(set(pattern.findall(text)))
        if style in ("dollar", "numeric")
        else len(pattern.findall(text))
    )
    given = len(values.elts)
    is_many = last_name(call.func) == "executemany"
    return (
        []
        if is_many or wanted == given
        else [f"line {call.lineno}: {wanted} placeholders, {given} values"]
    )


def _is_empty(node: ast.AST) -> bool:
    return isinstance(node, ast.Tuple | ast.List) and not node.elts
