"""What the bench of examinations measures, and with what."""

from __future__ import annotations

import sys

from benchmarks.examining import texts
from benchmarks.examining.bounds import allowed_seconds
from benchmarks.examining.cost import of_program
from pipeline.analysis.coverage import COVERAGE


def test_its_hostile_texts_may_be_submitted() -> None:
    hostile = texts.hostile()
    assert max(len(text.code.encode()) for text in hostile) <= texts.MOST_BYTES
    assert {text.language for text in hostile} <= set(COVERAGE)
    assert len({(text.language, text.name) for text in hostile}) == len(hostile)


def test_it_measures_the_memory_of_a_program_and_not_of_who_started_it() -> None:
    held = bytearray(b"x") * 200_000_000
    small = of_program([sys.executable, "-I", "-S", "-c", "import time; time.sleep(0.2)"], 30)
    assert 2 < small.memory_mb < 100
    del held


def test_it_ends_a_program_that_does_not_end() -> None:
    assert not of_program([sys.executable, "-I", "-S", "-c", "while True: pass"], 0.2).done


def test_it_allows_what_the_limits_allow_and_no_more() -> None:
    python = texts.Text("", "python", "x")
    assert 20 < allowed_seconds(texts.Text("", "sql", "x")) < allowed_seconds(python) < 200
