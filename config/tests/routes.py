"""Every route of the product with what it declares, for the tests that walk through them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from accounts.policies import Policy, policy_of
from config.api import api
from operations.problems import API_PATH

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Ninja's own, at the foot of its addresses: it answers 404 to everybody.
API_ROOT = "api-root"


@dataclass(frozen=True)
class Route:
    """``path`` has its parameters in <>; ``policy`` is None where nobody declared one."""

    path: str
    name: str
    policy: Policy | None
    view: Callable[..., Any]

    @property
    def is_api(self) -> bool:
        return self.path.startswith(API_PATH)

    @property
    def is_console(self) -> bool:
        return self.path.startswith("/admin/")

    def at(self, **values: object) -> str:
        """An address of it; parameters without a value get one that names nothing."""
        path = self.path
        for name in ("object_id", "content_type_id", "number", "run"):
            path = path.replace(f"<{name}>", str(values.get(name, 987654321)))
        for name in ("public_id", "fingerprint", "token", "slug", "form", "url"):
            path = path.replace(f"<{name}>", str(values.get(name, "nothing")))
        path = path.replace("<app_label>", str(values.get("app_label", "pipeline")))
        assert "<" not in path, f"routes.py has no value for {path}"
        return path


@cache
def routes() -> tuple[Route, ...]:
    """The whole URL configuration, as the resolver sees it."""
    return tuple(_route(path, pattern) for path, pattern in _walk(get_resolver().url_patterns, "/"))


@cache
def api_operations() -> dict[str, Operation]:
    """Every operation of the JSON API by its path."""
    found = {}
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            (operation,) = view.operations
            found[f"{API_PATH.rstrip('/')}{router.prefix}{path}"] = operation
    return found


def _walk(
    patterns: Iterable[URLPattern | URLResolver], start: str
) -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        path = start + str(each.pattern)
        if isinstance(each, URLPattern):
            yield path, each
        else:
            yield from _walk(each.url_patterns, path)


def _route(raw: str, pattern: URLPattern) -> Route:
    plain = re.sub(r"<\w+:(\w+)>", r"<\1>", raw)
    path = simplify_regex(plain).replace("//", "/")
    policy = _declared(path, pattern)
    return Route(path, str(pattern.name or ""), policy, pattern.callback)


def _declared(path: str, pattern: URLPattern) -> Policy | None:
    """Of an operation of the API, its session's guard says it, which stands last."""
    if operation := api_operations().get(path):
        return getattr(operation.auth_callbacks[-1], "policy", None)
    if pattern.name == API_ROOT:
        return Policy.ANYBODY
    return policy_of(pattern.callback)
