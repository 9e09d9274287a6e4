"""docs/languages.md says of each language what the engine really does."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.dataflow.rules import FAMILIES, Family
from pipeline.analysis.languages import LANGUAGES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "languages.md"


def test_it_covers_every_language() -> None:
    assert set(COVERAGE) == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(COVERAGE))
def test_it_has_a_true_row_for_each_language(language: str) -> None:
    covered = COVERAGE[language]
    cells = (
        language,
        covered.parser,
        "syntax tree" if covered.tree else "tokens",
        ", ".join(covered.scanners) or "none",
        "yes" if covered.fixers else "no",
    )
    assert f"| {' | '.join(cells)} |" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_it_lists_each_rule_for_the_ways_of_values(family: Family) -> None:
    rows = DOCUMENT.read_text(encoding="utf-8").split("\n")
    (row,) = [row for row in rows if row.startswith(f"| {family.rule} |")]
    assert row.endswith(f"| {family.about.cwe} |")
