"""Reading and editing the arguments of a call without touching its layout."""

from __future__ import annotations

import libcst as cst

from pipeline.analysis.fixers.base import Edit
from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.source import Source


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument given as ``name=...``."""
    return next((a for a in call.args if a.keyword and a.keyword.value == name), None)


def positional(call: cst.Call, index: int) -> cst.Arg | None:
    """The argument at ``index`` counted from 0, None where it is missing or after a star."""
    plain = [arg for arg in call.args if arg.keyword is None]
    if index >= len(plain) or any(arg.star for arg in plain[: index + 1]):
        return None
    return plain[index]


def argument(call: cst.Call, name: str, index: int) -> cst.Arg | None:
    """The argument ``name``, given by keyword or at ``index``."""
    return keyword(call, name) or positional(call, index)


def has_star(call: cst.Call) -> bool:
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""
    return any(arg.star for arg in call.args)


def literal(call: cst.Call, name: str, index: int) -> object:
    """The literal value of an argument, None where it is missing or no literal."""
    found = argument(call, name, index)
    return constant(found.value) if found else None


def replace(source: Source, node: cst.CSTNode, text: str) -> Edit:
    """Put ``text`` in the place of ``node``."""
    return Edit(*source.span(node), text)


def add(source: Source, call: cst.Call, text: str) -> Edit:
    """Add ``text`` as the last argument, in the layout that the call already has."""
    if not call.args:
        end = source.span(call)[1] - 1
        return Edit(end, end, text)
    last = call.args[-1]
    start, end = source.span(last)
    lead = source.raw[source.line_start(start) : start].decode()
    own_line = not lead.strip()
    rest_of_line = source.raw[end:].splitlines(keepends=False)[:1]
    if own_line and isinstance(last.comma, cst.Comma) and b"#" in b"".join(rest_of_line):
        after = end + len(rest_of_line[0])
        return Edit(after, after, f"{source.newline_at(end)}{lead}{text},")
    return Edit(end, end, f",{source.newline_at(start)}{lead}{text}" if own_line else f", {text}")


def can_add(call: cst.Call) -> bool:
    """Whether one more argument may follow: not after stars or a bare generator expression."""
    last = call.args[-1] if call.args else None
    bare = last is not None and isinstance(last.value, cst.GeneratorExp) and not last.value.lpar
    return not bare and not has_star(call)


def drop(source: Source, call: cst.Call, arg: cst.Arg) -> Edit | None:
    """Take ``arg`` out together with its comma; None where a comment stands in between."""
    place = list(call.args).index(arg)
    start, end = source.span(arg)
    if place > 0:
        start = source.span(call.args[place - 1])[1]
    elif len(call.args) > 1:
        end = source.span(call.args[1])[0]
    cut = source.raw[start:end]
    return None if b"#" in cut.replace(source.code(arg).encode(), b"") else Edit(start, end, "")
