"""The shape of a rule: which calls are sinks of a family, and what makes a value harmless there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.analysis.dataflow.values import NOTHING, UNKNOWN, Value
from pipeline.analysis.knowledge.model import Explanation


@dataclass(slots=True)
class Call:
    """A call as the rules see it: full name, the object before the dot, and what is passed."""

    name: str
    receiver: Value
    args: list[Value]
    named: dict[str, Value]
    modules: frozenset[str] = frozenset()  # top-level modules that the file imports
    line: int = 0

    def argument(self, position: int, *names: str) -> Value | None:
        """What is passed at a position or under a name; None where nothing is."""
        if 0 <= position < len(self.args):
            return self.args[position]
        return next((self.named[name] for name in names if name in self.named), None)

    def flag(self, name: str) -> bool:
        """Whether a named argument is surely true, or unknown and may be."""
        value = self.named.get(name, NOTHING)
        return bool(value.const) if value.const is not UNKNOWN else name in self.named

    def says(self, name: str, *values: object) -> bool:
        """Whether a named argument is one of these constants."""
        value = self.named.get(name)
        return value is not None and value.const is not UNKNOWN and value.const in values


Condition = Callable[[Call], bool]
Choice = Callable[[Call], list[Value]]


def always(_call: Call) -> bool:
    """The condition of a sink that has none."""
    return True


def nowhere(_call: Call) -> list[int]:
    """No other line is judged together with a call."""
    return []


@dataclass(frozen=True)
class Sink:
    """Calls by full name ("os.system") or by method ("*.execute"); which arguments matter.

    ``passes``: the result holds the value still, as ``Path(x)`` holds ``x``. ``choose`` picks the
    values that matter where positions and names cannot tell.
    """

    calls: tuple[str, ...]
    position: int = 0  # the first one that matters
    until: int = 0  # the last one, where there are several
    names: tuple[str, ...] = ()
    when: Condition = always
    passes: bool = False
    local: bool = True  # whether a value that the operator gave matters too
    choose: Choice | None = None
    places: Callable[[Call], list[int]] = nowhere  # lines that do harm only by this call

    def values(self, call: Call) -> list[Value]:
        """The arguments of a call that must not come from outside."""
        if self.choose is not None:
            return self.choose(call)
        last = max(self.until, self.position)
        chosen = call.args[self.position : last + 1]
        return [*chosen, *(call.named[name] for name in self.names if name in call.named)]


@dataclass(frozen=True)
class Family:
    """One kind of weakness. ``judged``: scanners' rules that are dropped for harmless values."""

    name: str
    about: Explanation
    sinks: tuple[Sink, ...]
    cleaners: tuple[str, ...] = ()  # full names, or "*.method"; their result is harmless here
    judged: tuple[str, ...] = ()
    harmless: Callable[[Value], bool] = field(default=lambda _value: False)
    callers: bool = False  # whether what a function is given by unknown callers is worth a word
    joined_only: bool = False  # of values that strangers did not send, only those put together
    text_only: bool = False  # not of objects that code elsewhere made of a value
    in_strings: bool = False  # the scanners report where the string is built, not where it is used

    @property
    def rule(self) -> str:
        """The id under which its findings are shown."""
        return f"flow-{self.name}"
