"""Broken is only what every parser refuses; newer or deeper than the parser here is not broken."""

import sys

import pytest

from pipeline.analysis.syntax import check
from pipeline.analysis.types import SyntaxState

VALID, BROKEN, ELSEWHERE = SyntaxState.VALID, SyntaxState.BROKEN, SyntaxState.NOT_PARSABLE_HERE

NEWER = {
    (3, 12): ["type X = int\n", "def f[T](a: T): pass\n", 'x = f"{"a" + "b"}"\n'],
    (3, 14): ['x = t"{1}"\n', "try:\n    pass\nexcept KeyError, ValueError:\n    pass\n"],
}


@pytest.mark.parametrize(
    "code",
    [
        "",
        "\n\n",
        "x = 1\r\ny = 2\r",
        "\ufeffx = 1\n",
        "# coding: no-such\nx = 'é'\n",
        "x=1\n\x0cy=2\n",
    ],
)
def test_it_accepts_valid_code_however_it_was_saved(code):
    assert check(code).state is VALID


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def f(:\n    pass\n", 1),
        ("x = 1\n  y = 2\n", 2),
        ("x = (\n", 1),
        ("if x:\npass\n", 2),
        ("x = 'a\n", 1),
        ("return 1\n", 1),
        ("def f():\n    nonlocal x\n", 2),
    ],
)
def test_it_says_where_broken_code_breaks(code, line):
    syntax = check(code)
    assert (syntax.state, syntax.line) == (BROKEN, line)
    assert syntax.message


@pytest.mark.parametrize(
    ("version", "code"), [(version, code) for version, codes in NEWER.items() for code in codes]
)
def test_it_never_calls_newer_syntax_broken(version, code):
    syntax = check(code)
    if sys.version_info >= version:
        assert syntax.state is VALID
    else:
        assert syntax.state is ELSEWHERE
        assert f"Python {version[0]}.{version[1]} or later" in syntax.message


def test_it_finds_the_break_behind_newer_syntax():
    syntax = check('x = t"{1}"\ny = 1\ndef f(:\n    pass\n')
    assert (syntax.state, syntax.line) == (BROKEN, 3)


@pytest.mark.parametrize(
    "code",
    [
        "print 'hello'\n",
        "def f():\n    print x, y\n",
        "exec 'x = 1'\n",
        "raise ValueError, 'no'\n",
        "print >>f, 'x'\nprint 'y'\n",
    ],
)
def test_it_recognises_python_2(code):
    syntax = check(code)
    assert syntax.state is BROKEN
    assert "Python 2" in syntax.message


def test_it_recognises_another_language():
    syntax = check("const a = 1;\nfunction f() {\n  return a === 2;\n}\n")
    assert "looks like JavaScript" in syntax.message


@pytest.mark.parametrize(
    "code",
    [
        "(" * 300 + ")" * 300,
        "[" * 10_000 + "]" * 10_000,
        "lambda: " * 5_000 + "1",
        "-" * 50_000 + "1",
        "".join(" " * n + "if x:\n" for n in range(110)) + " " * 110 + "pass\n",
    ],
)
def test_it_does_not_call_deep_nesting_broken(code):
    assert check(code).state is ELSEWHERE


def test_it_does_not_call_a_huge_number_broken():
    assert check("x = " + "9" * 10_000).state is ELSEWHERE


def test_it_warns_about_nothing_on_the_way():
    assert check("x = '\\d'\ny = 1 is 1\n").state is VALID  # warnings are errors in this suite
