"""How long an examination may take at most, by the limits that the sandbox enforces."""

from __future__ import annotations

import os

from benchmarks.examining.texts import Text
from pipeline.analysis.checks import LIMITS, OUTLINE_LIMITS, sharing
from pipeline.analysis.coverage import COVERAGE

STARTING_SECONDS = 5.0  # of forks and answers, on a machine that does other things as well


def allowed_seconds(text: Text) -> float:
    """Every check may use its limit, as many at once as there are cores.

    Those that share a child may have used one limit before each gets its own. Code that is no tree
    is outlined afterwards.
    """
    names = COVERAGE[text.language].checks
    shared = bool(sharing(names, text.code, text.language))
    turns = -(-len(names) // (os.cpu_count() or 1)) + shared
    return turns * LIMITS.wall_seconds + OUTLINE_LIMITS.wall_seconds + STARTING_SECONDS
