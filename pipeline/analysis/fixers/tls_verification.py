"""Certificate checks that were turned off are turned on again (CWE-295)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.http_calls import SESSIONS, library_of_session, request_calls
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.tls_contexts import (
    SWITCHED,
    UNCLEAR_CONTEXT,
    consider_context,
    context_groups,
    is_switched,
)

TITLE = "{}: the server's certificate is checked again; self-signed ones are now refused"

POOLS = {"urllib3.PoolManager", "urllib3.HTTPSConnectionPool", "urllib3.ProxyManager"}
UNVERIFIED = {"ssl._create_unverified_context", "ssl._create_stdlib_context"}
UNVERIFIED_ARGUMENTS = {"cafile", "capath", "cadata"}
LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 (compared with, not bound)

LOCAL = (
    "It talks to this machine, where a certificate is usually self-signed; name its CA file "
    "instead of switching the check off."
)
VARIABLE = "A variable decides whether the certificate is checked; make sure it is never False."


def look(source: Source, plan: Plan) -> None:
    """Plan to check certificates again wherever that is evidently switched off."""
    for call, _ in request_calls(source) + source.calls_of(SESSIONS):
        _consider_verify(source, plan, call)
    for call, _ in source.calls_of(POOLS):
        _consider_pool(source, plan, call)
    for call, _ in source.calls_of(UNVERIFIED):
        _consider_context_call(source, plan, call)
    for assign in source.all(cst.Assign):
        if len(assign.targets) == 1:
            _consider_assignment(source, plan, assign, assign.targets[0].target)
    for group in context_groups(source):
        consider_context(source, plan, group, TITLE.format("ssl"))


def _consider_verify(source: Source, plan: Plan, call: cst.Call) -> None:
    """``verify=False`` of requests and httpx."""
    verify = arguments.keyword(call, "verify")
    if verify is None or is_name(verify.value, "True") or _is_bundle(verify.value):
        return
    if is_name(verify.value, "False"):
        _switch_on(source, plan, verify.value, "True", _reason_against(source, call))
    elif isinstance(verify.value, (cst.Name, cst.Attribute)):
        plan.refuse(source.line(call), VARIABLE)


def _is_bundle(node: cst.BaseExpression) -> bool:
    """Whether ``node`` names a CA file."""
    return isinstance(constant(node), str)


def _reason_against(source: Source, call: cst.Call) -> str:
    urls = [constant(arg.value) for arg in call.args]
    hosts = {urlsplit(url).hostname for url in urls if isinstance(url, str) and "://" in url}
    return LOCAL if hosts & LOOPBACK else ""


def _switch_on(source: Source, plan: Plan, node: cst.CSTNode, text: str, reason: str) -> None:
    """Plan ``text`` in the place of ``node``, unless there is a ``reason`` or a switch around."""
    reason = reason or (SWITCHED if is_switched(source, node) else "")
    line = source.line(source.around(node, cst.Call) or node)
    if reason:
        plan.refuse(line, reason)
    else:
        plan.repair(line, TITLE.format(_label(source, node)), arguments.replace(source, node, text))


def _label(source: Source, node: cst.CSTNode) -> str:
    """What to call the place in a title."""
    around = source.around(node, cst.Call)
    api = source.api(around.func) if around else ""
    return api.partition(".")[0] if api else "TLS"


def _consider_pool(source: Source, plan: Plan, call: cst.Call) -> None:
    """``cert_reqs`` of urllib3's pools."""
    given = arguments.keyword(call, "cert_reqs")
    if given is None:
        return
    if constant(given.value) == "CERT_NONE":
        quote = source.code(given.value)[-1]
        _switch_on(source, plan, given.value, f"{quote}CERT_REQUIRED{quote}", "")
    elif source.api(given.value) == "ssl.CERT_NONE" and isinstance(given.value, cst.Attribute):
        _switch_on(source, plan, given.value.attr, "CERT_REQUIRED", "")


def _consider_context_call(source: Source, plan: Plan, call: cst.Call) -> None:
    """``ssl._create_unverified_context(...)``."""
    names = {arg.keyword.value if arg.keyword else "" for arg in call.args}
    reason = "" if names <= UNVERIFIED_ARGUMENTS else UNCLEAR_CONTEXT
    _rename_context(source, plan, call.func, reason)


def _rename_context(source: Source, plan: Plan, func: cst.BaseExpression, reason: str) -> None:
    if not isinstance(func, cst.Attribute):
        plan.refuse(source.line(func), UNCLEAR_CONTEXT)
    else:
        _switch_on(source, plan, func.attr, "create_default_context", reason)


def _consider_assignment(
    source: Source, plan: Plan, assign: cst.Assign, target: cst.BaseExpression
) -> None:
    """Assignments that switch a session or all of urllib off."""
    if not isinstance(target, cst.Attribute):
        return
    if target.attr.value == "_create_default_https_context" and source.api(target.value) == "ssl":
        if source.api(assign.value) in UNVERIFIED:
            _rename_context(source, plan, assign.value, "")
        return
    verify_off = target.attr.value == "verify" and is_name(assign.value, "False")
    if verify_off and library_of_session(source, target.value):
        _switch_on(source, plan, assign.value, "True", "")


FIXER = Fixer(
    id="tls-verification",
    title="Certificates that nobody checks",
    cwe=295,
    repairs="verify=False, CERT_NONE and unverified contexts check the certificate again.",
    answers=("B501", "S501", "B323", "S323"),
    sign=re.compile(r"\bverify\s*=|CERT_NONE|_create_(unverified|stdlib)_context|check_hostname"),
    look=look,
)
