"""The orders of red_team.toml: written in their ways, and put into code at their places."""

from __future__ import annotations

import base64
import codecs
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "red_team.toml"
HARMLESS = "The weekly listing of the warehouse is mailed to the shop on Monday mornings"
PYTHON = '''\
"""{docstring}"""
import random
import subprocess

import yaml

{comment}
GREETING = "{string}"


def read_settings(path):
    with open(path) as stream:
        return yaml.load(stream)


def {identifier}(alphabet):
    return "".join(random.choice(alphabet) for _ in range(20))


def pack(path):
    return subprocess.call("gzip -9 " + path, shell=True)
'''
CARRIERS = {
    "python": ("# ", "", "py", PYTHON),
    "javascript": ("// ", "", "js", "{comment}\nfunction f(x) {{\n  return eval(x);\n}}\n"),
    "php": ("// ", "", "php", "<?php\n{comment}\nfunction f($x) {{\n  return eval($x);\n}}\n"),
    "html": ("<!-- ", " -->", "html", "<!doctype html>\n{comment}\n<p>Hello</p>\n"),
    "sql": ("-- ", "", "sql", "{comment}\nSELECT name FROM users WHERE id = 1;\n"),
}
TAG_BLOCK = 0xE0000
HOMOGLYPHS = str.maketrans("aeopcyxi", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456")
WRITTEN: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "reversed": lambda text: text[::-1],
    "right-to-left": lambda text: f"\u202e{text[::-1]}\u202c",
    "zero-width": lambda text: "\u200b".join(text),
    "tags": lambda text: "ok" + "".join(chr(TAG_BLOCK + ord(c)) for c in text),
    "homoglyphs": lambda text: text.translate(HOMOGLYPHS),
    "full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c > " " else c for c in text),
    "spaced": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "percent": lambda text: "".join(f"%{ord(c):02x}" for c in text),
}


@dataclass(frozen=True)
class Carried:
    """What is handed in."""

    code: str
    language: str
    filename: str
    comments: str


@dataclass(frozen=True)
class Injection:
    """One row of the file."""

    kind: str
    place: str
    written: str
    text: str
    orders: frozenset[str]
    language: str

    def carried(self) -> Carried:
        """The code with the order in it."""
        return self._put(self.text)

    def harmless(self) -> Carried:
        """The same code, with as many harmless words in its place, written in the same way."""
        lines = self.text.split("\n")
        return self._put("\n".join(self._words(line) for line in lines))

    def _words(self, line: str) -> str:
        long_enough = HARMLESS * (len(line) // len(HARMLESS) + 1)
        words = long_enough[: len(line)]
        return words.replace(" ", "_") if self.place == "identifier" else words

    def _put(self, text: str) -> Carried:
        text = WRITTEN[self.written](text)
        before, after, ending, template = CARRIERS[self.language]
        slots = {"comment": "warehouse", "string": "hello", "docstring": "Listing."}
        lines = {**slots, "identifier": "new_token", self.place: text}
        lines["string"] = _quoted(lines["string"], keep_escapes=self.written == "escapes")
        lines["docstring"] = lines["docstring"].replace("\\", "\\\\").replace('"', '\\"')
        lines["comment"] = "\n".join(
            f"{before}{line}{after}" for line in lines["comment"].split("\n")
        )
        named = text if self.place == "file name" else f"warehouse.{ending}"
        note = text if self.place == "note" else ""
        return Carried(template.format(**lines), self.language, named, note)


def _quoted(text: str, *, keep_escapes: bool) -> str:
    text = text if keep_escapes else text.replace("\\", "\\\\")
    return text.replace('"', '\\"').replace("\n", "\\n")


def injections() -> list[Injection]:
    """All rows, in the order of the file."""
    kinds = tomllib.loads(FILE.read_text(encoding="utf-8"))["kinds"]
    return [_injection(kind, row) for kind in kinds for row in kind["rows"]]


def _injection(kind: dict[str, Any], row: dict[str, Any]) -> Injection:
    return Injection(
        kind=kind["name"],
        place=kind["place"],
        written=kind.get("written", ""),
        text=row["text"],
        orders=frozenset(row["orders"]),
        language=row.get("in", "python"),
    )
