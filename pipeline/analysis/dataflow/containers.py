"""Methods of lists, dicts and parsers of settings, element by element while keys are constant."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pipeline.analysis.dataflow.binding import rebind
from pipeline.analysis.dataflow.parts import each_of
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import (
    NOTHING,
    Key,
    Unknown,
    Value,
    collected,
    constant,
    either,
    mapping,
    sequence,
)
from pipeline.analysis.dataflow.wordlists import names

SETTINGS_CLASSES = tuple(
    f"configparser.{kind}" for kind in ("ConfigParser", "RawConfigParser", "SafeConfigParser")
)
SETTINGS = tuple(f"{name}()" for name in SETTINGS_CLASSES)
Change = Callable[[Value, list[Value]], tuple[Value, Value]]  # to the container after, and result


def method(
    state: State, target: ast.expr, container: Value, name: str, args: list[Value]
) -> Value | None:
    """The result of a container's method, the change done; None where it is none of these."""
    if container.name in SETTINGS:
        return _settings(state, target, container, name, args)
    change = _change(container, name)
    if change is None:
        return None
    after, result = change(container, args)
    if after is not container:
        rebind(state, target, after)
    return result


def _change(container: Value, name: str) -> Change | None:
    if container.table is not None:
        return _DICT.get(name)
    if container.items is not None:
        return _LIST.get(name)
    return _grown if name in GROWING and "path" not in container.traits else None


GROWING = names("append extend insert add appendleft update setdefault push")


def _grown(container: Value, args: list[Value]) -> tuple[Value, Value]:
    """A container of unknown content: whatever comes in is somewhere in it."""
    taints = collected((container, *args))
    if taints == container.taints:
        return container, NOTHING
    after = Value(taints, name=container.name, roots=container.roots, traits=container.traits)
    return after, NOTHING


def _items(container: Value) -> list[Value]:
    return list(container.items or ())


def _append(container: Value, args: list[Value]) -> tuple[Value, Value]:
    return sequence([*_items(container), *args[:1]], container.traits), constant(None)


def _extend(container: Value, args: list[Value]) -> tuple[Value, Value]:
    added = args[0] if args else NOTHING
    if added.items is None:
        return Value(collected((container, added)), traits=container.traits), constant(None)
    return sequence([*_items(container), *added.items], container.traits), constant(None)


def _insert(container: Value, args: list[Value]) -> tuple[Value, Value]:
    if len(args) != 2 or not isinstance(args[0].const, int):
        return _unordered(container, args)
    items = _items(container)
    items.insert(args[0].const, args[1])
    return sequence(items, container.traits), constant(None)


def _pop(container: Value, args: list[Value]) -> tuple[Value, Value]:
    index = args[0].const if args else -1
    items = _items(container)
    if not isinstance(index, int) or not -len(items) <= index < len(items):
        return _unordered(container, [])
    taken = items.pop(index)
    return sequence(items, container.traits), taken


def _remove(container: Value, args: list[Value]) -> tuple[Value, Value]:
    items = _items(container)
    if any(isinstance(item.const, Unknown) for item in [*items, *args[:1]]):
        return _unordered(container, [])
    kept = [item.const for item in items]
    if args and args[0].const in kept:
        del items[kept.index(args[0].const)]
    return sequence(items, container.traits), constant(None)


def _reverse(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    return sequence(reversed(_items(container)), container.traits), constant(None)


def _clear(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    return sequence((), container.traits), constant(None)


def _unordered(container: Value, args: list[Value]) -> tuple[Value, Value]:
    """Nothing is known of the order any more."""
    return Value(collected((container, *args)), traits=container.traits), each_of(container)


def _get(container: Value, args: list[Value]) -> tuple[Value, Value]:
    if not args:
        return container, NOTHING
    table = container.table or {}
    default = args[1] if len(args) > 1 else constant(None)
    if isinstance(args[0].const, Unknown):
        return container, either([*table.values(), default])
    return container, table.get(args[0].const, default)


def _taken(container: Value, args: list[Value]) -> tuple[Value, Value]:
    _, result = _get(container, args)
    table = dict(container.table or {})
    if args and not isinstance(args[0].const, Unknown):
        table.pop(args[0].const, None)
    return mapping(table, name=container.name), result


def _update(container: Value, args: list[Value]) -> tuple[Value, Value]:
    table = dict(container.table or {})
    for arg in args:
        if arg.table is None:
            return Value(collected((container, *args)), name=container.name), NOTHING
        table.update(arg.table)
    return mapping(table, name=container.name), NOTHING


def _setdefault(container: Value, args: list[Value]) -> tuple[Value, Value]:
    table = container.table or {}
    if len(args) < 2 or isinstance(args[0].const, Unknown):
        return Value(collected((container, *args))), Value(collected((container, *args)))
    held = table.get(args[0].const, args[1])
    return mapping({**table, args[0].const: held}, name=container.name), held


def _values(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    return container, sequence((container.table or {}).values())


def _pairs(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    table = container.table or {}
    return container, sequence(sequence((_key(key), value)) for key, value in table.items())


def _keys(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    return container, sequence(_key(key) for key in container.table or {})


def _key(key: Key) -> Value:
    return NOTHING if isinstance(key, tuple) else constant(key)


def _copied(container: Value, _args: list[Value]) -> tuple[Value, Value]:
    return container, container


_LIST: dict[str, Change] = {
    "append": _append,
    "add": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "reverse": _reverse,
    "clear": _clear,
    "copy": _copied,
    "sort": _unordered,
    "appendleft": lambda container, args: _insert(container, [constant(0), *args]),
    "popleft": lambda container, _args: _pop(container, [constant(0)]),
}
_DICT: dict[str, Change] = {
    "get": _get,
    "pop": _taken,
    "update": _update,
    "setdefault": _setdefault,
    "values": _values,
    "items": _pairs,
    "keys": _keys,
    "copy": _copied,
    "clear": lambda container, _args: (mapping({}, name=container.name), NOTHING),
}


def _settings(
    state: State, target: ast.expr, parser: Value, name: str, args: list[Value]
) -> Value | None:
    """``set(section, option, value)`` and ``get(section, option)`` of configparser."""
    keys = [arg.const for arg in args[:2]]
    if name in ("add_section", "has_section", "has_option"):
        return NOTHING
    if name not in ("set", "get") or len(args) < 2:
        return None
    fixed: list[Key] = [key for key in keys if not isinstance(key, Unknown)]
    key: Key = (str(fixed[0]), str(fixed[1]).lower()) if len(fixed) == 2 else None
    table = parser.table or {}
    if name == "get":
        known = parser.table is not None and key is not None
        return table.get(key, NOTHING) if known else Value(parser.taints)
    if key is None or (parser.table is None and parser.taints):
        rebind(state, target, Value(collected((parser, *args)), name=parser.name))
    elif len(args) > 2:
        rebind(state, target, mapping({**table, key: args[2]}, name=parser.name))
    return NOTHING
