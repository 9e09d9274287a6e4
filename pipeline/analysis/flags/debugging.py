"""Debugging aids that are left on, and error details that are shown to strangers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, Function, is_value, keyword
from pipeline.analysis.flags.model import Flag
from pipeline.analysis.nodes import walk

DEBUG, DETAILS, HOSTS = "debug-on", "error-details", "any-host"
APPS = ("fastapi.FastAPI", "starlette.applications.Starlette", "aiohttp.web.Application")
DJANGO = frozenset(("INSTALLED_APPS", "ROOT_URLCONF", "ALLOWED_HOSTS", "MIDDLEWARE", "DATABASES"))
ROUTES = frozenset(("route", "get", "post", "put", "delete", "patch", "errorhandler", "api_view"))
WEB = (
    "django.http",
    "django.shortcuts",
    "rest_framework",
    "flask",
    "fastapi",
    "starlette",
    "aiohttp",
)
BROAD = re.compile(r"^(Exception|BaseException|\w*(Database|SQL|Operational)\w*)$")


def look(facts: Facts) -> Iterator[Flag]:
    """Every switch that is on, and every error text that becomes an answer."""
    for call in facts.calls_of(*APPS):
        if is_value(facts.value(keyword(call, "debug")), value=True):
            yield Flag(DEBUG, call)
    yield from _settings(facts)
    for node in facts.nodes:
        if isinstance(node, ast.ExceptHandler) and _is_broad(facts, node):
            function = facts.function(node)
            if function is not None and _is_view(facts, function):
                yield from _details(facts, node)


def _settings(facts: Facts) -> Iterator[Flag]:
    known = {name for _, name, _ in facts.settings}
    for node, name, value in facts.settings:
        of_app = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
        if name == "DEBUG" and is_value(value, value=True) and (of_app or len(known & DJANGO) > 1):
            yield Flag(DEBUG, node)
        elif name == "ALLOWED_HOSTS" and "ROOT_URLCONF" in known and _has_wildcard(facts, value):
            yield Flag(HOSTS, node)
    for node, target, value in facts.assignments:
        if isinstance(target, ast.Attribute) and target.attr == "debug":
            maker = facts.value(target.value)
            made = isinstance(maker, ast.Call) and facts.name(maker.func) == "flask.Flask"
            if made and is_value(value, value=True):
                yield Flag(DEBUG, node)


def _has_wildcard(facts: Facts, hosts: ast.expr) -> bool:
    listed = hosts.elts if isinstance(hosts, ast.List | ast.Tuple) else []
    return any(facts.constant(host) == "*" for host in listed)


def _is_broad(facts: Facts, handler: ast.ExceptHandler) -> bool:
    """Whether it catches errors whose text says more than the program's own would."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = [facts.name(kind).rpartition(".")[2].lstrip("?") for kind in kinds]
    return any(BROAD.match(name) or name == "Error" for name in names)


def _is_view(facts: Facts, function: Function) -> bool:
    """Whether it answers requests: by its decorator, or by its first argument."""
    calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    if any(facts.name(call).rpartition(".")[2] in ROUTES for call in calls):
        return True
    first = [arg.arg for arg in function.args.args[:2]]
    return "request" in first and any(name.startswith(WEB) for name in facts.imports.values())


def _details(facts: Facts, handler: ast.ExceptHandler) -> Iterator[Flag]:
    for node in (part for statement in handler.body for part in walk(statement)):
        if isinstance(node, ast.Return) and node.value is not None:
            shown = _shows(facts, node.value, handler.name)
            yield from [Flag(DETAILS, node)] if shown else []


def _shows(facts: Facts, value: ast.expr, name: str | None) -> bool:
    """Whether the answer holds the text of the error or its trace."""
    for part in walk(value):
        if isinstance(part, ast.Call):
            called = facts.name(part.func)
            if called == "traceback.format_exc":
                return True
            given = [arg.id for arg in part.args if isinstance(arg, ast.Name)]
            if called in ("str", "repr") and name is not None and given == [name]:
                return True
        inserted = part.value if isinstance(part, ast.FormattedValue) else None
        if isinstance(inserted, ast.Name) and inserted.id == name:
            return True
    return False
