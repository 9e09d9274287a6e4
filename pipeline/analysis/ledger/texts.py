"""Texts and numbers of the repaired statements: a repair says the same things in another way."""

from __future__ import annotations

import ast
import re
from collections import Counter

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Statement, nodes_of
from pipeline.analysis.types import VerdictCheck

# Weaknesses whose repair is another text or number: secrets, modes, algorithms, flags, hosts.
ABOUT_VALUES = frozenset(
    (16, 94, 117, 215, 256, 259, 260, 276, 295, 312, 319, 321, 326, 327, 328, 330, 337, 338, 347,
     377, 379, 489, 502, 522, 547, 605, 732, 759, 760, 798, 916, 942, 1204, 1333)
)  # fmt: skip
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%[sdr]|:\w+|\?|\$\d+|\{[^{}]*\}")
_WORD = re.compile(r"\w+|[<>=!]=?|\*")
SQL_START = re.compile(r"\s*(?:select|insert|update|delete|replace|with|create|drop)\b", re.I)
_LIKE = re.compile(r"like\s+['\"][^'\"]*%", re.IGNORECASE)
SPELT = frozenset((90, 643))  # queries whose signs are operators
MOST_TEXT = 20_000


def texts_kept(pair: Pair) -> VerdictCheck:
    """Words of SQL and of commands are the same and in the same order; so are the numbers."""
    removed, added = pair.removed, pair.added
    faults = [*_sql_faults(removed, added), *_wildcard_faults(removed, added)]
    if pair.weaknesses & SPELT:
        faults += ["the query is spelt in another way"] * (_spelling(removed) != _spelling(added))
    if not pair.weaknesses & ABOUT_VALUES:
        faults += [f"the text {text!r} is gone" for text in _lost_words(removed, added)]
        faults += [f"the number {number} is gone" for number in _lost_numbers(removed, added)]
    return verdict_on("texts-kept", faults, "what the repaired statements say is the same")


def _sql_faults(removed: list[Statement], added: list[Statement]) -> list[str]:
    old, new = _sql_words(removed), _sql_words(added)
    if not old or not new:
        return []
    if old == new:
        return []
    lost, extra = Counter(old) - Counter(new), Counter(new) - Counter(old)
    if lost or extra:
        return [f"SQL without {word}" for word in lost] + [f"SQL with {word}" for word in extra]
    return ["the words of the SQL stand in another order"]


def _wildcard_faults(removed: list[Statement], added: list[Statement]) -> list[str]:
    """The wildcards of a LIKE have to go into the value, or stay in the query."""
    if not any(_LIKE.search(text) for text in _whole_texts(removed)):
        return []
    left = any("%" in _PLACEHOLDER.sub("", text) for text in _whole_texts(added))
    return [] if left else ["the wildcards of LIKE are gone"]


def _spelling(statements: list[Statement]) -> str:
    """Every sign of the texts but gaps and placeholders."""
    joined = "".join(_whole_texts(statements))
    return "".join(_PLACEHOLDER.sub("", joined).split())


def _sql_words(statements: list[Statement]) -> list[str]:
    """The words of all SQL, without placeholders and the quotes around them."""
    words: list[str] = []
    for text in _whole_texts(statements):
        if SQL_START.match(text):
            words += _WORD.findall(_PLACEHOLDER.sub(" ", text[:MOST_TEXT]).lower())
    return words


def _whole_texts(statements: list[Statement]) -> list[str]:
    """Texts that are put together count as one, with gaps where values come in."""
    return [_joined(node) for statement in statements for node in _roots(statement)]


def _roots(statement: Statement) -> list[ast.AST]:
    """The largest expressions of text in a statement, outermost first."""
    found: list[ast.AST] = []
    waiting = list(statement.parts)
    while waiting:
        node = waiting.pop(0)
        if _is_text(node):
            found.append(node)
        else:
            waiting += list(ast.iter_child_nodes(node))
    return found


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _is_text(node.left) or _is_text(node.right)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and _is_text(node.func.value)
    )


def _joined(node: ast.AST) -> str:
    parts: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Constant):
            parts.append(each.value if isinstance(each.value, str) else " ")
        elif isinstance(each, ast.JoinedStr):
            waiting += reversed(each.values)
        elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
            waiting += [each.right, each.left]
        elif isinstance(each, ast.BinOp):
            waiting.append(each.left)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            waiting.append(each.func.value)
        else:
            parts.append(" ")
    return "".join(parts)


def _lost_words(removed: list[Statement], added: list[Statement]) -> list[str]:
    """Texts of the removed statements of which a word stands nowhere in the added ones."""
    there = Counter(w for text in _whole_texts(added) for w in _plain_words(text))
    there += Counter(n.id.lower() for n in nodes_of(added) if isinstance(n, ast.Name))
    there += Counter(n.attr.lower() for n in nodes_of(added) if isinstance(n, ast.Attribute))
    lost = []
    for text in _whole_texts(removed):
        if SQL_START.match(text):
            continue
        missing = [word for word in _plain_words(text) if not there[word]]
        if missing:
            lost.append(" ".join(missing)[:40])
    return lost


def _plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", _PLACEHOLDER.sub(" ", text[:MOST_TEXT]).lower())


def _lost_numbers(removed: list[Statement], added: list[Statement]) -> list[str]:
    lost = _numbers(removed) - _numbers(added)
    return [str(number)[:20] for number in lost]


def _numbers(statements: list[Statement]) -> Counter[str]:
    return Counter(
        repr(node.value)
        for node in nodes_of(statements)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )
