"""Contexts that ask for broken versions of TLS negotiate a sound one (CWE-327)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source

TITLE = "TLS older than 1.2 is no longer spoken; a peer that knows nothing newer is refused"

OLD_PROTOCOLS = {f"ssl.PROTOCOL_{name}" for name in ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1")}
OLD_VERSIONS = {
    f"ssl.TLSVersion.{name}" for name in ("SSLv3", "TLSv1", "TLSv1_1", "MINIMUM_SUPPORTED")
}
VERSION_KEYWORDS = {"ssl_version", "ssl_protocol", "tls_version"}
CAPPED = "The newest version is limited as well, so what the peer can speak is not clear."
ALONE = "The version is imported by its bare name; use ssl.PROTOCOL_TLS."


def look(source: Source, plan: Plan) -> None:
    """Plan a sound version wherever a broken one is passed on or set as the oldest."""
    for arg in source.all(cst.Arg):
        if source.api(arg.value) in OLD_PROTOCOLS and _sets_up_tls(source, arg):
            _consider(source, plan, arg.value, "PROTOCOL_TLS")
    for assign in source.all(cst.Assign):
        names = [dotted(target.target).rpartition(".")[2] for target in assign.targets]
        if "minimum_version" in names and source.api(assign.value) in OLD_VERSIONS:
            _consider(source, plan, assign.value, "TLSv1_2")


def _sets_up_tls(source: Source, arg: cst.Arg) -> bool:
    """Whether ``arg`` chooses the version of a connection, instead of looking one up in a table."""
    call = source.parent(arg)
    makes = isinstance(call, cst.Call) and source.api(call.func).startswith("ssl.")
    return makes or (arg.keyword is not None and arg.keyword.value in VERSION_KEYWORDS)


def _consider(source: Source, plan: Plan, value: cst.BaseExpression, name: str) -> None:
    line = source.line(value)
    if "maximum_version" in source.text:
        plan.refuse(line, CAPPED)
    elif not isinstance(value, cst.Attribute):
        plan.refuse(line, ALONE)
    else:
        plan.repair(line, TITLE, arguments.replace(source, value.attr, name))


FIXER = Fixer(
    id="old-tls",
    title="Broken versions of TLS",
    cwe=327,
    repairs="SSL 2 and 3, TLS 1.0 and 1.1 as wanted or oldest version give way to TLS 1.2 and up.",
    answers=("B502", "B503", "B504", "S502", "S503", "S504"),
    sign=re.compile(r"PROTOCOL_(SSL|TLS)v|minimum_version"),
    look=look,
)
