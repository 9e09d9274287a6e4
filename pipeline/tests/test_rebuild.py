"""The rebuilder as a whole: what it keeps, what it refuses, and that its result stands."""

import ast
import difflib
import re
import warnings
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.analysis import rebuild as module
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.rebuild import rebuild_code
from pipeline.analysis.types import Finding, Rebuild, Severity
from pipeline.tests.fixing import run

BAD = """\
import os
import random
import requests
import yaml

def fetch(url, password):
    token = random.choice("abc")
    page = requests.get(url, verify=False)
    os.system("git gc")
    if not token in page: raise NotImplemented
    return yaml.load(page, Loader=yaml.Loader)
"""
LIBRARY = Path(ast.__file__).parent
MODULES = """ast base64 bdb calendar cgi cmd code csv dis ensurepip/__init__ filecmp getpass hashlib
    http/cookies http/server logging/config netrc nntplib pickletools platform plistlib poplib
    py_compile pydoc random shelve shutil smtplib socket socketserver ssl telnetlib tempfile trace
    urllib/parse uuid venv/__init__ webbrowser wsgiref/handlers xmlrpc/client zipapp"""
LARGEST = 60_000  # bytes; the larger ones take their time and show nothing new
SAMPLES = [
    name
    for name in MODULES.split()
    if (LIBRARY / f"{name}.py").is_file() and (LIBRARY / f"{name}.py").stat().st_size < LARGEST
]


def changed_lines(before: str, after: str) -> set[int]:
    """Lines of ``before`` that are not in ``after`` any more."""
    old, new = before.splitlines(), after.splitlines()
    marks = [line[0] for line in difflib.unified_diff(old, new, n=len(old))][3:]
    kept = [mark for mark in marks if mark in " -"]
    return {number for number, mark in enumerate(kept, 1) if mark == "-"}


def finding(line: int, cwe: int, rule: str) -> Finding:
    return Finding(
        severity=Severity.HIGH, cwe=cwe, line=line, end_line=line, title="t", description="d",
        impact="i", action="a", snippet="s", sources=("bandit",), rules=(rule,), fingerprint="f",
    )  # fmt: skip


def test_it_makes_repairs_of_several_kinds_at_once():
    result = rebuild_code(BAD, "python")
    assert [(change.line, change.rule) for change in result.changes] == [
        (7, "insecure-random"),
        (8, "missing-timeout"),
        (8, "tls-verification"),
        (9, "shell-true"),
        (10, "E713"),
        (10, "F901"),
        (11, "yaml-load"),
    ]
    assert "requests.get(url, verify=True, timeout=30)" in result.code
    assert result.code.startswith("import secrets\nimport subprocess\nimport os\n")


def test_it_changes_nothing_the_second_time():
    once = rebuild_code(BAD, "python")
    twice = rebuild_code(once.code, "python")
    assert (twice.code, twice.changes) == (once.code, ())


def test_it_gives_a_change_the_cwe_of_the_finding_it_answers():
    found = (finding(8, 12345, "B501"), finding(9, 999, "B501"), finding(11, 77, "B101"))
    cwes = {c.rule: c.cwe for c in rebuild_code(BAD, "python", found).changes}
    assert (cwes["tls-verification"], cwes["shell-true"], cwes["yaml-load"]) == (12345, 78, 502)


@pytest.mark.parametrize("language", ["go", "javascript", ""])
def test_it_leaves_other_languages_alone_and_says_why(language: str):
    result = rebuild_code("x = f(md5)\n", language)
    assert result.code == "x = f(md5)\n"
    assert "Python only" in result.note


@pytest.mark.parametrize(
    "code",
    [
        "def f(:\n",
        "import yaml\nyaml.load(f)\n  x",
        "x = '\x00'\n",
        "import yaml; yaml.load('\ud800')",
        "(" * 500 + ")" * 500,
        "x = " + "-" * 5000 + "1",
        "x = " + "+".join(["yaml"] * 20000),
        "x" + ".a" * 5000,
        "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 99)) + " " * 99 + "x",
    ],
)
def test_it_returns_what_it_cannot_read_unchanged_with_a_note(code: str):
    result = rebuild_code(code, "python")
    assert result.code == code
    assert result.changes == ()


@pytest.mark.parametrize("code", ["", "\n", "\ufeff", "# only a comment", "x = 1", "\f\n", "\r"])
def test_it_accepts_texts_with_next_to_nothing_in_them(code: str):
    assert rebuild_code(code, "python") == Rebuild(code=code, changes=(), refusals=())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_keeps_line_endings(newline: str):
    after = rebuild_code(BAD.replace("\n", newline), "python").code
    assert after == rebuild_code(BAD, "python").code.replace("\n", newline)


