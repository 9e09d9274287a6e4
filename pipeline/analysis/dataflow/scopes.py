"""The variables of one function, with branches that cost only what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

V = TypeVar("V")


class Scope(Generic[V]):
    """Layers of bindings: one for the function and one for each branch being looked at."""

    def __init__(self, outer: Scope[V] | None = None) -> None:
        self.outer = outer
        self.layers: list[dict[str, V]] = [{}]

    def get(self, name: str) -> V | None:
        """The binding of a name here, or in an enclosing function or the module."""
        scope: Scope[V] | None = self
        while scope is not None:
            found = scope.own(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def own(self, name: str) -> V | None:
        """The binding of a name in this function alone."""
        for layer in reversed(self.layers):
            if name in layer:
                return layer[name]
        return None

    def set(self, name: str, value: V) -> None:
        """Bind a name in the branch being looked at."""
        self.layers[-1][name] = value

    def push(self) -> None:
        """Begin a branch."""
        self.layers.append({})

    def pop(self) -> dict[str, V]:
        """End a branch; what it changed."""
        return self.layers.pop()

    def changed_since(self, depth: int) -> dict[str, V]:
        """What was bound in the layers above a depth, as one layer."""
        changed: dict[str, V] = {}
        for layer in self.layers[depth:]:
            changed.update(layer)
        return changed

    def merge(self, branches: Iterable[dict[str, V]], join: Callable[[V, V], V]) -> None:
        """Go on with what holds after any one of these branches."""
        kept = list(branches)
        if len(kept) == 1:
            self.layers[-1].update(kept[0])
            return
        for name in dict.fromkeys(name for branch in kept for name in branch):
            self._merge_name(name, kept, join)

    def _merge_name(
        self, name: str, branches: list[dict[str, V]], join: Callable[[V, V], V]
    ) -> None:
        before = self.own(name)
        result: V | None = None
        for branch in branches:
            value = branch.get(name, before)
            if value is not None:
                result = value if result is None else join(result, value)
        if result is not None:
            self.set(name, result)
