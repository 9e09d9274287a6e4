"""Protection against forged requests that is switched off, and cross-origin doors left open."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, is_value, keyword
from pipeline.analysis.flags.model import Flag

FORGERY, ORIGINS = "csrf-off", "cors-open"
EXEMPT = ("django.views.decorators.csrf.csrf_exempt",)
SETTINGS = {
    "WTF_CSRF_ENABLED": False,
    "WTF_CSRF_CHECK_DEFAULT": False,
    "JWT_COOKIE_CSRF_PROTECT": False,
    "CSRF_ENABLED": False,
}
ORIGIN_SETTINGS = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
CREDENTIALS = ("supports_credentials", "allow_credentials")
MIDDLEWARE = ("MIDDLEWARE", "MIDDLEWARE_CLASSES")


def look(facts: Facts) -> Iterator[Flag]:
    """Every exemption, switch and open origin."""
    yield from _exemptions(facts)
    for node, name, value in facts.settings:
        if name in SETTINGS and is_value(value, SETTINGS[name]):
            yield Flag(FORGERY, node)
        elif name in ORIGIN_SETTINGS and is_value(value, value=True):
            yield Flag(ORIGINS, node)
        elif name in MIDDLEWARE and _lacks_protection(value):
            yield Flag(FORGERY, node)
    for call in facts.methods("CORS", "CORSMiddleware", "cross_origin", "add_middleware"):
        if _is_open(facts, call):
            yield Flag(ORIGINS, call)


def _exemptions(facts: Facts) -> Iterator[Flag]:
    for node in facts.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                if _is_exempt(facts, decorator):
                    yield Flag(FORGERY, decorator)
    for call in facts.calls_of(*EXEMPT):
        yield Flag(FORGERY, call)


def _is_exempt(facts: Facts, decorator: ast.expr) -> bool:
    if isinstance(decorator, ast.Call):  # method_decorator(csrf_exempt, name="dispatch")
        return any(facts.name(arg) in EXEMPT for arg in decorator.args)
    name = facts.name(decorator)
    return name in EXEMPT or name.endswith("csrf.exempt")


def _lacks_protection(value: ast.expr) -> bool:
    """A list with Django's sessions in it but without its protection."""
    if not isinstance(value, ast.List | ast.Tuple):
        return False
    named = [e.value for e in value.elts if isinstance(e, ast.Constant)]
    plain = len(named) == len(value.elts)
    has_sessions = any("SessionMiddleware" in str(name) for name in named)
    return plain and has_sessions and not any("Csrf" in str(name) for name in named)


def _is_open(facts: Facts, call: ast.Call) -> bool:
    """Whether any origin may send the user's credentials."""
    trusted = any(is_value(facts.value(keyword(call, name)), value=True) for name in CREDENTIALS)
    origins = keyword(call, "origins") or keyword(call, "allow_origins")
    found = facts.value(origins)
    listed = found.elts if isinstance(found, ast.List | ast.Tuple) else [origins]
    named = [facts.constant(each) for each in listed if each is not None]
    return trusted and ("*" in named or (origins is None and "CORS" in facts.name(call.func)))
