"""docs/verdicts.md shows the ledger's rows and the table of rules as they are in the code."""

from __future__ import annotations

import re

from django.conf import settings

from pipeline.analysis.ledger.rows import TITLES
from pipeline.analysis.ledger.rules import NEEDED, RULES

TEXT = (settings.BASE_DIR / "docs" / "verdicts.md").read_text()


def test_it_shows_every_row_in_order() -> None:
    table = TEXT.partition("## The rows")[2].partition("## The table")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(TITLES)


def test_it_shows_every_rule_in_order() -> None:
    table = TEXT.partition("## The table")[2]
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.+) \|$", table, re.MULTILINE)
    assert rows == [(rule.id, rule.confidence, rule.reason) for rule in RULES]


def test_it_names_the_rows_that_are_needed() -> None:
    said = TEXT.partition("Without ")[2].partition("too little was checked")[0]
    assert re.findall(r"`([a-z-]+)`", said) == list(NEEDED)
