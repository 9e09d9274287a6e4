"""Connections that trust whoever answers: certificates and host keys that nobody checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, is_value, keyword
from pipeline.analysis.flags.model import Flag

CERTIFICATE, HOST_KEY, ANONYMOUS = "certificate-unchecked", "host-key-unchecked", "anonymous-bind"
#: option that switches the check off -> its value
OFF_BY_KEYWORD = (
    ("cert_reqs", "CERT_NONE"),
    ("verify_ssl", False),
    ("ssl_verify", False),
    ("verify_certs", False),
    ("validate_certs", False),
    ("tlsAllowInvalidCertificates", True),
    ("disable_ssl_certificate_validation", True),
)
ASYNC = ("get", "post", "put", "delete", "request", "ws_connect", "TCPConnector")
UNCHECKED = re.compile(r"verify_mode\s*=\s*[\w.]*cert_none")
SESSIONS = ("requests.Session", "requests.session", "requests.sessions.Session")


def look(facts: Facts) -> Iterator[Flag]:
    """Every switch by which the other side is no longer identified."""
    yield from _assigned(facts)
    for call, _ in facts.calls:
        if any(_is_off(facts, keyword(call, name), value) for name, value in OFF_BY_KEYWORD):
            yield Flag(CERTIFICATE, call)
    if any(name.split(".")[0] == "aiohttp" for name in facts.imports.values()):
        for call in facts.methods(*ASYNC):
            if is_value(facts.value(keyword(call, "ssl")), value=False):
                yield Flag(CERTIFICATE, call)
    for call in facts.calls_of("asyncssh.connect"):
        if is_value(keyword(call, "known_hosts"), value=None):
            yield Flag(HOST_KEY, call)
    yield from _anonymous(facts)


def _is_off(facts: Facts, node: ast.expr | None, off: object) -> bool:
    if node is None:
        return False
    if isinstance(off, bool):
        return is_value(facts.value(node), off)
    return facts.constant(node) == off or facts.name(node) == f"ssl.{off}"


def _assigned(facts: Facts) -> Iterator[Flag]:
    for node, target, value in facts.assignments:
        if isinstance(target, ast.Attribute) and _switches_off(facts, target, value):
            yield Flag(CERTIFICATE, node)


def _switches_off(facts: Facts, target: ast.Attribute, value: ast.expr) -> bool:
    """Whether ``target = value`` ends the check of certificates or of their names."""
    if target.attr == "verify_mode":
        return facts.name(value) == "ssl.CERT_NONE"
    if target.attr == "check_hostname":  # needed first where the certificate is not checked either
        return is_value(value, value=False) and not facts.says(target, UNCHECKED)
    if target.attr == "verify" and is_value(value, value=False):
        maker = facts.value(target.value)
        return isinstance(maker, ast.Call) and facts.name(maker.func) in SESSIONS
    context = facts.name(target) == "ssl._create_default_https_context"
    return context and facts.name(value) == "ssl._create_unverified_context"


def _anonymous(facts: Facts) -> Iterator[Flag]:
    """Directory logins without a password, which the server takes for anybody's."""
    if "ldap" not in {name.split(".")[0] for name in facts.imports.values()}:
        return
    for call in facts.methods("simple_bind_s", "simple_bind", "bind_s", "bind"):
        password = argument(call, 1, "cred")
        empty = password is None or facts.constant(password) == ""
        if (empty or is_value(password, value=None)) and not call.keywords:
            yield Flag(ANONYMOUS, call)
