"""Texts made to keep the data-flow check busy, or to break it, get an answer in bounded time."""

import sys
import time

import pytest

from pipeline.analysis.dataflow import scan
from pipeline.analysis.errors import TaskRefused
from pipeline.tests.flowing import rules

SECONDS = 10  # of wall clock on a busy machine; each takes less than one of CPU

HOSTILE = {
    "functions that call each other": "".join(
        f"def f{n}(x):\n    f{n + 1}(x); f{n + 1}(x + 1)\n    return f{n + 1}(x)\n"
        for n in range(300)
    ),
    "recursion": "def f(x):\n    return f(f(x) + f(x + 1))\nf(input())\n",
    "a list of itself": "a = [input()]\n" + "a = [a, a]\n" * 1_000,
    "a text twice itself": "a = 'x'\n" + "a = a + a\n" * 1_000,
    "a huge number": "a = 9 ** 9 ** 9\nb = 1 << 10 ** 10\nc = 'x' * 10 ** 10\n"
    "d = '%999999999d' % 1\n",
    "loops in loops": "".join(" " * n + f"for x{n} in y:\n" for n in range(18))
    + " " * 18
    + "z += y\n",
    "tests of tests": "".join(f"a{n} = {' and '.join([f'a{n - 1}'] * 40)}\n" for n in range(1, 20))
    + "if a19:\n    pass\n",
    "branches": "".join(f"if c{n}:\n    v{n} = 1\n" for n in range(3_000)),
    "elif": "if a:\n    pass\n" + "".join(f"elif c{n}:\n    v{n} = 1\n" for n in range(1_500)),
    "a long list": "a = []\n" + "a.append(input())\n" * 3_000,
    "a long dict": "d = {}\n" + "".join(f"d[{n}] = input()\n" for n in range(3_000)),
    "a long chain": "x = a" + ".b()" * 400 + "\n",
    "pattern bait": f"import re\nre.fullmatch('{'[' * 5_000}', x)\n"
    f"if re.match('{'a' * 9_000}$', x):\n    pass\n",
    "base classes": "".join(
        f"class C{n}(C{n - 1}):\n    def m{n}(self): pass\n" for n in range(800)
    ),
    "own base class": "class A(A):\n    def f(self):\n        return self.f()\nA().f()\n",
    "strange targets": "a[b][c] = d.e = f(g)[h] = *i, (j, [k]) = input()\nfor x[y] in z: pass\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_answers_in_bounded_time(name):
    started = time.monotonic()
    scan.task({"code": HOSTILE[name]})
    assert time.monotonic() - started < SECONDS


def test_it_says_when_it_stopped_at_its_limit(monkeypatch):
    monkeypatch.setattr(scan, "LEAST_STEPS", 30)
    monkeypatch.setattr(scan, "STEPS_A_NODE", 1)
    code = "import os\nos.system(input())\n" + "if a and b:\n    x = f(x)\n" * 20
    answer = scan.task({"code": code})
    assert [finding["rules"] for finding in answer["findings"]] == [["flow-shell"]]
    assert "stopped at its limit" in answer["note"]
    assert answer["harmless"] == []


def test_it_follows_a_value_out_of_deeply_nested_code():
    assert rules("import os\nos.system(" + "f(" * 80 + "input()" + ")" * 81) == {"shell"}


def test_it_refuses_what_does_not_parse():
    with pytest.raises(TaskRefused, match="it needs code that parses here"):
        scan.task({"code": "def f(:\n"})


def test_it_leaves_the_depth_of_recursion_as_it_was():
    before = sys.getrecursionlimit()
    scan.task({"code": "x = 1\n"})
    assert sys.getrecursionlimit() == before
