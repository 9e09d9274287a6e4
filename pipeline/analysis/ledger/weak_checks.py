"""Checks that came with a repair and can be got round, each known from repairs that failed."""

from __future__ import annotations

import ast
import re

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Statement, nodes_of
from pipeline.analysis.names import last_name
from pipeline.analysis.types import VerdictCheck

# Characters whose removal by hand is meant to clean a value: quotes, tags, dots, shell signs.
STRIPPED = re.compile(
    r"^(?:['\"`;|&$<>\\]+|\.\./?|\.\.\\|--|<script>|</script>|javascript:|//|\(|\)|\*|\||&&)$", re.I
)
REFUSED = re.compile(
    r"^(?:\.\.[/\\]?|['\"`;|&$<>]+|--|/|\\|https?://|ftp://|file://|javascript:|<script>?|localhost|127\.0\.0\.1|169\.254\.169\.254|drop|union|select|or|rm|sudo)$",
    re.I,
)
BLACKLIST_NAME = re.compile(
    r"black_?list|block_?list|deny_?list|forbidden|banned|bad_|dangerous|unsafe_", re.I
)
FULL = re.compile(r"^(?:\^|\\A).*(?:\$|\\Z)$", re.S)
MATCHING = frozenset(("match", "search", "findall"))
WEAK_DIGESTS = frozenset(("md5", "sha1", "md4", "crc32", "adler32"))
WEAK_LOADERS = frozenset(("FullLoader", "UnsafeLoader", "Loader", "unsafe_load", "full_load"))


def checks_hold(pair: Pair) -> VerdictCheck:
    """No added check or cleaning is of a kind that is known to fail."""
    faults = [
        f"line {getattr(node, 'lineno', statement.line)}: {fault}"
        for statement in pair.added
        for node in nodes_of([statement])
        for fault in _faults(node, statement, pair)
    ]
    return verdict_on("checks-hold", faults, "none is of a kind that is known to fail")


def _faults(node: ast.AST, statement: Statement, pair: Pair) -> list[str]:
    if isinstance(node, ast.Call):
        return _call_faults(node, pair)
    if isinstance(node, ast.Compare):
        return _compare_faults(node)
    if isinstance(node, ast.Name) and BLACKLIST_NAME.search(node.id):
        return ["a list of what is refused, not of what is allowed"]
    if isinstance(node, ast.Attribute) and node.attr in WEAK_LOADERS:
        return ["a loader that still makes objects"]
    return []


def _call_faults(call: ast.Call, pair: Pair) -> list[str]:
    name = last_name(call.func)
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    full = pair.new_imports.full_name(call.func)
    if name in ("replace", "strip", "lstrip", "translate") and texts and STRIPPED.match(texts[0]):
        return ["signs are taken out by hand"]
    if name == "sub" and full.startswith("re.") and texts and _is_blacklist_pattern(texts[0]):
        return ["signs are taken out by a pattern"]
    if name in MATCHING and full.startswith("re.") and texts and not _is_anchored(name, texts[0]):
        return ["a pattern that does not bind the whole text"]
    if name == "startswith" and _is_bare_prefix(call):
        return ["a prefix that other places share"]
    if (
        name == "endswith"
        and texts
        and "." in texts[0].strip(".")
        and not texts[0].startswith((".", "/"))
    ):
        return ["an ending that other hosts share"]
    if name in WEAK_DIGESTS:
        return ["a digest that is as weak"]
    if name == "seed":
        return ["a seed makes numbers that can be guessed"]
    if name == "escape_string" or (name == "quote" and 89 in pair.weaknesses):
        return ["quoting by hand instead of parameters"]
    return []


def _is_blacklist_pattern(pattern: str) -> bool:
    return not pattern.startswith("[^") and bool(re.search(r"['\";<>|&`$]|\.\.|script", pattern))


def _is_anchored(name: str, pattern: str) -> bool:
    if name == "match":
        return pattern.endswith(("$", "\\Z", "\\z")) and not pattern.endswith("\\$")
    return bool(FULL.match(pattern))


def _is_bare_prefix(call: ast.Call) -> bool:
    """``startswith(base)`` for paths without a separator, or the scheme or host of a URL alone."""
    if not call.args:
        return False
    argument = call.args[0]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        text = argument.value
        is_whole_host = bool(re.match(r"https?://[^/]+/", text))
        return not (is_whole_host or text.endswith(("/", "\\"))) or text in (
            "/",
            "http://",
            "https://",
        )
    if isinstance(argument, ast.Tuple):
        return all(
            isinstance(e, ast.Constant) and str(e.value).startswith("http") for e in argument.elts
        )
    dumped = ast.dump(argument)
    return not (
        "sep" in dumped or "'/'" in dumped or isinstance(argument, ast.BinOp | ast.JoinedStr)
    )


def _compare_faults(node: ast.Compare) -> list[str]:
    """``".." in path``, ``"example.com" in url``: parts of a text that say little of the whole."""
    for op, right in zip(node.ops, node.comparators, strict=True):
        left = node.left
        if not isinstance(op, ast.In | ast.NotIn):
            continue
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            if REFUSED.match(left.value):
                return [f"{left.value!r} is only one way to get round it"]
            if "." in left.value and not isinstance(
                right, ast.Tuple | ast.List | ast.Set | ast.Dict
            ):
                return ["a host looked for anywhere in a text"]
    return []
