"""The texts that are examined: ordinary Python of two sizes, and texts made to hurt a reader.

Each hostile one fits into the size that may be submitted (100 kB) and aims at one thing: the depth
of a tree, the backtracking of a pattern, the length of a line, or the number of things to follow.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 100_000
LINES, LINES_OFF = 1_000, 60
BYTES, BYTES_OFF = 95_000, 5_000
CHOSEN = 5
DEEP = 20_000


@dataclass(frozen=True)
class Text:
    """One text to examine, with what it is called in the output."""

    name: str
    language: str
    code: str

    @property
    def size(self) -> str:
        """Such as `1,000 lines, 38 kB`."""
        lines, size = self.code.count("\n") + 1, len(self.code.encode())
        return f"{lines:,} lines, {size / 1000:.0f} kB"


def of_a_thousand_lines() -> list[Text]:
    """Modules of the standard library of about 1,000 lines, spread over the alphabet."""
    return _spread(t for t in _library() if abs(t.code.count("\n") - LINES) <= LINES_OFF)


def of_a_hundred_kilobytes() -> list[Text]:
    """Modules of the standard library of about the size that may be submitted."""
    return _spread(t for t in _library() if abs(len(t.code.encode()) - BYTES) <= BYTES_OFF)


def _library() -> Iterator[Text]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if not {"site-packages", "test", "lib2to3"} & set(path.parts):
            code = path.read_text(encoding="utf-8", errors="replace")
            if "\ufffd" not in code and "def " in code:
                yield Text(str(path.relative_to(root)), "python", code)


def _spread(fitting: Iterator[Text]) -> list[Text]:
    found = list(fitting)
    step = max(1, len(found) // CHOSEN)
    return found[::step][:CHOSEN]


def hostile() -> list[Text]:
    """Every hostile text, cut to the size that may be submitted."""
    return [
        Text(name, language, code.encode()[:MOST_BYTES].decode("utf-8", "ignore"))
        for language, texts in _HOSTILE.items()
        for name, code in texts.items()
    ]


_PYTHON = {
    "brackets in brackets": "x = " + "[" * DEEP + "]" * DEEP,
    "brackets that never close": "(" * MOST_BYTES,
    "a tree as deep as it may be": "x = " + ("[" * 90 + "]" * 90 + ", ") * 500 + "1",
    "blocks in blocks": ("".join(" " * n + "if x:\n" for n in range(90)) + " " * 90 + "y\n") * 20,
    "a long chain of calls": "x = a" + ".b(c)" * 900 + "\n",
    "a long sum": "x = " + "a + " * 24_000 + "a",
    "a long elif": "if a: b\n" + "elif c: d\n" * 9_000,
    "bait for passwords": "password = '" * 8_000,
    "bait for addresses": "x = 'a://b:" + "c:@" * 30_000 + "'",
    "bait for tokens": "x = '" + "eyJ" * 15_000 + "." + "eyJ" * 15_000 + "'",
    "bait for SQL": "x = 'select " + "a " * 48_000 + " from ' + y",
    "bait of spaces": "x = 1" + " " * 99_000 + "=",
    "one line of calls": "[" + "eval(x), " * 11_000 + "]",
    "one line that is a string": "x = '" + "a" * 99_000 + "'",
    "one f-string": "x = f'" + "{x}" * 33_000 + "'",
    "a flow a line": "import os\nx = input()\n" + "x = x + x\nos.system(x)\n" * 4_000,
    "functions that call each other": "".join(
        f"def f{n}(x):\n    f{n + 1}(x); f{n + 1}(x + 1)\n    return f{n + 1}(x)\n"
        for n in range(1_500)
    ),
    "branches": "".join(f"if c{n}:\n    v{n} = v{n // 2}\n" for n in range(3_300)),
    "tests of tests": "".join(
        f"a{n} = {' and '.join([f'a{n - 1}'] * 40)}\n" for n in range(1, 250)
    ),
    "only marks that turn the text around": "x = '" + "\u202e" * 33_000 + "'",
}
_BRACES = {
    "braces in braces": "{" * 50_000 + "}" * 50_000,
    "brackets that never close": "(" * MOST_BYTES,
    "one line of calls": "eval(x);" * 12_000,
    "quotes that never match": "\"'" * 50_000,
    "comments that never end": "/*" * 50_000,
    "bait for passwords": "password='" * 10_000,
}
_HOSTILE = {
    "python": _PYTHON,
    "javascript": {
        **_BRACES,
        "templates in templates": "x = " + "`${" * 30_000 + "}`" * 20_000,
        "functions in functions": "(function(){" * 4_000 + "})();" * 4_000,
        "bait for patterns": "x = /" + "(a*)*" * 19_000 + "/;",
        "one line of a bundle": "function a(b){return b?c(b):d[b]+e}" * 2_800,
    },
    "typescript": {
        "types in types": "type X = " + "Array<" * 8_000 + ">" * 8_000,
        "generics or not": "a<" * 48_000,
    },
    "sql": {
        "brackets in brackets": "SELECT " + "(" * 49_000 + "1" + ")" * 49_000,
        "queries in queries": "SELECT * FROM (" * 6_000 + "SELECT 1" + ")" * 6_000,
        "one line of rows": "INSERT INTO a VALUES " + "(1, 'b'), " * 9_900 + "(1, 'b');",
        "cases in cases": "SELECT " + "CASE WHEN a THEN " * 5_000 + "1" + " END" * 5_000,
        "conditions without end": "SELECT a FROM b WHERE " + "a = 1 OR " * 11_000 + "a = 2",
        "quotes that never match": "SELECT '" * 12_000,
        "many small queries": "SELECT 1;\n" * 10_000,
    },
    "c": {
        **_BRACES,
        "pointers to pointers": "int " + "*" * 99_000 + "x;",
        "a warning a line": "void f(char *a) {\n" + "strcpy(a, a);\n" * 7_000 + "}\n",
    },
    "php": {**_BRACES, "doors without end": "<?php " * 16_000},
    "ruby": {
        "blocks in blocks": "begin\n" * 10_000 + "end\n" * 10_000,
        "here-documents": "x = <<A + <<B\n" * 7_000,
    },
    "html": {
        "elements in elements": "<div>" * 10_000 + "</div>" * 8_000,
        "attributes without end": "<a " + "b=c " * 24_000,
        "comments that never end": "<!--" * 25_000,
    },
    "css": {"rules in rules": "a{" * 33_000 + "}" * 33_000, "brackets": "a{b:" + "(" * 99_000},
    "shell": {
        "commands in commands": "echo " + "$(" * 33_000 + ")" * 30_000,
        "here-documents": "cat <<A\n" * 12_000,
    },
}
