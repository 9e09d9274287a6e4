"""Brings branches together again, at a cost that is counted."""

from __future__ import annotations

from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import Value, joined

Branch = dict[str, Value]  # what a branch has bound


def merge(state: State, branches: list[Branch]) -> bool:
    """Go on after branches; True where none of them goes on."""
    if not branches:
        return True
    if len(branches) > 1:
        names = set[str]().union(*branches)
        state.spend(len(names) * len(branches) // 8)
    state.scope.merge(branches, joined)
    return False
