"""Reads our corpus under ``cases/``: flawed files, their safe twins, and right and wrong fixes.

A case is a folder ``cases/<language>/<name>/`` with ``case.toml``, ``bad.*`` and, where it has
fixes, ``fixes/right*.*`` and ``fixes/wrong-<kind>*.*``. Its safe twin is ``safe.*``, else its first
right fix. Nothing in it is ever executed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent / "cases"
KINDS = {
    "suppressed": "a mark silences the tool",
    "swallowed": "an error is caught and ignored",
    "commented-out": "the flagged line became a comment",
    "moved": "the flaw stands at another place or goes by another name",
    "gutted": "the operation is gone",
    "constant-returned": "a fixed value takes the place of a result",
    "weaker-check": "a check that can be got round, or another means that is as weak",
    "behaviour-changed": "what honest use gets is another thing",
    "order-changed": "results or values come in another order",
    "new-flaw": "the fix brings a flaw of its own",
    "invented-import": "a package that is not there is imported",
    "placeholder-mismatch": "placeholders do not fit the driver",
    "secret-introduced": "a secret is fixed, encoded or said aloud",
    "signature-changed": "callers would have to change",
    "inverted-condition": "a check lets through what it should refuse",
}
_FIX = re.compile(r"(?:right|wrong-(?P<kind>[a-z-]+?))(?:-\d+)?\.\w+$")


@dataclass(frozen=True)
class Fix:
    """A rebuilt text; ``kind`` is a key of KINDS, or empty for a right one."""

    name: str
    kind: str
    code: str

    @property
    def is_right(self) -> bool:
        return not self.kind


@dataclass(frozen=True)
class Case:
    """One flawed file; ``cwe`` is the weakness that it shows and its twin does not."""

    name: str
    language: str
    title: str
    cwe: int
    bad: str
    safe: str
    fixes: tuple[Fix, ...] = field(default=())


def cases() -> Iterator[Case]:
    """Every case, by language and name."""
    for about in sorted(ROOT.glob("*/*/case.toml")):
        yield _case(about)


def _case(about: Path) -> Case:
    folder = about.parent
    fixes = tuple(_fix(path) for path in sorted(folder.glob("fixes/*")))
    said = tomllib.loads(about.read_text())
    return Case(
        name=folder.name,
        language=folder.parent.name,
        title=said["title"],
        cwe=said["cwe"],
        bad=_only(folder, "bad"),
        safe=_only(folder, "safe") or next(fix.code for fix in fixes if fix.is_right),
        fixes=fixes,
    )


def _only(folder: Path, stem: str) -> str:
    return "".join(path.read_text() for path in folder.glob(f"{stem}.*"))


def _fix(path: Path) -> Fix:
    matched = _FIX.match(path.name)
    if matched is None:
        raise ValueError(f"{path}: a fix is called right.* or wrong-KIND.*")
    return Fix(path.stem, matched["kind"] or "", path.read_text())
