"""Recognising calls of requests and httpx, by import or through an evident session."""

from __future__ import annotations

import libcst as cst

from pipeline.analysis.fixers.source import Source

VERBS = {"get", "post", "put", "delete", "head", "options", "patch", "request"}
SESSIONS = {
    "requests.Session": "requests",
    "requests.session": "requests",
    "requests.sessions.Session": "requests",
    "httpx.Client": "httpx",
    "httpx.AsyncClient": "httpx",
}


APIS = {f"{module}.{verb}" for module in ("requests", "requests.api", "httpx") for verb in VERBS}


def request_calls(source: Source) -> list[tuple[cst.Call, str]]:
    """Every call that surely sends a request, with its library: ``requests`` or ``httpx``."""
    direct = [(call, name.partition(".")[0]) for call, name in source.calls_of(APIS)]
    if not source.calls_of(SESSIONS):
        return direct
    indirect = [(call, session_library(source, call)) for call in source.calls]
    return direct + [(call, library) for call, library in indirect if library]


def session_library(source: Source, call: cst.Call) -> str:
    """The library where ``call`` sends through a variable that is surely a session of it."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in VERBS:
        return ""
    return library_of_session(source, call.func.value)


def library_of_session(source: Source, node: cst.CSTNode) -> str:
    """The library whose session the variable ``node`` surely holds, else an empty string."""
    libraries = {SESSIONS.get(maker, "") for maker in source.made_by(node)}
    return libraries.pop() if len(libraries) == 1 else ""
