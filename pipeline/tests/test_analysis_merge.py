"""One problem is one finding whoever saw it, in one order and with a fingerprint that lasts."""

import random

import pytest

from pipeline.analysis.engine import examine
from pipeline.analysis.findings import Hit, build
from pipeline.analysis.knowledge import canonical, explain
from pipeline.analysis.knowledge.defects import RULES as DEFECTS
from pipeline.analysis.knowledge.security import RULES as SECURITY
from pipeline.analysis.knowledge.text import RULES as TEXT
from pipeline.analysis.merge import merge

LINES = ["import subprocess", "subprocess.run(", "    x, shell=True)", "eval(x)", "eval(x)"]
SHELL = Hit("bandit", "B602", 2, 3), Hit("ruff", "S602", 2, 2)


def merged(*hits: Hit, lines: list[str] = LINES):
    return merge(build(hit, lines) for hit in hits)


def test_it_joins_what_two_scanners_say_about_one_place():
    (finding,) = merged(*SHELL)
    assert finding.sources == ("bandit", "ruff")
    assert finding.rules == ("B602", "S602")
    assert (finding.line, finding.end_line) == (2, 3)


def test_it_joins_overlapping_lines_in_either_order():
    (finding,) = merged(Hit("ruff", "S608", 1, 2), Hit("bandit", "B608", 2, 4))
    assert finding.sources == ("bandit", "ruff")


def test_it_joins_different_rules_for_the_same_weakness():
    (finding,) = merged(
        Hit("secrets", "stripe-key", 1, 1), Hit("bandit", "B105", 1, 1), lines=["password = 'x'"]
    )
    assert finding.sources == ("bandit", "secrets")
    assert finding.severity == "CRITICAL"  # the worse of the two


def test_it_keeps_different_problems_of_one_line_apart():
    assert len(merged(Hit("bandit", "B501", 1, 1), Hit("ruff", "S113", 1, 1))) == 2


def test_it_keeps_two_places_on_one_line_apart():
    one, other = Hit("bandit", "B307", 4, 4, 1), Hit("bandit", "B307", 4, 4, 10)
    both = merged(one, other, Hit("ruff", "S307", 4, 4, 1), Hit("ruff", "S307", 4, 4, 10))
    assert [f.sources for f in both] == [("bandit", "ruff")] * 2


def test_it_puts_the_worst_first_and_then_goes_by_line():
    found = merged(
        Hit("ruff", "BLE001", 1, 1), Hit("ruff", "S307", 5, 5), Hit("ruff", "S307", 4, 4)
    )
    assert [f.line for f in found] == [4, 5, 1]


def test_it_does_not_depend_on_the_order_of_the_scanners():
    hits = [
        *SHELL,
        Hit("bandit", "B307", 4, 4),
        Hit("ruff", "S307", 4, 4),
        Hit("ruff", "S307", 5, 5),
    ]
    shuffled = random.Random(7).sample(hits, len(hits))  # noqa: S311
    assert merged(*hits) == merged(*shuffled)


def test_it_numbers_equal_lines_so_that_each_has_its_fingerprint():
    first, second = merged(Hit("ruff", "S307", 4, 4), Hit("ruff", "S307", 5, 5))
    assert first.snippet == second.snippet
    assert first.fingerprint != second.fingerprint


def test_it_keeps_the_fingerprint_when_lines_move_or_are_indented():
    before = examine("import os\nos.system(x)\n", "python").findings
    after = examine("# new\n\nimport os\nif x:\n        os.system(x)\n", "python").findings
    shell = [next(f for f in found if f.cwe == 78) for found in (before, after)]
    assert shell[0].fingerprint == shell[1].fingerprint
    assert len(shell[0].fingerprint) == 64


def test_it_changes_the_fingerprint_when_the_line_changes():
    (one,) = merged(Hit("ruff", "S307", 1, 1), lines=["eval(x)"])
    (other,) = merged(Hit("ruff", "S307", 1, 1), lines=["eval(y)"])
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("rule", "name"), [("S602", "B602"), ("B602", "B602"), ("B006", "B006"), ("PLE0101", "PLE0101")]
)
def test_it_knows_one_rule_under_both_names(rule, name):
    assert canonical(rule) == name


@pytest.mark.parametrize("rule", [*SECURITY, *DEFECTS, *TEXT])
def test_it_explains_every_rule_fully(rule):
    about = explain(rule)
    assert about.title[0].isupper() and not about.title.endswith(".")
    assert about.description.endswith(".") and about.impact.endswith(".")
    assert about.action.endswith(".")


def test_it_explains_an_unknown_rule_without_inventing():
    assert explain("X999").cwe is None
