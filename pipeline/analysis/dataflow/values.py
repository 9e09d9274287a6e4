"""What is known about a value: where it comes from, whether it is constant, what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.analysis.dataflow.scopes import Scope

Constant = str | bytes | int | float | bool | None
Key = Constant | tuple[Constant, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

MOST_TAINTS = 6  # of one value
MOST_ITEMS = 32  # of one container that are told apart
DEEPEST = 2  # containers in containers that are looked into
MOST_STEPS = 6  # names that a finding lists
MOST_ROOTS = 4


CALLER = "whoever calls this function"  # a parameter of which this file tells no more


class Unknown:
    """Stands where no constant is known, as None is a constant."""


UNKNOWN = Unknown()


@dataclass(slots=True, frozen=True)
class Taint:
    """One origin. ``safe``: the families of sinks it can no longer harm.

    Without a source it is a value of which nothing is known: no finding, and no constant either.
    """

    source: str = ""
    line: int = 0
    remote: bool = True  # whether strangers can send it, or only who runs the program
    safe: frozenset[str] = frozenset()
    way: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """0 for what strangers send, the higher the better known is who gives it."""
        return 0 if self.remote else 2 if self.source == CALLER else 1

    def via(self, name: str) -> Taint:
        """The same, after it was given this name."""
        if not self.source or len(self.way) >= MOST_STEPS or name in self.way:
            return self
        return Taint(self.source, self.line, self.remote, self.safe, (*self.way, name))

    def cleaned(self, families: frozenset[str]) -> Taint:
        """The same, harmless for these families."""
        if families <= self.safe:
            return self
        return Taint(self.source, self.line, self.remote, self.safe | families, self.way)


Taints = tuple[Taint, ...]


@dataclass(slots=True)
class Value:
    """Never changed once made."""

    taints: Taints = ()
    const: Constant | Unknown = UNKNOWN
    name: str = ""  # dotted, such as "os.system" or "sqlite3.connect()"; calls end in "()"
    items: tuple[Value, ...] | None = None  # of a list or tuple
    table: dict[Key, Value] | None = None  # of a dict, or of a parser of settings
    prefix: str = ""  # the constant text that it surely begins with
    roots: tuple[str, ...] = ()  # names of variables that it is, or is another form of
    traits: frozenset[str] = frozenset()  # what else is known: "request", "resolved", "path" …
    function: Callable | None = None
    depth: int = 0  # of containers in it
    test: ast.expr | None = None  # the expression that it is the outcome of, if it is a test

    def dangers(self, family: str) -> Taints:
        """The origins that can still do harm in a sink of the family, unknown ones among them."""
        return tuple(t for t in self.taints if family not in t.safe)

    @property
    def taints_from_outside(self) -> bool:
        """Whether any of its origins is known to lie outside."""
        return any(t.source and t.source != CALLER for t in self.taints)


@dataclass(slots=True)
class Callable:
    """A function, method or class of the file."""

    node: Function | ast.ClassDef
    scope: Scope[Value]
    owner: ast.ClassDef | None = None  # the class of a method
    bound: Value | None = None  # self


NOTHING = Value()
ANYTHING = Value((Taint(),))
DICT = frozenset(("dict",))
UPLOAD = frozenset(("upload",))  # a file that a request brought
BUILT = frozenset(("built",))  # the trait of text and paths that are put together from several


def anything(name: str = "", traits: frozenset[str] = frozenset()) -> Value:
    """A value of which nothing is known but its name."""
    return Value(ANYTHING.taints, name=name, traits=traits)


def constant(value: Constant) -> Value:
    """A value known for sure."""
    return Value(const=value, prefix=value if isinstance(value, str) else "")


def collected(values: Iterable[Value]) -> Taints:
    """All origins of some values."""
    kept = [value.taints for value in values if value.taints]
    if len(kept) < 2:
        return kept[0] if kept else ()
    found: dict[tuple[str, int], Taint] = {}
    for taints in kept:
        for taint in taints:
            _add(found, taint)
    return tuple(found.values())


def _add(found: dict[tuple[str, int], Taint], taint: Taint) -> None:
    """One entry an origin; what is safe in one copy only is not safe."""
    key = taint.source, taint.line
    known = found.get(key)
    if known is None:
        if len(found) < MOST_TAINTS:
            found[key] = taint
    elif known.safe != taint.safe:
        longer = known if len(known.way) >= len(taint.way) else taint
        found[key] = replace(longer, safe=known.safe & taint.safe)


def mixed(*values: Value, prefix: str = "", name: str = "") -> Value:
    """A value made of others in a way that is not followed further."""
    return Value(collected(values), prefix=prefix, name=name)


def built(*values: Value, prefix: str = "") -> Value:
    """Text or a path that is put together from several."""
    return Value(collected(values), prefix=prefix, traits=BUILT)


def sequence(items: Iterable[Value], traits: frozenset[str] = frozenset()) -> Value:
    """A list or tuple of which the elements are told apart while they are few."""
    kept = tuple(items)
    taints = collected(kept)
    depth = 1 + max((item.depth for item in kept), default=0)
    if len(kept) > MOST_ITEMS or depth > DEEPEST:
        return Value(taints, traits=traits)
    return Value(taints, items=kept, depth=depth, traits=traits)


def mapping(table: dict[Key, Value], rest: Iterable[Value] = (), name: str = "") -> Value:
    """A dict; ``rest`` are values under keys that are not known."""
    others = tuple(rest)
    taints = collected((*table.values(), *others))
    depth = 1 + max((value.depth for value in table.values()), default=0)
    if others or len(table) > MOST_ITEMS or depth > DEEPEST:
        return Value(taints, name=name, traits=DICT)
    return Value(taints, name=name, table=table, depth=depth, traits=DICT)


def joined(one: Value, other: Value) -> Value:
    """What is known where either of two values may be there."""
    if one is other:
        return one
    same = type(one.const) is type(other.const) and one.const == other.const
    return Value(
        collected((one, other)),
        const=one.const if same else UNKNOWN,
        name=one.name if one.name == other.name else "",
        items=_joined_items(one.items, other.items),
        table=_joined_table(one.table, other.table),
        prefix=_common(one.prefix, other.prefix),
        roots=_shared(one, other),
        traits=one.traits & other.traits,
        function=one.function or other.function,
        depth=max(one.depth, other.depth),
    )


def _shared(one: Value, other: Value) -> tuple[str, ...]:
    """What a check must look at to have looked at both; of a constant there is nothing to check."""
    if not one.taints or one.roots == other.roots:
        return other.roots
    if not other.taints:
        return one.roots
    return tuple(root for root in one.roots if root in other.roots)


def _joined_items(
    one: tuple[Value, ...] | None, other: tuple[Value, ...] | None
) -> tuple[Value, ...] | None:
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(joined(a, b) for a, b in zip(one, other, strict=True))


def _joined_table(
    one: dict[Key, Value] | None, other: dict[Key, Value] | None
) -> dict[Key, Value] | None:
    if one is None or other is None or one.keys() != other.keys():
        return None
    return {key: joined(value, other[key]) for key, value in one.items()}


def _common(one: str, other: str) -> str:
    if one == other:
        return one
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return one[:length]


def either(values: Iterable[Value]) -> Value:
    """``joined`` over any number; a value with nothing in it where there are none."""
    result: Value | None = None
    for value in values:
        result = value if result is None else joined(result, value)
    return NOTHING if result is None else result


def cleaned(value: Value, families: frozenset[str]) -> Value:
    """The value after a sanitiser for these families."""
    return _with(value, tuple(t.cleaned(families) for t in value.taints), value.roots)


def undone(value: Value) -> Value:
    """The value after a decoder: what an encoder had made harmless may be back."""
    return replace(value, taints=tuple(replace(t, safe=frozenset()) for t in value.taints))


def spotless(value: Value) -> Value:
    """The value after a check that leaves nothing to fear of any of its origins."""
    return replace(value, taints=(), items=None, table=None)


def doubtful(value: Value) -> Value:
    """The value after a check that may be one: no finding of ours, and no proof either."""
    return replace(value, taints=ANYTHING.taints, items=None, table=None)


def held_by(value: Value, name: str) -> Value:
    """The value as a variable of this name holds it."""
    if not value.taints:
        return value
    roots = (name, *(r for r in value.roots if r != name))[:MOST_ROOTS]
    return _with(value, tuple([t.via(name) for t in value.taints]), roots)


def _with(value: Value, taints: Taints, roots: tuple[str, ...]) -> Value:
    """The same of other origins; made so often that ``dataclasses.replace`` would be slow."""
    return Value(
        taints,
        const=value.const,
        name=value.name,
        items=value.items,
        table=value.table,
        prefix=value.prefix,
        roots=roots,
        traits=value.traits,
        function=value.function,
        depth=value.depth,
        test=value.test,
    )
