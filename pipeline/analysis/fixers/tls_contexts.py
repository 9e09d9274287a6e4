"""SSL contexts whose checks are switched off by assignments; part of the TLS fixer.

``check_hostname`` and ``verify_mode`` of one context are repaired together or not at all: a context
that checks the name but not the certificate raises ValueError when it is set up.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Plan
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.words import words_in

SWITCHES = {"insecure", "verify", "skip", "unsafe", "selfsigned", "debug", "noverify", "testing"}
NO_CHECK = {"ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"}
GOOD_CHECK = {"ssl.CERT_REQUIRED", "ssl.VerifyMode.CERT_REQUIRED"}

SWITCHED = "It stands behind a condition that seems to switch the check off on purpose."
HOSTNAME = (
    "Only the host name check is off, with certificates of the program's own; the name may differ "
    "on purpose."
)
UNCLEAR_CONTEXT = "Where this context comes from, or what it trusts, is not clear from the code."


@dataclass(frozen=True)
class Setting:
    """One assignment to a context's check; ``edit`` is None where the value is not understood."""

    target: cst.Attribute
    edit: Edit | None
    harmless: bool = False


def is_switched(source: Source, node: cst.CSTNode) -> bool:
    """Whether a condition around ``node`` is worded like a switch for these checks."""
    tests = [
        outer.test for outer in source.ancestors(node) if isinstance(outer, (cst.If, cst.IfExp))
    ]
    return any(words_in(source, test) & SWITCHES for test in tests)


def context_groups(source: Source) -> list[list[Setting]]:
    """The check settings of every context that has one switched off."""
    groups: dict[tuple[int, str], list[Setting]] = {}
    for assign in source.all(cst.Assign):
        target = assign.targets[0].target
        if len(assign.targets) == 1 and isinstance(target, cst.Attribute):
            setting = _setting(source, target, assign.value)
            if setting:
                key = (id(source.scope(target)), source.code(target.value))
                groups.setdefault(key, []).append(setting)
    return [group for group in groups.values() if not all(each.harmless for each in group)]


def _setting(source: Source, target: cst.Attribute, value: cst.BaseExpression) -> Setting | None:
    """What an assignment does to a context's checks, None where it is about something else."""
    if target.attr.value == "check_hostname":
        off = is_name(value, "False")
        edit = arguments.replace(source, value, "True") if off else None
        return Setting(target, edit, harmless=is_name(value, "True"))
    if target.attr.value == "verify_mode":
        off = source.api(value) in NO_CHECK and isinstance(value, cst.Attribute)
        name = value.attr if isinstance(value, cst.Attribute) else value
        edit = arguments.replace(source, name, "CERT_REQUIRED") if off else None
        return Setting(target, edit, harmless=source.api(value) in GOOD_CHECK)
    return None


def consider_context(source: Source, plan: Plan, group: list[Setting], title: str) -> None:
    """Plan to switch the checks of one context on again, or say why not."""
    context = group[0].target.value
    made = [v for v in source.assigned_values(context) if isinstance(v, cst.Call)]
    if any("CLIENT_AUTH" in source.code(call) for call in made):
        return
    reason = _reason_against(source, group)
    own_trust = any(call.args for call in made) or "load_verify_locations" in source.text
    for setting in group:
        line = source.line(setting.target)
        if setting.harmless:
            continue
        if reason or setting.edit is None:
            plan.refuse(line, reason)
        elif own_trust and setting.target.attr.value == "check_hostname":
            plan.refuse(line, HOSTNAME)
        else:
            plan.repair(line, title, setting.edit)


def _reason_against(source: Source, group: list[Setting]) -> str:
    """Why none of the group can be switched on for sure, or an empty string."""
    if source.made_by(group[0].target.value) != {"ssl.create_default_context"}:
        return UNCLEAR_CONTEXT
    if any(setting.edit is None and not setting.harmless for setting in group):
        return UNCLEAR_CONTEXT
    if any(is_switched(source, setting.target) for setting in group):
        return SWITCHED
    return ""
