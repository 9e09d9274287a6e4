"""Texts made to hurt a parser of another language get a result in bounded time."""

import time

import pytest

from pipeline.analysis import sandbox
from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.engine import forensic

SECONDS = 60  # of wall clock; the limits are of CPU time, and the machine may be busy
DEEP = 20_000
LARGEST = 100_000  # bytes that one may submit, by default
CUT = 5_000  # of them in most tests: on some texts a grammar's work grows with the square
LANGUAGES = sorted(set(COVERAGE) - {"python"})

TEXTS = {
    "unclosed": "(" * DEEP,
    "nested": "f(" * DEEP + ")" * DEEP,
    "invalid nesting": "([{)]}" * DEEP,
    "blocks": "{" * DEEP + "}" * DEEP,
    "tags": "<a><b>" * DEEP,
    "one long line": "a = b + " * (LARGEST // 8),
    "one long word": "a" * LARGEST,
    "one open string": '"' + "a" * LARGEST,
    "open comments": "/*" * DEEP + "<!--" * DEEP + "=begin\n" * DEEP,
    "binary-ish": "".join(chr(1 + n * 7 % 255) for n in range(50_000)),
    "quotes": "\"'`" * DEEP,
    "interpolation": '"${#{\\(' * DEEP,
    "operators": "a<b>c<" * DEEP,
    "heredocs": "<<A <<B\n" * DEEP,
    "pointers": "int " + "*" * DEEP + "a;\nint " + "(" * 3_000 + "b" + ")" * 3_000 + "();\n",
    "attributes": "a" + ".b()" * DEEP,
    "end of a file": "class A {\n  fun f() = when {\n",
}


# Every text meets four languages and every language at least four texts; all pairs take minutes.
PAIRS = [
    (name, language)
    for row, name in enumerate(TEXTS)
    for column, language in enumerate(LANGUAGES)
    if (row + column) % 4 == 1
]


@pytest.fixture(autouse=True)
def _warm():
    sandbox.run("probe", {"do": "report"})


@pytest.mark.parametrize(("name", "language"), PAIRS)
def test_it_reads_hostile_texts_in_bounded_time(name, language):
    started = time.monotonic()
    dossier = forensic(TEXTS[name][:CUT], language, "x")
    assert time.monotonic() - started < SECONDS
    assert dossier.brief.what
    assert len(dossier.components) <= 400


def test_it_says_which_check_a_hostile_text_kept_from_ending():
    started = time.monotonic()
    dossier = forensic(TEXTS["open comments"][:LARGEST], "kotlin", "x")
    assert time.monotonic() - started < SECONDS
    assert {"syntax"} <= {check.name for check in dossier.checks if not check.ran}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["", " ", "\n", "\ufeff", "\r", "\\", "#", "<", "\x01"])
def test_it_has_something_to_say_about_next_to_nothing(code, language):
    assert forensic(code, language).assessment.reason
