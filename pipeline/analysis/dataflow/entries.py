"""How the functions of a file are entered: by a framework, from the command line, or by callers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.analysis.dataflow import sources
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import (
    ANYTHING,
    CALLER,
    NOTHING,
    Callable,
    Taint,
    Value,
    anything,
    held_by,
)
from pipeline.analysis.names import last_name

SELF = ("self", "cls")
VIEW_CLASSES = frozenset(("MethodView", "Resource", "View", "APIView"))
BROUGHT = frozenset(("Depends", "Security", "Inject", "Provide"))  # by the framework, not sent
COMMANDS = frozenset(("option", "argument", "command"))
TYPES_OF_REQUESTS = frozenset(("Request", "HttpRequest", "WebSocket"))
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Entry:
    """``sent``: who gives the parameters, "" where that is unknown. ``page``: it returns a page."""

    sent: str = ""
    page: bool = False
    address: str = ""  # with the kinds of its parts, as in "/user/<int:number>"


def entry_of(state: State, known: Callable) -> Entry:
    """Who enters a function."""
    node = known.node
    if not isinstance(node, Definition):
        return Entry()
    route = next((d for d in node.decorator_list if sources.is_route(d)), None)
    if route is not None:
        page = state.modules.isdisjoint(sources.JSON_FRAMEWORKS)
        return Entry(sources.WEB, page, _address(route))
    bases = {last_name(base) for base in known.owner.bases} if known.owner is not None else set()
    if node.name in sources.ROUTES and bases & VIEW_CLASSES:
        return Entry(sources.WEB, page="MethodView" in bases)
    if _is_view(state, node):
        return Entry(sources.WEB)
    is_command = any(last_name(getattr(d, "func", d)) in COMMANDS for d in node.decorator_list)
    return Entry("the command line" if is_command else "")


def _address(route: ast.expr) -> str:
    first = route.args[0] if isinstance(route, ast.Call) and route.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _is_view(state: State, node: Definition) -> bool:
    """A Django view, a WSGI application or a cloud function: by its first parameters."""
    first = [parameter.arg for parameter in node.args.args[:2]]
    if first == ["environ", "start_response"]:
        return True
    if first == ["event", "context"] and "handler" in node.name:
        return True
    if not set(first) & sources.REQUEST_NAMES or node.name in state.called:
        return False
    return state.answers and first[0] not in SELF and not node.name.startswith("_")


def parameters(state: State, known: Callable, entry: Entry) -> Iterator[tuple[ast.arg, Value]]:
    """What each parameter of a function holds when it is entered."""
    node = known.node
    if not isinstance(node, Definition):
        return
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    brought = _brought(node)
    for parameter in every:
        if parameter.arg in sources.REQUEST_NAMES or _kind(parameter) in TYPES_OF_REQUESTS:
            yield parameter, anything("request", sources.REQUEST)
        elif parameter.arg in brought:
            yield parameter, anything(parameter.arg)
        elif entry.sent:
            yield parameter, _sent(parameter, entry)
        else:
            yield parameter, _given(state, known, node, parameter)
    for rest in (node.args.vararg, node.args.kwarg):
        if rest is not None:
            yield rest, ANYTHING


def _brought(node: Definition) -> set[str]:
    """Parameters that the framework fills with objects of the program."""
    last = [*node.args.posonlyargs, *node.args.args][-len(node.args.defaults) or 10**6 :]
    pairs = [*zip(last, node.args.defaults, strict=False)]
    pairs += [
        (parameter, default)
        for parameter, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is not None
    ]
    return {p.arg for p, d in pairs if isinstance(d, ast.Call) and last_name(d.func) in BROUGHT}


def _sent(parameter: ast.arg, entry: Entry) -> Value:
    kinds = ("int", "float", "uuid")
    is_number = any(f"<{kind}:{parameter.arg}>" in entry.address for kind in kinds)
    if is_number or _kind(parameter) in sources.HARMLESS_TYPES:
        return NOTHING
    value = sources.entering(entry.sent, entry.sent == sources.WEB, parameter.lineno)
    return held_by(value, parameter.arg)


def _given(state: State, known: Callable, node: Definition, parameter: ast.arg) -> Value:
    """What a function gets from callers: unknown, and perhaps from outside where none is here."""
    hidden = node.name.startswith(("_", "test")) or known.scope.outer is not None
    if hidden or node.name in state.called or _kind(parameter) not in ("", "str"):
        return held_by(ANYTHING, parameter.arg)
    taint = Taint(CALLER, node.lineno, remote=False, way=(parameter.arg,))
    return Value((taint,), roots=(parameter.arg,))


def _kind(parameter: ast.arg) -> str:
    """The last word of its annotation; "?" for one that is no name."""
    annotation = parameter.annotation
    return "" if annotation is None else last_name(annotation) or "?"
