"""Permissions that let every account write are taken back to the owner (CWE-732)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.source import Source

TITLE = "Only the owner may write; who may read and run it stays as it was"
CHANGERS = {"os.chmod", "os.fchmod", "os.lchmod"}
PATHS = {"pathlib.Path", "pathlib.PosixPath"}
OTHERS_WRITE, ALL_BUT_OWNER_WRITE, STICKY = 0o002, 0o022, 0o1000

SHARED = "The sticky bit marks a folder that is shared on purpose."
VARIABLE = "The permissions are put together from names; take S_IWOTH and S_IRWXO out of them."


def look(source: Source, plan: Plan) -> None:
    """Plan a narrower mode for every constant one that lets others write."""
    for call, _ in source.calls_of(CHANGERS):
        _consider(source, plan, call, arguments.argument(call, "mode", 1))
    for call in source.calls:
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "chmod":
            owner = call.func.value
            direct = isinstance(owner, cst.Call) and source.api(owner.func) in PATHS
            if direct or (source.made_by(owner) and source.made_by(owner) <= PATHS):
                _consider(source, plan, call, arguments.argument(call, "mode", 0))


def _consider(source: Source, plan: Plan, call: cst.Call, mode: cst.Arg | None) -> None:
    if mode is None:
        return
    bits = constant(mode.value)
    if isinstance(mode.value, cst.Integer) and isinstance(bits, int):
        if bits & OTHERS_WRITE and bits & STICKY:
            plan.refuse(source.line(call), SHARED)
        elif bits & OTHERS_WRITE:
            edit = arguments.replace(source, mode.value, f"0o{bits & ~ALL_BUT_OWNER_WRITE:03o}")
            plan.repair(source.line(call), TITLE, edit)
    elif re.search(r"S_IWOTH|S_IRWXO", source.code(mode.value)):
        plan.refuse(source.line(call), VARIABLE)


FIXER = Fixer(
    id="world-writable",
    title="Files that every account may write",
    cwe=732,
    repairs="chmod with a constant mode that lets others write keeps writing to the owner.",
    answers=("B103", "S103", "open-permissions"),
    sign=re.compile(r"chmod"),
    look=look,
)
