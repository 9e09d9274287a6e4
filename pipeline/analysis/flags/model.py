"""What a flag rule answers: the rule and the node that it stands on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.analysis.types import Severity

if TYPE_CHECKING:
    from pipeline.analysis.flags.facts import Facts


@dataclass(frozen=True)
class Flag:
    """One place that a rule reports; ``severity`` where this place deserves another one."""

    rule: str
    node: ast.expr | ast.stmt | ast.excepthandler
    severity: Severity | None = None


Look = Callable[["Facts"], Iterator[Flag]]
