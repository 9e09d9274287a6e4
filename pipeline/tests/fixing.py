"""Helpers of the fixers' tests: rebuild a text, run a text, say what was refused."""

from __future__ import annotations

import sys
from textwrap import dedent
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from pipeline.analysis.rebuild import rebuild_code
from pipeline.analysis.types import Rebuild


def rebuild(code: str, filename: str = "", findings: tuple[Any, ...] = ()) -> Rebuild:
    """Rebuild dedented Python."""
    return rebuild_code(dedent(code), "python", findings, filename)


def fixed(code: str, rule: str, filename: str = "") -> str:
    """The rebuilt code, once ``rule`` is among the changes and a second rebuild changes nothing."""
    result = rebuild(code, filename)
    assert rule in {change.rule for change in result.changes}, result.refusals
    again = rebuild_code(result.code, "python", (), filename)
    assert again.code == result.code
    return result.code


def refusal(code: str, rule: str, filename: str = "") -> str:
    """The reason why ``rule`` left ``code`` alone, which must be unchanged."""
    result = rebuild(code, filename)
    assert result.code == dedent(code)
    reasons = [refused.reason for refused in result.refusals if refused.rule == rule]
    assert reasons, result
    return reasons[0]


def untouched(code: str, filename: str = "") -> bool:
    """Whether nothing is changed and nothing is refused: there is no problem to see."""
    result = rebuild(code, filename)
    return (result.code, result.changes, result.refusals) == (dedent(code), (), ())


def run(code: str, **modules: Any) -> dict[str, Any]:
    """Run our own test text, with ``modules`` standing in for imports; its names."""
    names: dict[str, Any] = {"__name__": "sample"}
    with patch.dict(sys.modules, modules):
        exec(compile(dedent(code), "<sample>", "exec"), names)  # noqa: S102 (our own text)
    return names


class Recorder:
    """A stand-in for a library: every function records its call and gives an answer."""

    def __init__(self, name: str, *functions: str, answer: Any = None) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.module = ModuleType(name)
        self._answer = SimpleNamespace(status_code=200) if answer is None else answer
        for function in functions:
            setattr(self.module, function, self._function(function))

    def _function(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            return self._answer

        return call