def test_it_keeps_mixed_line_endings_mark_cookie_and_missing_last_newline():
    code = (
        "\ufeff# -*- coding: latin-1 -*-\r\n# Größe: 漢字 🙂\n\timport_me = '🙂'\r\n".replace(
            "\t", ""
        )
        + "import yaml  # ü\nx = '漢字🙂'; y = yaml.load(f, yaml.Loader)  # 🙂\r\nz = 1\t "
    )
    after = code.replace("load(f, yaml.Loader)", "safe_load(f)")
    assert rebuild_code(code, "python").code == after


def test_it_places_an_import_after_mark_shebang_and_cookie():
    code = "\ufeff#!/usr/bin/python\n# coding: utf-8\nimport random\ntoken = random.random()\n"
    lines = rebuild_code(code, "python").code.splitlines()
    assert lines[0] == "\ufeff#!/usr/bin/python"
    assert lines[1:4] == ["# coding: utf-8", "import secrets", "import random"]


@pytest.mark.parametrize(
    "code",
    [
        "import random\ntoken = random.random()\nimport secrets\n",
        "try:\n    import random\nexcept OSError:\n    pass\ntoken = random.random()\nimport sys\n",
        "def f():\n    import random\n    token = random.random()\n    import secrets\nf()\n",
        "import random; token = random.random()\n",
        "if True:\n    import random\n\n    token = random.random()\n",
        "@staticmethod\ndef f():\n    from random import random\n    token = random()\nf()\n",
    ],
)
def test_it_imports_before_the_first_use(code: str):
    result = rebuild_code(code, "python")
    assert result.changes
    run(result.code)


def test_it_finds_no_place_for_an_import_behind_a_docstring_on_the_same_line():
    code = '"""Doc."""; import random; token = random.random()\n'
    result = rebuild_code(code, "python")
    assert result.code == code
    assert result.refusals


def test_it_repairs_what_overlapped_in_a_later_round():
    code = "import hashlib, os, requests\nrequests.get(hashlib.md5(os.urandom(8)).hexdigest())\n"
    result = rebuild_code(code, "python")
    assert "hashlib.sha256(os.urandom(8)).hexdigest()[:32], timeout=30)" in result.code
    assert [change.line for change in result.changes] == [2, 2]


def test_it_counts_lines_in_the_original_in_later_rounds_too():
    code = dedent("""\
    import random, requests
    token = random.random()
    if not token is 1: x = requests.get(u, **o)
    """)
    result = rebuild_code(code, "python")
    assert [(c.rule, c.line) for c in result.changes] == [("insecure-random", 2), ("F632", 3)]
    assert [r.line for r in result.refusals] == [3]


def breaking_fixer(word: str) -> Fixer:
    """A fixer that replaces ``word`` by text that does not parse, and good by better."""

    def look(source: Source, plan: Plan) -> None:
        for name, text in ((word, "((("), ("good", "better")):
            start = source.raw.find(name.encode())
            if start >= 0:
                plan.repair(source.line_at(start), "t", Edit(start, start + len(name), text))

    return Fixer("breaking", "t", 1, "r", (), re.compile(word), look)


def test_it_takes_back_only_the_repair_that_breaks_the_code(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FIXERS", (*module.FIXERS, breaking_fixer("bad")))
    result = rebuild_code("import yaml\nbad = yaml.load(f)\ngood = 1\n", "python")
    assert result.code == "import yaml\nbad = yaml.safe_load(f)\nbetter = 1\n"
    assert [(r.rule, r.line) for r in result.refusals] == [("breaking", 2)]


def test_it_works_without_ruff_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipeline.analysis.fixers.ruff_rules._command", lambda: ("/nowhere/ruff",))
    result = rebuild_code("import yaml\nx = yaml.load(f)\n", "python")
    assert "safe_load" in result.code
    assert "ruff" in result.note


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if not a in b: pass", "if a not in b: pass"),
        ("if not a is b: pass", "if a is not b: pass"),
        ("x = f'no {{field}}'", "x = 'no {field}'"),
        ("if a is 'b': pass", "if a == 'b': pass"),
        ("raise NotImplemented", "raise NotImplementedError"),
        ("x = '\\d'", "x = r'\\d'"),
        ("x = 'a\x1bb\u200bc\x08'", "x = 'a\\x1bb\\u200bc\\b'"),
    ],
)
def test_it_makes_the_safe_repairs_of_ruff(before: str, after: str):
    assert rebuild_code(f"{before}\n", "python").code == f"{after}\n"


@pytest.mark.parametrize(
    "code",
    ["import os\n", "if a == None: pass\n", "def f(x=[]): pass\n", "def f():\n    x = 1\n"],
)
def test_it_makes_no_repair_of_ruff_that_could_change_right_code(code: str):
    assert rebuild_code(code, "python").code == code


@pytest.mark.parametrize("name", SAMPLES)
def test_it_holds_for_real_files(name: str):
    code = (LIBRARY / f"{name}.py").read_text(encoding="utf-8")
    result = rebuild_code(code, "python", (), name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(result.code)
    reported = {change.line + extra for change in result.changes for extra in range(4)}
    assert changed_lines(code, result.code) <= reported
    assert rebuild_code(result.code, "python", (), name).code == result.code
