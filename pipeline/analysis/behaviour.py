"""What one Python function really does, read from its syntax tree and put into a sentence.

Names and docstrings are claims; calls, raises, loops and returns are what counts here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.effect_names import (
    HARMLESS_METHODS,
    HARMLESS_MODULES,
    HARMLESS_NAMES,
    METHODS,
    PATH_OPENERS,
    PROCESS_CALLS,
    effect_of,
)
from pipeline.analysis.names import Imports, joined, last_name
from pipeline.analysis.nodes import children, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ROUTES = frozenset(["route", "get", "post", "put", "patch", "delete", "websocket"])
MOST_EFFECTS = 7
MOST_CALLED = 4
GIVE_TEXT = ("str", "join", "format", "hexdigest", "strip", "replace", "lower")
GIVE_NUMBERS = ("len", "int", "float", "sum", "round", "abs")
GIVEN = dict.fromkeys(GIVE_TEXT, "text") | dict.fromkeys(GIVE_NUMBERS, "a number")


def describe_function(node: Function, imports: Imports, local: frozenset[str]) -> str:
    """One sentence or two; ``local`` are the functions and classes of this file."""
    nodes = [each for statement in node.body for each in walk(statement)]
    done = _effects(nodes, imports, _parameters(node))
    called = _called(nodes, imports, local, node.name)
    parts = [_role(node), *done[:MOST_EFFECTS], called, _raised(nodes)]
    said = [part for part in parts if part]
    if not said and _is_empty(node.body):
        return "Has no body: it only declares a name."
    if not done and not called:
        said.append("makes no call that is known to touch files, network or processes")
    return _sentence([*said, _returned(node)])


def effects(body: list[ast.stmt], imports: Imports) -> list[str]:
    """What the statements do to the world, each thing once, in the order it ends."""
    return _effects([each for statement in body for each in walk(statement)], imports, frozenset())


def _effects(nodes: list[ast.AST], imports: Imports, parameters: frozenset[str]) -> list[str]:
    found: dict[str, None] = {}
    placed = [node for node in nodes if isinstance(node, ast.Call | ast.Attribute)]
    placed.sort(key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    for node in placed:
        phrase = _effect(node, imports, parameters)
        if phrase:
            found[phrase] = None
    return list(found)


def _effect(
    node: ast.Call | ast.Attribute, imports: Imports, parameters: frozenset[str]
) -> str | None:
    if isinstance(node, ast.Attribute):
        name = imports.full_name(node)
        read = name in ("os.environ", "sys.argv", "flask.request")
        return effect_of(name) if read and not isinstance(node.ctx, ast.Store) else None
    name = imports.full_name(node.func)
    if name in PATH_OPENERS:
        return _file_effect(node)
    phrase = effect_of(name) if name else None
    if phrase is None and isinstance(node.func, ast.Attribute):
        phrase = METHODS.get(node.func.attr)
    if phrase and name.startswith(PROCESS_CALLS):
        return _process_effect(node, phrase, parameters)
    return phrase


def _file_effect(node: ast.Call) -> str:
    """By the mode: reading, writing or appending."""
    modes = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
    mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else "r"
    if modes and not isinstance(modes[0], ast.Constant):
        return "opens a file"
    if "+" in str(mode):
        return "reads and changes a file"
    return "writes a file" if set("wxa") & set(str(mode)) else "reads a file"


def _process_effect(node: ast.Call, phrase: str, parameters: frozenset[str]) -> str:
    """Whether a shell is in between, and whether an argument of the function gets into it."""
    shell = any(
        k.arg == "shell" and isinstance(k.value, ast.Constant) and k.value.value
        for k in node.keywords
    )
    used = [
        n.id
        for argument in node.args
        for n in walk(argument)
        if isinstance(n, ast.Name) and n.id in parameters
    ]
    built = f" built from its argument {joined(dict.fromkeys(used))}" if used else ""
    return ("runs a shell command" if shell else phrase) + built


def _parameters(node: Function) -> frozenset[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return frozenset(a.arg for a in arguments) - {"self", "cls"}


def _role(node: Function) -> str:
    """What its decorators make of it."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        path = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
        if name in ROUTES and isinstance(called, ast.Attribute) and isinstance(path, ast.Constant):
            return f"answers web requests to {path.value!s}"
        if name in ("task", "shared_task"):
            return "runs as a background task"
        if name == "command":
            return "is a command of the command line"
    return ""


def _called(nodes: list[ast.AST], imports: Imports, local: frozenset[str], own: str) -> str:
    """Whatever else it calls and what we cannot tell the effect of: named, not judged."""
    raised = {id(n.exc) for n in nodes if isinstance(n, ast.Raise)}
    called: dict[str, None] = {}
    for each in nodes:
        if isinstance(each, ast.Call) and id(each) not in raised:
            called[_other_call(each, imports, local, own)] = None
    called.pop("", None)
    return f"calls {joined(called, MOST_CALLED)}" if called else ""


def _other_call(call: ast.Call, imports: Imports, local: frozenset[str], own: str) -> str:
    """A call whose effect is not known from a table, in words; "" for known and harmless ones."""
    name = imports.full_name(call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in local:
        return "itself" if name == own else f"{name}()"
    known = name and (effect_of(name) or name in HARMLESS_NAMES)
    if known or method in METHODS or method in HARMLESS_METHODS:
        return ""
    if name.partition(".")[0] in HARMLESS_MODULES:
        return ""
    return f"{name or method}()" if name or method else "what it was given"


def _raised(nodes: list[ast.AST]) -> str:
    names: dict[str, None] = {}
    for each in nodes:
        if isinstance(each, ast.Raise) and each.exc is not None:
            raised = each.exc.func if isinstance(each.exc, ast.Call) else each.exc
            names[last_name(raised) or "an error"] = None
    return f"raises {joined(names, 4)}" if names else ""


def _own_nodes(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions defined inside it."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        each = stack.pop()
        yield each
        if not isinstance(each, (*DEFINITIONS, ast.Lambda)):
            stack.extend(children(each))


def _returned(node: Function) -> str:
    own = list(_own_nodes(node))
    if any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own):
        return "yields values one by one"
    values = [each.value for each in own if isinstance(each, ast.Return)]
    kinds = dict.fromkeys(_kind(value) for value in values)
    if not kinds or list(kinds) == ["nothing"]:
        return "returns nothing"
    named = [kind for kind in kinds if kind != "nothing"]
    result = named[0] if len(named) == 1 else "a value"
    return f"returns {result}" + (" or nothing" if "nothing" in kinds else "")


def _kind(value: ast.expr | None) -> str:
    match value:
        case None | ast.Constant(value=None):
            return "nothing"
        case ast.Dict() | ast.DictComp():
            return "a dictionary"
        case ast.List() | ast.ListComp():
            return "a list"
        case ast.Set() | ast.SetComp():
            return "a set"
        case ast.Tuple():
            return "a tuple"
        case ast.JoinedStr() | ast.Constant(value=str()):
            return "text"
        case ast.Compare() | ast.Constant(value=bool()) | ast.UnaryOp(op=ast.Not()):
            return "true or false"
        case ast.Constant(value=int() | float()):
            return "a number"
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return GIVEN.get(name, f"what {name}() gives")
    return "a value"


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in body
    )


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[0].upper() + text[1:] + "."
