"""The fixed list of what the sandbox can run, and how a child finds it.

A task is a function from a JSON object to a JSON object. The modules are imported by the warm
server; one that cannot be imported (a scanner that is not installed) fails only its own task.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from typing import Any, cast

Task = Callable[[dict[str, Any]], dict[str, Any]]

REGISTRY = {
    "text": "pipeline.analysis.text:task",
    "secrets": "pipeline.analysis.secrets:task",
    "secret-values": "pipeline.analysis.secret_values:task",
    "syntax": "pipeline.analysis.syntax:task",
    "structure": "pipeline.analysis.structure:task",
    "outline": "pipeline.analysis.outline:task",
    "highlight": "pipeline.analysis.highlight:task",
    "addressed": "pipeline.analysis.addressed:task",
    "bandit": "pipeline.analysis.scanners.bandit:task",
    "ruff": "pipeline.analysis.scanners.ruff:task",
    "dataflow": "pipeline.analysis.dataflow.scan:task",
    "flags": "pipeline.analysis.scanners.flags:task",
    "flawfinder": "pipeline.analysis.scanners.flawfinder:task",
    "ledger": "pipeline.analysis.ledger.comparison:task",
    "rebuild": "pipeline.analysis.rebuild_task:task",
    "together": "pipeline.analysis.together:task",
    "probe": "pipeline.analysis.probe:task",
}


def find(name: str) -> Task:
    """The function behind a task name.

    Raises LookupError for a name outside the registry, ImportError where a part is not installed.
    """
    if name not in REGISTRY:
        raise LookupError(f"there is no sandbox task {name!r}")
    module, _, function = REGISTRY[name].partition(":")
    return cast(Task, getattr(importlib.import_module(module), function))


def preload() -> None:
    """Import all tasks, so that a forked child has nothing left to import."""
    for name in REGISTRY:
        with contextlib.suppress(ImportError):
            find(name)
    for module in ("pipeline.analysis.trees.grammars", "pipeline.analysis.scanners.ruff"):
        with contextlib.suppress(ImportError):
            importlib.import_module(module).preload()
