"""What a declaration in a syntax tree is called, a callee written out, an import cut down."""

from __future__ import annotations

import re

from tree_sitter import Node

from pipeline.analysis.trees.grammars import Parsed

NAME_LENGTH = 80
MOST_DECLARATORS = 50  # pointers to functions returning pointers ...: nobody writes that many
_FUNCTION_VALUES = frozenset(
    ("arrow_function", "function_expression", "generator_function", "function")
)
_VALUE_FIELDS = {
    "variable_declarator": ("name", "value"),
    "assignment_expression": ("left", "right"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
}
_BODIES = ("struct_specifier", "union_specifier", "enum_specifier", "class_specifier")
_FIXED = {"init_declaration": "init"}
_GENERICS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_GROUPS = re.compile(r"\([^()]*\)")
_IMPORT_WORDS = re.compile(
    r"^(?:(?:global|import|using|use|static|struct|class|func|enum|protocol|require_once|require"
    r"|include_once|include|function|const|typealias|var|let)\b\s*)+"
)


def declared_name(node: Node, parsed: Parsed) -> str:
    """The name that a declaration gives, with a Go method's receiver; "" where it gives none."""
    if node.type in _FIXED:
        return _FIXED[node.type]
    if node.type in _VALUE_FIELDS:
        return _of_value(node, parsed)
    if node.type in _BODIES and node.child_by_field_name("body") is None:
        return ""  # only mentioned here
    if node.type == "type_definition":
        return _of_typedef(node, parsed)
    name = node.child_by_field_name("name") or _declarator(node)
    if name is None:
        name = next((child for child in node.named_children if "identifier" in child.type), None)
    if name is None:
        return ""
    receiver = node.child_by_field_name("receiver") if node.type == "method_declaration" else None
    return _receiver(receiver, parsed) + _cut(parsed.words(name, NAME_LENGTH))


def _of_value(node: Node, parsed: Parsed) -> str:
    """A variable or property that holds a function is known by its name."""
    name_field, value_field = _VALUE_FIELDS[node.type]
    name, value = node.child_by_field_name(name_field), node.child_by_field_name(value_field)
    if name is None or value is None or value.type not in _FUNCTION_VALUES:
        return ""
    return _cut(parsed.words(name, NAME_LENGTH))


def _of_typedef(node: Node, parsed: Parsed) -> str:
    """``typedef struct { ... } Name;``: the only name that such a structure has."""
    body, name = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    if body is None or name is None or body.type not in _BODIES:
        return ""
    anonymous = body.child_by_field_name("name") is None
    return parsed.words(name, NAME_LENGTH) if anonymous else ""


def _declarator(node: Node) -> Node | None:
    """The innermost declarator of a C function: behind pointers and parameter lists."""
    inner = node.child_by_field_name("declarator")
    for _ in range(MOST_DECLARATORS):
        if inner is None or inner.type == "operator_cast":
            return inner
        deeper = inner.child_by_field_name("declarator")
        if deeper is None and inner.type in ("reference_declarator", "parenthesized_declarator"):
            deeper = inner.named_child(0)
        if deeper is None:
            return inner
        inner = deeper
    return None


def _receiver(receiver: Node | None, parsed: Parsed) -> str:
    if receiver is None:
        return ""
    words = _GENERICS.sub("", parsed.words(receiver, NAME_LENGTH)).strip("() ").split()
    return f"{words[-1].lstrip('*')}." if words else ""


def _cut(name: str) -> str:
    return name.replace("::", ".").strip("\"' ")


def scope_name(node: Node | None, parsed: Parsed) -> str:
    """The type that an ``impl`` is about, without its parameters."""
    return _GENERICS.sub("", parsed.words(node, NAME_LENGTH)) if node is not None else ""


def callee(node: Node, field: str, parsed: Parsed) -> str:
    """What is called, dotted whatever the language writes: ``a->b``, ``A::b`` and ``$a.b``."""
    if field == "`":
        return "`"
    if field:
        named = node.child_by_field_name(field)
        return _dotted(parsed.words(named)) if named is not None else ""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        arguments = next((c for c in node.named_children[1:] if c.type in _SUFFIXES), None)
    end = arguments.start_byte if arguments is not None else node.end_byte
    return _dotted(parsed.tail(node.start_byte, end))


_SUFFIXES = frozenset(("call_suffix", "value_arguments", "annotated_lambda", "arguments"))


def _dotted(text: str) -> str:
    plain = _GROUPS.sub("", _GENERICS.sub("", text)).removeprefix("new ").lstrip("\\ &*@(")
    for mark in ("?->", "->", "::", "?.", "\\"):
        plain = plain.replace(mark, ".")
    plain = plain.replace("$", "").replace(" ", "")
    return plain.rstrip("!?.") or plain


def imported(text: str) -> str:
    """The name in an import statement: no keyword, quotes, brackets or semicolon."""
    bare = text.strip().rstrip(";").strip()
    if not bare.startswith(('"', "'", "<")):
        bare = _IMPORT_WORDS.sub("", bare).strip()
        _, equals, target = bare.partition("=")
        bare = target.strip() if equals else bare
    return bare.strip("\"'`<>() ")[:NAME_LENGTH]
