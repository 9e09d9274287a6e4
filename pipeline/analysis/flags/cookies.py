"""Cookies that travel in clear, or that scripts may read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, has_star, is_value, keyword
from pipeline.analysis.flags.model import Flag
from pipeline.analysis.types import Severity

INSECURE, READABLE, SECRET = "cookie-insecure", "cookie-readable", "cookie-secret"
SENSITIVE = re.compile(r"sess|token|auth|sid\b|user|login|jwt|remember|secret|passw|key|id$|cred")
PASSWORD = re.compile(r"passw(?:or)?d|passphrase|\bpwd\b")
HARMLESS = re.compile(
    r"theme|lang|locale|time_?zone|tz$|consent|banner|colou?r|sidebar|csrf|xsrf|pref"
)
SETTINGS = {
    "SESSION_COOKIE_SECURE": INSECURE,
    "CSRF_COOKIE_SECURE": INSECURE,
    "REMEMBER_COOKIE_SECURE": INSECURE,
    "LANGUAGE_COOKIE_SECURE": INSECURE,
    "JWT_COOKIE_SECURE": INSECURE,
    "SESSION_COOKIE_HTTPONLY": READABLE,
    "REMEMBER_COOKIE_HTTPONLY": READABLE,
}


def look(facts: Facts) -> Iterator[Flag]:
    """Every cookie without its flags, and every setting that turns them off."""
    for call in facts.methods("set_cookie"):
        yield from _cookie(facts, call)
    for node, name, value in facts.settings:
        if name in SETTINGS and is_value(value, value=False):
            yield Flag(SETTINGS[name], node)
    yield from _morsels(facts)


def _cookie(facts: Facts, call: ast.Call) -> Iterator[Flag]:
    if has_star(call) or len(call.args) + len(call.keywords) < 2:
        return  # a cookie jar takes one ready cookie
    name = facts.constant(argument(call, 0, "key"))
    known = str(name).lower() if isinstance(name, str) else ""
    if _is_deleted(facts, call):
        return
    sensitive = SENSITIVE.search(known) is not None
    if PASSWORD.search(known):
        yield Flag(SECRET, call)
    for option, rule in (("secure", INSECURE), ("httponly", READABLE)):
        given = facts.value(keyword(call, option))
        # Scripts may need a cookie that signs nobody in; plain HTTP never needs it.
        wanted = sensitive if rule == READABLE else not HARMLESS.search(known)
        off = is_value(given, value=False)
        if off or (given is None and wanted):
            yield Flag(rule, call, None if sensitive or off else Severity.LOW)


def _is_deleted(facts: Facts, call: ast.Call) -> bool:
    """Whether the cookie is only emptied."""
    value = facts.constant(argument(call, 1, "value"))
    gone = [facts.constant(keyword(call, name)) for name in ("max_age", "expires")]
    return value == "" or 0 in gone


def _morsels(facts: Facts) -> Iterator[Flag]:
    """``cookie["sid"]["secure"] = False`` of the standard library."""
    for node, target, value in facts.assignments:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Subscript):
            option = facts.constant(target.slice)
            if option in ("secure", "httponly") and is_value(value, value=False):
                yield Flag(INSECURE if option == "secure" else READABLE, node)
