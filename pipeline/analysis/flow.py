"""Follows values from outside through one file: from a request, a prompt or the command line.

It is a hint, not a proof: names are followed inside one function (and from the module into its
functions), not through calls, attributes or containers. It is used only to raise a severity.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

REQUEST_PARTS = frozenset(
    (
        "args",
        "form",
        "values",
        "json",
        "data",
        "cookies",
        "headers",
        "files",
        "get_json",
        "GET",
        "POST",
        "COOKIES",
        "FILES",
        "META",
        "body",
        "query_params",
        "path_params",
        "params",
        "query",
        "match_info",
        "rel_url",
    )
)
ROUTE_WORDS = frozenset(
    (
        "route",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "websocket",
        "api_route",
    )
)
CLEANERS = frozenset(
    (
        "int",
        "float",
        "bool",
        "len",
        "quote",
        "escape",
        "secure_filename",
        "UUID",
        "literal_eval",
    )
)
PASSES = 3  # how many assignments in a row are followed

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Scope:
    """One function, or the module: which of its names hold something from outside."""

    def __init__(self, outer: Scope | None) -> None:
        self.outer = outer
        self.origins: dict[str, str] = {}
        self.bindings: list[tuple[ast.AST, ast.AST]] = []  # target, value

    def origin(self, name: str) -> str | None:
        """Where the name's value comes from, looking outwards."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.origins:
                return scope.origins[name]
            scope = scope.outer
        return None


class Flow:
    """What is known about one parsed file. Works without recursion, so depth cannot break it."""

    def __init__(self, tree: ast.AST) -> None:
        self._scopes: list[Scope] = []
        self._scope_of: dict[int, Scope] = {}
        self._collect(tree)
        for scope in self._scopes:  # outer scopes come first
            for _ in range(PASSES):
                self._propagate(scope)

    def origin(self, node: ast.AST) -> str | None:
        """In plain words where a value inside ``node`` comes from, or None if nobody knows."""
        scope = self._scope_of.get(id(node))
        return None if scope is None else _origin(node, scope)

    def _collect(self, tree: ast.AST) -> None:
        module = Scope(None)
        self._scopes.append(module)
        stack: list[tuple[ast.AST, Scope]] = [(tree, module)]
        while stack:
            node, scope = stack.pop()
            self._scope_of[id(node)] = scope
            if isinstance(node, FUNCTIONS):
                scope = self._enter(node, scope)
            scope.bindings.extend(_bindings(node))
            stack.extend((child, scope) for child in ast.iter_child_nodes(node))

    def _enter(self, node: Function, outer: Scope) -> Scope:
        scope = Scope(outer)
        self._scopes.append(scope)
        if _is_route(node):
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                if argument.arg not in ("self", "cls", "request"):
                    scope.origins[argument.arg] = "the web request"
        return scope

    def _propagate(self, scope: Scope) -> None:
        for target, value in scope.bindings:
            origin = _origin(value, scope)
            if origin is not None:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        scope.origins.setdefault(node.id, origin)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            yield target, value


def _is_route(node: Function) -> bool:
    """Whether a decorator such as ``@app.route`` or ``@router.get`` stands on the function."""
    for decorator in getattr(node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ROUTE_WORDS:
            return True
    return False


def _origin(expression: ast.AST, scope: Scope) -> str | None:
    stack = [expression]
    while stack:
        node = stack.pop()
        found = _source(node, scope)
        if found is not None:
            return found
        if not _cleans(node):
            stack.extend(ast.iter_child_nodes(node))
    return None


def _source(node: ast.AST, scope: Scope) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id="input" | "raw_input")):
            return "what somebody types"
        case ast.Attribute(value=ast.Name(id="sys"), attr="argv"):
            return "the command line"
        case ast.Attribute(value=ast.Name(id="request") | ast.Attribute(attr="request"), attr=part):
            return "the web request" if part in REQUEST_PARTS else None
        case ast.Name(id=name, ctx=ast.Load()):
            return scope.origin(name)
    return None


def _cleans(node: ast.AST) -> bool:
    """Whether a call leaves nothing dangerous of its arguments, as ``int`` does."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in CLEANERS
