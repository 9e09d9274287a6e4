"""Calls: whether a value from outside comes to a sink, and what the call gives back."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from pipeline.analysis.dataflow import constants, containers, guards, knownnames, rules, sources
from pipeline.analysis.dataflow.binding import rebind
from pipeline.analysis.dataflow.functions import enter
from pipeline.analysis.dataflow.parts import attribute
from pipeline.analysis.dataflow.rules import Call, xml
from pipeline.analysis.dataflow.sinks import look_at_sinks
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import (
    NOTHING,
    UPLOAD,
    Unknown,
    Value,
    anything,
    built,
    cleaned,
    collected,
    constant,
    mapping,
    mixed,
    sequence,
    undone,
)

SANITISER = re.compile(r"sanit|purif|bleach", re.IGNORECASE)
ALLOWED_ONLY = re.compile(r"\[\^[\w\s\\-]*\][+*]?")  # what re.sub removes: all but plain characters
REQUEST_WRAPPER = re.compile(r"request|wrap|form|param|data|input", re.IGNORECASE)
XML_PARSERS = frozenset(("lxml.etree.XMLParser", "xml.sax.make_parser"))
EMPTY = frozenset[str]()
REPLACED = {
    "'": frozenset(("xpath",)),
    '"': frozenset(("xpath",)),
    "\n": frozenset(("log", "header")),
    "\r": frozenset(("log", "header")),
    "\r\n": frozenset(("log", "header")),
}
GUESSED = frozenset(("guessed",))  # made by code elsewhere, so it may be a whole response


def call(state: State, node: ast.Call) -> Value:
    """The value of a call, after its sinks were looked at."""
    receiver, function = _callee(state, node.func)
    args = _arguments(state, node)
    named = {k.arg or "**": state.evaluate(state, k.value) for k in node.keywords}
    seen = Call(
        _name(node.func, receiver, function), receiver, args, named, state.modules, node.lineno
    )
    passed = look_at_sinks(state, node, seen)
    result = _result(state, node, seen, function)
    if passed is not None and result.taints:
        return cleaned(result, passed) if passed else anything(result.name)
    return result


def _callee(state: State, func: ast.expr) -> tuple[Value, Value]:
    """The object before the dot, and what is called."""
    if isinstance(func, ast.Attribute):
        receiver = state.evaluate(state, func.value)
        return receiver, attribute(state, func, receiver)
    return NOTHING, state.evaluate(state, func)


def _name(func: ast.expr, receiver: Value, function: Value) -> str:
    if isinstance(func, ast.Attribute):
        return function.name or f"{receiver.name or '?'}.{func.attr}"
    return function.name


def _arguments(state: State, node: ast.Call) -> list[Value]:
    args: list[Value] = []
    for arg in node.args:
        value = state.evaluate(state, arg)
        if isinstance(arg, ast.Starred) and value.items is not None:
            args.extend(value.items)
        else:
            args.append(value)
    return args


def _result(state: State, node: ast.Call, seen: Call, function: Value) -> Value:
    if function.function is not None:
        return enter(state, function.function, seen, node)
    source = _source(node, seen)
    if source is not None:
        return source
    families = _cleaning(seen)
    if families >= rules.EVERYTHING:
        return Value(name=f"{seen.name}()")
    if SANITISER.search(seen.name.rpartition(".")[2]) and not families:
        return anything(f"{seen.name}()")  # believed by its name, and no proof
    result = _known_method(state, node, seen)
    if result is None:
        result = _known_function(seen)
    if result is None:
        result = _guessed(state, node, seen, function)
    if seen.name in knownnames.UNDOING:
        return undone(result)
    return cleaned(result, families) if families and result.taints else result


def _source(node: ast.Call, seen: Call) -> Value | None:
    """What a call brings in from outside, if that is what it is for."""
    name, method = seen.name, seen.name.rpartition(".")[2]
    found = sources.CALLS.get(name)
    is_method = isinstance(node.func, ast.Attribute)
    if found is None and is_method and not seen.receiver.taints_from_outside:
        found = sources.METHODS.get(method)
    if found is None:
        return None
    source, remote = found
    value = sources.entering(source, remote, node.lineno, name.removeprefix("?."))
    return replace(value, name=f"{name}()")


def _cleaning(seen: Call) -> frozenset[str]:
    """For which families the result is harmless whatever came in."""
    name, method = seen.name, seen.name.rpartition(".")[2]
    if name in knownnames.CLEAN or name.startswith(knownnames.CLEAN_MODULES):
        return rules.EVERYTHING
    if "." in name and method in knownnames.CLEAN_METHODS:
        return rules.EVERYTHING
    if seen.named.get("type", NOTHING).name in ("int", "float", "bool"):
        return rules.EVERYTHING  # as in request.args.get("page", type=int)
    if name == "re.sub" and len(seen.args) > 2 and _removes_all_else(seen):
        return rules.EVERYTHING
    found = rules.cleaners_of(name)
    if method == "replace" and len(seen.args) == 2:
        found |= REPLACED.get(str(seen.args[0].const), EMPTY)
    return found


def _removes_all_else(seen: Call) -> bool:
    pattern = seen.args[0].const
    return isinstance(pattern, str) and ALLOWED_ONLY.fullmatch(pattern) is not None


def _known_method(state: State, node: ast.Call, seen: Call) -> Value | None:
    """Methods of containers and constant strings, of which the result is known."""
    if not isinstance(node.func, ast.Attribute):
        return None
    receiver, method = seen.receiver, node.func.attr
    if method == "setFeature" and (traits := xml.feature_traits(seen)) is not None:
        rebind(state, node.func.value, replace(receiver, traits=traits))
    if isinstance(receiver.const, str | bytes):
        return _of_constant(state, node, receiver, method, seen)
    if method == "get" and receiver.taints_from_outside and receiver.table is None:
        return Value(receiver.taints, traits=receiver.traits & UPLOAD)
    return containers.method(state, node.func.value, receiver, method, seen.args)


def _of_constant(
    state: State, node: ast.Call, text: Value, method: str, seen: Call
) -> Value | None:
    given = [arg.const for arg in seen.args]
    if isinstance(text.const, str | bytes) and not seen.named:
        known = [value for value in given if not isinstance(value, Unknown)]
        if len(known) == len(given):
            result = constants.method(method, text.const, known)
            if isinstance(result, list | tuple):
                return sequence(constant(part) for part in result)
            if not isinstance(result, Unknown):
                return constant(result)
    parts = built(text, *seen.args, *seen.named.values(), prefix=_start(text, method))
    if method in ("format", "format_map"):
        state.note("text", node.lineno, not parts.dangers("sql"))
    return parts if method in knownnames.PURE_METHODS else None


def _start(text: Value, method: str) -> str:
    """What a constant pattern surely begins with once it is filled in."""
    if method == "format" and isinstance(text.const, str):
        return text.const.partition("{")[0]
    return ""


def _known_function(seen: Call) -> Value | None:
    """Builtins that make containers and text, paths and parsers."""
    name, args = seen.name, seen.args
    if name in XML_PARSERS:
        return Value(name=f"{name}()", traits=xml.parser_traits(seen))
    if name == "re.compile" and args:
        return Value(args[0].taints, name=f"{name}()", prefix=args[0].prefix)
    if name in guards.MATCHERS and len(args) > 1:
        return _match_of(args[1], args[0].const, name)
    return _container(seen) or _other_form(seen)


def _container(seen: Call) -> Value | None:
    name, args = seen.name, seen.args
    if name in containers.SETTINGS_CLASSES:
        return mapping({}, name=f"{name}()")
    if name in ("dict", "collections.OrderedDict") and not args and "**" not in seen.named:
        return mapping(dict(seen.named.items()))
    return _as_list(args) if name in ("list", "tuple", "collections.deque") else None


def _other_form(seen: Call) -> Value | None:
    """The same value as text or as a path."""
    name, args = seen.name, seen.args
    if name == "str" and args and isinstance(args[0].const, str | int):
        return constant(str(args[0].const))
    if name in knownnames.PATHS:
        return replace(_view(args, seen), traits=frozenset(("path",)))
    if name in knownnames.VIEWS and args:
        return _view(args, seen)
    if name == "os.path.join" and args:
        return built(*args, prefix=args[0].prefix)
    return None


def _match_of(subject: Value, pattern: object, name: str) -> Value:
    """A match object; where the pattern is strict, its being there clears the subject."""
    method = name.rpartition(".")[2]
    strict = isinstance(pattern, str) and guards.is_strict(pattern, method)
    traits = frozenset(("matched",)) if strict else EMPTY
    return Value(subject.taints, roots=subject.roots, traits=traits)


def _as_list(args: list[Value]) -> Value:
    if not args:
        return sequence((), frozenset(("list",)))
    if args[0].items is not None:
        return sequence(args[0].items, frozenset(("list",)))
    return Value(args[0].taints, traits=frozenset(("list",)))


def _view(args: list[Value], seen: Call) -> Value:
    """Another form of the first argument."""
    first = args[0] if args else NOTHING
    traits = first.traits | ({"resolved"} if seen.name in knownnames.RESOLVING else EMPTY)
    prefix = first.prefix
    return Value(collected(args), prefix=prefix, roots=first.roots, traits=traits)


def _guessed(state: State, node: ast.Call, seen: Call, function: Value) -> Value:
    """What code that is not in this file gives back: by its name, else made of what it got."""
    name, method = seen.name, seen.name.rpartition(".")[2]
    result = f"{name}()" if len(name) < sources.LONGEST_NAME else ""
    given = [*seen.args, *seen.named.values()]
    if isinstance(node.func, ast.Attribute):
        if method in knownnames.VIEW_METHODS and seen.receiver.taints:
            return _form(seen.receiver, given, method)
        if method in knownnames.PURE_METHODS:
            return mixed(seen.receiver, *given, name=result)
    if name in knownnames.PURE or name.startswith(knownnames.PURE_MODULES):
        made_of = [seen.receiver] if seen.receiver.name.endswith("()") else []  # not of a module
        return mixed(*made_of, *given, name=result)
    is_lookup = isinstance(node.func, ast.Attribute) and method in knownnames.LOOKUPS
    if is_lookup and not seen.receiver.taints_from_outside:
        return anything(result)
    if any("request" in arg.traits for arg in given) and REQUEST_WRAPPER.search(method):
        return anything(result, sources.REQUEST)
    made = mixed(anything(), function, seen.receiver, *given, name=result)
    return replace(made, traits=GUESSED)


def _form(receiver: Value, given: list[Value], method: str) -> Value:
    traits = receiver.traits | ({"resolved"} if method in knownnames.RESOLVING else EMPTY)
    return Value(collected((receiver, *given)), roots=receiver.roots, traits=traits)
