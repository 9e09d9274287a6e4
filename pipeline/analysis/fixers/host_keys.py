"""SSH servers are told by keys that are known already (CWE-322)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.source import Source

TITLE = "A server whose key is not known is refused"
WEAK = {"paramiko.AutoAddPolicy", "paramiko.WarningPolicy"}
WEAK |= {"paramiko.client.AutoAddPolicy", "paramiko.client.WarningPolicy"}
LOADERS = {"load_system_host_keys", "load_host_keys"}

NOTHING_KNOWN = (
    "The program loads no known keys, so every server would be refused; call "
    "load_system_host_keys first and use RejectPolicy."
)
ALONE = "The policy is imported alone or held in a variable; use paramiko.RejectPolicy."
SAVED = "The program saves the keys it learns, so it trusts a server's first key on purpose."


def look(source: Source, plan: Plan) -> None:
    """Plan the strict policy for every client that knows keys but takes unknown ones too."""
    for call in source.calls:
        method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
        if method == "set_missing_host_key_policy" and call.args:
            _consider(source, plan, call)


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    client = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    policy = call.args[0].value
    named = policy.func if isinstance(policy, cst.Call) else policy
    if source.api(named) not in WEAK:
        return
    line = source.line(call)
    if not isinstance(named, cst.Attribute):
        plan.refuse(line, ALONE)
    elif "save_host_keys" in source.text:
        plan.refuse(line, SAVED)
    elif not _knows_keys(source, call, client):
        plan.refuse(line, NOTHING_KNOWN)
    else:
        edit: Edit = arguments.replace(source, named.attr, "RejectPolicy")
        plan.repair(line, TITLE, edit)


def _knows_keys(source: Source, call: cst.Call, client: cst.BaseExpression) -> bool:
    """Whether the same client loads known keys in the same function."""
    if "loads keys" not in source.memory:
        source.memory["loads keys"] = {
            (source.code(other.func.value), source.function(other))
            for other in source.calls
            if isinstance(other.func, cst.Attribute) and other.func.attr.value in LOADERS
        }
    return (source.code(client), source.function(call)) in source.memory["loads keys"]


FIXER = Fixer(
    id="host-keys",
    title="SSH servers that nobody identifies",
    cwe=322,
    repairs="paramiko's AutoAddPolicy and WarningPolicy become RejectPolicy where keys are loaded.",
    answers=("B507", "S507"),
    sign=re.compile(r"set_missing_host_key_policy"),
    look=look,
)
