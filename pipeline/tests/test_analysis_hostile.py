"""Texts made to hurt a parser, a lexer or a pattern get a result in bounded time."""

import time

import pytest

from pipeline.analysis import sandbox
from pipeline.analysis.engine import forensic, quality
from pipeline.analysis.types import SyntaxState

SECONDS = 60  # of wall clock; the limits are of CPU time, and the machine may be busy
DEEP = 10_000
LONG = 1_000_000

NESTED = {
    "parentheses": "(" * DEEP + ")" * DEEP,
    "brackets": "[" * DEEP + "]" * DEEP,
    "braces": "{" * DEEP + "}" * DEEP,
    "lambdas": "lambda: " * DEEP + "1",
    "nots": "not " * DEEP + "1",
    "signs": "-" * DEEP + "1",
    "attributes": "a" + ".b" * DEEP,
    "calls": "a" + "()" * DEEP,
    "subscripts": "a" + "[0]" * DEEP,
    "unclosed": "(" * DEEP * 10,
    "blocks": "".join(" " * n + "if x:\n" for n in range(120)) + " " * 120 + "pass\n",
}
LONG_TEXTS = {
    "a long string": "x = '" + "a" * LONG + "'",
    "a long name": "a" * LONG,
    "a long sum": "x = " + "1+" * 100_000 + "1",
    "a long comment": "#" * LONG,
    "a 100 kB line": "x = [" + "1, " * 33_000 + "]",
    "only line ends": "\n" * 200_000,
    "only tabs": "\t" * LONG,
    "a name a line": "x\n" * 20_000,
    "eval a line": "eval(x)\n" * 3_000,
    "eval in one line": "[" + "eval(x), " * 3_000 + "]",
    "decorators": "@a\n" * 10_000 + "def f(): pass\n",
    "elif chain": "if x: pass\n" + "elif x: pass\n" * 3_000,
    "string concatenation": "x = " + " + ".join(["'select a from b'"] * 500) + " + y",  # noqa: S608
    "one f-string": "x = f'" + "{x}" * 20_000 + "'",
    "accents": "a\u0301" * 100_000,
    "backslashes": "\\\n" * 100_000,
}
BAIT = {
    "password bait": "password" * 30_000,
    "assignment bait": "password=" * 30_000,
    "address bait": "a://b:" * 30_000,
    "token bait": "eyJ" * 30_000 + ".eyJ" * 30_000,
    "key bait": "-----BEGIN PRIVATE KEY-----" * 10_000,
    "quote bait": "\"'" * 50_000,
    "space bait": "x = 1" + " " * 200_000 + "=",
    "sql bait": "x = 'select " + "a " * 50_000 + " from ' + y",
    "dunder bait": "if __name__ == " * 20_000,
}


@pytest.fixture(autouse=True)
def _warm():
    sandbox.run("probe", {"do": "report"})


def examined(code: str, language: str = "python"):
    started = time.monotonic()
    dossier = forensic(code, language, "x")
    assert time.monotonic() - started < SECONDS
    return dossier


@pytest.mark.parametrize("name", NESTED)
def test_it_does_not_call_deep_code_broken(name):
    assert examined(NESTED[name]).syntax.state is SyntaxState.NOT_PARSABLE_HERE


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_it_reads_long_texts_in_bounded_time(name):
    dossier = examined(LONG_TEXTS[name])
    assert len(dossier.findings) <= 900
    assert all(len(finding.snippet) < 2_000 for finding in dossier.findings)


@pytest.mark.parametrize("name", BAIT)
def test_it_does_not_take_the_bait(name):
    examined(BAIT[name])


@pytest.mark.parametrize("language", ["javascript", "html", "php", "cpp", "sql", "css", "shell"])
def test_it_reads_bait_for_lexers_in_bounded_time(language):
    examined("<a b='" * 2_000 + "/*" * 20_000 + "${`" * 5_000 + "(" * 20_000, language)


@pytest.mark.parametrize("code", ["", " ", "\n", "\ufeff", "\r", "\x0c", "#", "\\"])
def test_it_has_something_to_say_about_next_to_nothing(code):
    dossier = examined(code)
    assert dossier.brief.what
    assert dossier.assessment.reason


def test_it_finds_what_stands_behind_a_million_characters():
    dossier = examined("x = '" + "a" * LONG + "'\nimport os, sys\nos.system(sys.argv[1])\n")
    assert {f.cwe for f in dossier.findings if f.line == 3} == {78}


def test_it_compares_hostile_texts_in_bounded_time():
    started = time.monotonic()
    verdict = quality(LONG_TEXTS["eval a line"], "x = 1\n", "python")
    assert time.monotonic() - started < 2 * SECONDS
    assert verdict.confidence == "LOW"
