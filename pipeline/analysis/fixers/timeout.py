"""Network calls that could wait for ever get a time limit (CWE-400)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.http_calls import SESSIONS, request_calls, session_library
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.words import purpose_words, words_in

SECONDS = 30
TITLE = f"{{}} gives up after {SECONDS} s of silence instead of waiting for ever"

#: standard library call -> how many positional arguments it can have without the timeout
STANDARD = {
    "urllib.request.urlopen": 2,
    "socket.create_connection": 1,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 3,
    "ftplib.FTP": 4,
    "ftplib.FTP_TLS": 4,
    "poplib.POP3": 2,
    "poplib.POP3_SSL": 2,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": 2,
}
REQUEST = 8  # what requests.Session.request can have by position in front of the timeout
CLIENTS = {name for name, library in SESSIONS.items() if library == "httpx"}
PATIENT = {"longpoll", "longpolling", "sse", "eventstream", "stream", "subscribe", "listen"}
PATIENT |= {"watch", "getupdates"}
SHORT_USES = {"sendall", "send", "recv", "close", "shutdown", "getpeername", "getsockname"}


def look(source: Source, plan: Plan) -> None:
    """Plan a timeout for every network call that has none."""
    for call, library in request_calls(source):
        if library == "requests" and sum(arg.keyword is None for arg in call.args) <= REQUEST:
            _consider(source, plan, call, library)
        elif library != "requests":
            _consider_disabled(source, plan, call)
    for call, _ in source.calls_of(CLIENTS):
        _consider_disabled(source, plan, call)
    if not source.calls_of({"socket.setdefaulttimeout"}):
        for call, name in source.calls_of(STANDARD):
            _consider_standard(source, plan, call, name)


def _consider(source: Source, plan: Plan, call: cst.Call, name: str) -> None:
    """Plan ``timeout=`` where it is missing or None."""
    given = arguments.keyword(call, "timeout")
    if given is not None and not is_name(given.value, "None"):
        return
    reason = _reason_against(source, call)
    if reason:
        plan.refuse(source.line(call), reason)
    elif given is not None:
        edit = arguments.replace(source, given.value, str(SECONDS))
        plan.repair(source.line(call), TITLE.format(name), edit)
    else:
        edit = arguments.add(source, call, f"timeout={SECONDS}")
        plan.repair(source.line(call), TITLE.format(name), edit)


def _consider_standard(source: Source, plan: Plan, call: cst.Call, name: str) -> None:
    if sum(arg.keyword is None for arg in call.args) > STANDARD[name]:
        return
    if name == "socket.create_connection" and not _used_briefly(source, call):
        plan.refuse(
            source.line(call),
            "A timeout would stay on the socket, which may be meant to wait for data; set one that "
            "fits how the socket is used.",
        )
        return
    _consider(source, plan, call, name)


def _consider_disabled(source: Source, plan: Plan, call: cst.Call) -> None:
    """httpx has a limit of its own; only ``timeout=None`` takes it away."""
    given = arguments.keyword(call, "timeout")
    if given is not None and is_name(given.value, "None"):
        _consider(source, plan, call, "httpx")


def _reason_against(source: Source, call: cst.Call) -> str:
    """Why no timeout can be set here for sure, or an empty string."""
    if not arguments.can_add(call):
        return "Arguments are passed on with a star, so a timeout may be among them."
    streaming = arguments.keyword(call, "stream")
    patient = purpose_words(source, call) | words_in(source, call)
    if (streaming and not is_name(streaming.value, "False")) or patient & PATIENT:
        return "This call may be meant to wait for a stream of data; set a timeout that fits it."
    if session_library(source, call) and ".mount(" in source.text:
        return "The session has an adapter of its own, which may set the timeout."
    if source.api(call.func) in CLIENTS and ".stream(" in source.text:
        return "The client is used for streams, which may be meant to stay silent for long."
    return ""


def _used_briefly(source: Source, call: cst.Call) -> bool:
    """Whether the new socket stays in a function without loops and only sends and receives."""
    name, around = source.variable_of(call), source.function(call)
    if name is None or around is None or source.within(around, cst.While):
        return False
    return not source.within(around, cst.For) and all(
        use is name or _is_short_use(source, use) for use in source.uses(around, name.value)
    )


def _is_short_use(source: Source, use: cst.Name) -> bool:
    attribute = source.parent(use)
    return (
        isinstance(attribute, cst.Attribute)
        and attribute.value is use
        and attribute.attr.value in SHORT_USES
    )


FIXER = Fixer(
    id="missing-timeout",
    title="Network calls without a time limit",
    cwe=400,
    repairs=f"requests, urllib, smtplib and the like get timeout={SECONDS} where they had none.",
    answers=("B113", "S113"),
    sign=re.compile(
        r"\b(requests|httpx|urlopen|create_connection)\b|\b(SMTP|FTP|POP3|HTTPS?Connection)"
    ),
    look=look,
)
