"""Temporary files under known names, and archives that choose where their members go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, is_value, keyword
from pipeline.analysis.flags.model import Flag
from pipeline.analysis.nodes import walk

SHARED_NAME, ARCHIVE = "shared-temp-name", "archive-path"
OPENERS = ("open", "io.open", "os.open")
MEMBERS = ("filename", "name")
CHECKED = re.compile(r"realpath|abspath|resolve|commonpath|is_relative_to|basename|startswith|\.\.")
LISTED = re.compile(r"infolist|getmembers|namelist")
TARS = ("tarfile.open", "tarfile.TarFile", "tarfile.TarFile.open")


def look(facts: Facts) -> Iterator[Flag]:
    """Every guessable temporary name that is written, and every unchecked member."""
    for call in facts.calls_of(*OPENERS):
        path = facts.value(argument(call, 0, "file"))
        if _is_shared(facts, path) and _writes(facts, call):
            yield Flag(SHARED_NAME, call)
    for call in facts.calls_of("tempfile.mktemp", "os.tempnam", "os.tmpnam"):
        yield Flag(SHARED_NAME, call)
    yield from _archives(facts)


def _writes(facts: Facts, call: ast.Call) -> bool:
    mode = facts.constant(argument(call, 1, "mode"))
    return isinstance(mode, str) and any(letter in mode for letter in "wa") and "x" not in mode


def _is_shared(facts: Facts, path: ast.AST | None) -> bool:
    """Whether ``path`` is a fixed name in the folder that everybody shares."""
    if not isinstance(path, ast.BinOp | ast.Call):
        return False
    parts = [path.left, path.right] if isinstance(path, ast.BinOp) else path.args
    if isinstance(path, ast.Call) and facts.name(path.func) != "os.path.join":
        return False
    folder = facts.value(parts[0]) if parts else None
    shared = isinstance(folder, ast.Call) and facts.name(folder.func) == "tempfile.gettempdir"
    shared |= isinstance(folder, ast.Constant) and folder.value in ("/tmp", "/var/tmp", "/tmp/")  # noqa: S108
    return shared and all(isinstance(facts.value(part), ast.Constant) for part in parts[1:])


def _archives(facts: Facts) -> Iterator[Flag]:
    for call in facts.methods("extract", "extractall", "unpack_archive"):
        if _is_tar(facts, call) and not _has_filter(facts, call):
            yield Flag(ARCHIVE, call)
    if any(name.split(".")[0] in ("zipfile", "tarfile") for name in facts.imports.values()):
        yield from _written_members(facts)


def _is_tar(facts: Facts, call: ast.Call) -> bool:
    if facts.name(call.func) == "shutil.unpack_archive":
        return not str(facts.constant(argument(call, 2, "format")) or "").startswith("zip")
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return _maker(facts, owner) in TARS


def _maker(facts: Facts, owner: ast.expr | None) -> str:
    """What made the archive: the call itself, its variable, or the ``with`` that names it."""
    found = facts.value(owner)
    if isinstance(found, ast.Name):
        found = facts.entered.get(found.id)
    return facts.name(found.func) if isinstance(found, ast.Call) else ""


def _has_filter(facts: Facts, call: ast.Call) -> bool:
    chosen = keyword(call, "filter")
    unfiltered = chosen is None or facts.constant(chosen) == "fully_trusted"
    checked = keyword(call, "members") is not None or facts.says(call, CHECKED)
    return checked or not (unfiltered or is_value(chosen, value=None))


def _written_members(facts: Facts) -> Iterator[Flag]:
    """``open(os.path.join(folder, member.filename), "wb")``, which checks nothing."""
    for call in facts.calls_of("open", "io.open"):
        path = facts.value(argument(call, 0, "file"))
        unchecked = facts.says(call, LISTED) and not facts.says(call, CHECKED)
        if unchecked and _writes(facts, call) and _names_member(path):
            yield Flag(ARCHIVE, call)


def _names_member(path: ast.AST | None) -> bool:
    """Whether ``path`` is put together with the name of a member."""
    parts = walk(path) if isinstance(path, ast.Call | ast.BinOp) else []
    return any(isinstance(part, ast.Attribute) and part.attr in MEMBERS for part in parts)
