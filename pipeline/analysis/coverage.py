"""What is checked in each language, in one table; docs/languages.md shows it to people.

Pure data: the process that asks for an analysis reads it without loading any parser.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.types import Examination

PYTHON_PARSERS = "Python and ruff"
TREE_SITTER = "tree-sitter"
SQLGLOT = "sqlglot"
BY_NAME_ONLY = frozenset(("flawfinder",))  # scanners whose silence proves little


@dataclass(frozen=True)
class Coverage:
    """``tree``: whether components come from a syntax tree, and not from tokens line by line."""

    parser: str
    tree: bool = True
    scanners: tuple[str, ...] = ()
    fixers: bool = False

    @property
    def checks(self) -> tuple[str, ...]:
        """The sandbox tasks that examine a text of this language, in the order shown."""
        return ("syntax", *self.scanners, "structure" if self.tree else "outline", *ANY_TEXT)


ANY_TEXT = ("text", "secrets")
COVERAGE: dict[str, Coverage] = {
    "javascript": Coverage(TREE_SITTER),
    "typescript": Coverage(TREE_SITTER),
    "python": Coverage(
        PYTHON_PARSERS, scanners=("bandit", "ruff", "dataflow", "flags"), fixers=True
    ),
    "java": Coverage(TREE_SITTER),
    "csharp": Coverage(TREE_SITTER),
    "go": Coverage(TREE_SITTER),
    "rust": Coverage(TREE_SITTER),
    "ruby": Coverage(TREE_SITTER),
    "php": Coverage(TREE_SITTER),
    "swift": Coverage(TREE_SITTER),
    "kotlin": Coverage(TREE_SITTER),
    "c": Coverage(TREE_SITTER, scanners=("flawfinder",)),
    "cpp": Coverage(TREE_SITTER, scanners=("flawfinder",)),
    "sql": Coverage(SQLGLOT, tree=False),
    "html": Coverage(TREE_SITTER, tree=False),
    "css": Coverage(TREE_SITTER, tree=False),
    "shell": Coverage(TREE_SITTER),
}


def ran(examination: Examination) -> set[str]:
    """The names of the checks that gave an answer."""
    return {check.name for check in examination.checks if check.ran}


def scanned(examination: Examination) -> bool:
    """Whether there are security scanners for the language and all of them ran."""
    scanners = COVERAGE[examination.language].scanners
    return bool(scanners) and ran(examination).issuperset(scanners)


def fully_scanned(examination: Examination) -> bool:
    """Whether it was scanned by scanners that look at more than names."""
    scanners = COVERAGE[examination.language].scanners
    return scanned(examination) and BY_NAME_ONLY.isdisjoint(scanners)


def has_tree(examination: Examination) -> bool:
    """Whether its components were read from a syntax tree."""
    return "structure" in ran(examination)
