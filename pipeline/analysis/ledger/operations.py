"""What repaired statements do to the world: still the same kind of thing, and nothing beside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import NOT_RUN, row, verdict_on
from pipeline.analysis.ledger.units import Statement, Unit, nodes_of
from pipeline.analysis.names import Imports
from pipeline.analysis.types import VerdictCheck

# Kinds of operations by the full name of what is called; the last part alone for methods.
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(f"(?:{'|'.join(patterns)})$"))
    for kind, patterns in (
        (
            "database",
            (r"(?:.+\.)?(?:execute|executemany|executescript|raw|extra|RawSQL|fetchrow|fetchval)",),
        ),
        (
            "process",
            (
                r"os\.(?:system|popen|exec\w*|spawn\w*|startfile)",
                r"subprocess\.\w+",
                r"(?:.+\.)?(?:create_subprocess_\w+|exec_command)",
            ),
        ),
        ("evaluation", (r"eval|exec", r"(?:\w+\.)?literal_eval", r"json\.loads", r"operator\.\w+")),
        (
            "deserialisation",
            (r"(?:pickle|cPickle|dill|marshal|jsonpickle|yaml|json|shelve|tomllib)\.\w+",),
        ),
        (
            "network",
            (
                r"(?:requests|httpx|urllib3|urllib\.request|aiohttp|socket|smtplib|ftplib|telnetlib)\..+",
                r"(?:http\.client|paramiko)\..+",
            ),
        ),
        (
            "removal",
            (r"shutil\.rmtree", r"os\.(?:remove|unlink|rmdir|removedirs)", r".+\.unlink"),
        ),
        (
            "file",
            (
                r"open|io\.open|os\.open",
                r"(?:flask\.)?send_(?:file|from_directory)",
                r".+\.(?:read_text|read_bytes|write_text|write_bytes|open|extract|extractall|save)",
            ),
        ),
        ("permission", (r"os\.(?:chmod|umask|chown)", r".+\.chmod")),
        (
            "digest",
            (
                r"hashlib\.\w+|hmac\.(?:new|digest)|bcrypt\.\w+|argon2\..+|werkzeug\.security\.\w+",
                r".*(?:make_password|generate_password_hash|\.hexdigest|\.digest)",
            ),
        ),
        ("environment", (r"os\.(?:getenv|environ\.\w+|putenv|setenv)",)),
    )
)
# What a repair may do beside: read a setting, make a digest, look at a path.
QUIET = frozenset(("environment", "digest", "evaluation", "deserialisation"))
# Where a repair leaves out the operation by right: a switch, a secret, a silent import.
ALTERNATIVES = {
    "evaluation": frozenset(("evaluation", "deserialisation")),
    "deserialisation": frozenset(("deserialisation", "evaluation")),
    "digest": frozenset(("digest",)),
    "removal": frozenset(("removal",)),
}
_LOUD = re.compile(r"^(?:print|(?:logging|logger|log|LOG)\.\w+|sys\.stdout\.write)$")
_SECRET = re.compile(r"passw|secret|token|api_?key|credential|private", re.I)


def operation_kept(pair: Pair) -> VerdictCheck:
    """Each kind of operation that the repair took away is done by what it put there."""
    old = _kinds(pair.removed, pair.old_imports)
    if not old:
        return row("operation-kept", NOT_RUN, "the repaired statements called nothing known here")
    new = _kinds(pair.added, pair.new_imports)
    gone = [kind for kind in sorted(old) if not ALTERNATIVES.get(kind, frozenset((kind,))) & new]
    return verdict_on(
        "operation-kept", [f"no {kind} any more" for kind in gone], "it is done in another way"
    )


def effects_known(pair: Pair) -> VerdictCheck:
    """No new kind of effect, no secret said aloud, and no way in beside the checks."""
    old = _kinds(_all(pair.old_units.values()), pair.old_imports)
    new = _kinds(pair.added, pair.new_imports) - QUIET
    faults = [f"a new {kind} operation" for kind in sorted(new - old)]
    faults += [f"{kind} operations became more" for kind in sorted(new & old) if _more(kind, pair)]
    faults += [f"line {line} says something secret aloud" for line in _said_aloud(pair)]
    faults += [f"line {s.line} lets one fixed value pass" for s in pair.added if _is_bypass(s)]
    return verdict_on("effects-known", faults, "nothing is done that the original did not do")


def _all(units: Iterable[Unit]) -> list[Statement]:
    return [statement for unit in units for statement in unit.statements]


def _named(statements: list[Statement], imports: Imports) -> list[tuple[str, ast.Call]]:
    calls = [node for node in nodes_of(statements) if isinstance(node, ast.Call)]
    return [(_name(call.func, imports), call) for call in calls]


def _name(node: ast.expr, imports: Imports) -> str:
    full = imports.full_name(node)
    if full:
        return full
    return f"?.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _kinds(statements: list[Statement], imports: Imports) -> set[str]:
    names = [name for name, _ in _named(statements, imports)]
    return {kind for name in names if (kind := _kind(name))}


def _kind(name: str) -> str:
    return next((kind for kind, pattern in KINDS if pattern.match(name)), "")


def _more(kind: str, pair: Pair) -> bool:
    """Whether there are more of them than before; checks beside a file may be many."""
    if kind in ("database", "file"):
        return False
    count = [
        sum(_kind(name) == kind for name, _ in _named(statements, imports))
        for statements, imports in (
            (pair.removed, pair.old_imports),
            (pair.added, pair.new_imports),
        )
    ]
    return count[1] > count[0]


def _said_aloud(pair: Pair) -> list[int]:
    return [
        call.lineno
        for name, call in _named(pair.added, pair.new_imports)
        if _LOUD.match(name) and any(_SECRET.search(ast.dump(arg)) for arg in call.args)
    ]


def _is_bypass(statement: Statement) -> bool:
    """``if value == "a fixed text": return True``, and headers or cookies that open a door."""
    node = statement.node
    if not isinstance(node, ast.If):
        return False
    fixed = any(
        isinstance(each, ast.Compare)
        and any(isinstance(op, ast.Eq) for op in each.ops)
        and any(
            isinstance(c, ast.Constant) and isinstance(c.value, str) and c.value
            for c in (each.left, *each.comparators)
        )
        for part in statement.parts
        for each in ast.walk(part)
    )
    opens = any(
        isinstance(each, ast.Return)
        and isinstance(each.value, ast.Constant)
        and each.value.value is True
        for each in node.body
    )
    return fixed and opens
