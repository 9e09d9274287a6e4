"""What declares, imports and calls in each grammar: node types as data, one Shape a language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["class", "function"]
CLASS: Kind = "class"
FUNCTION: Kind = "function"


@dataclass(frozen=True)
class Shape:
    """How the trees of one language look.

    declarations  node type to what it declares; a function inside of a class is a method
    scopes        node types that hold methods without declaring a class, and the field naming it
    imports       node type to the field with the name; "" takes the whole statement
    calls         node type to the field with the callee; "" takes what stands before the arguments
    importing     callees whose first argument, a literal, names what is imported
    """

    declarations: dict[str, Kind]
    imports: dict[str, str]
    calls: dict[str, str]
    scopes: dict[str, str] = field(default_factory=dict)
    importing: frozenset[str] = frozenset()


def _kinds(classes: str, functions: str) -> dict[str, Kind]:
    return dict.fromkeys(classes.split(), CLASS) | dict.fromkeys(functions.split(), FUNCTION)


_JAVASCRIPT = Shape(
    _kinds(
        "class_declaration",
        "function_declaration generator_function_declaration method_definition "
        "variable_declarator assignment_expression field_definition",
    ),
    {"import_statement": "source", "export_statement": "source"},
    {"call_expression": "", "new_expression": "constructor"},
    importing=frozenset(("require", "import")),
)
_C = Shape(
    _kinds("struct_specifier union_specifier enum_specifier type_definition",
           "function_definition"),
    {"preproc_include": "path"},
    {"call_expression": ""},
)  # fmt: skip

SHAPES: dict[str, Shape] = {
    "javascript": _JAVASCRIPT,
    "typescript": Shape(
        _JAVASCRIPT.declarations
        | _kinds(
            "abstract_class_declaration interface_declaration enum_declaration "
            "type_alias_declaration",
            "public_field_definition",
        ),
        _JAVASCRIPT.imports | {"import_require_clause": "source"},
        _JAVASCRIPT.calls,
        importing=_JAVASCRIPT.importing,
    ),
    "java": Shape(
        _kinds(
            "class_declaration interface_declaration enum_declaration record_declaration "
            "annotation_type_declaration",
            "method_declaration constructor_declaration compact_constructor_declaration",
        ),
        {"import_declaration": ""},
        {"method_invocation": "", "object_creation_expression": "type"},
    ),
    "csharp": Shape(
        _kinds(
            "class_declaration struct_declaration interface_declaration enum_declaration "
            "record_declaration delegate_declaration",
            "method_declaration constructor_declaration local_function_statement",
        ),
        {"using_directive": ""},
        {"invocation_expression": "", "object_creation_expression": "type"},
    ),
    "go": Shape(
        _kinds("type_spec type_alias", "function_declaration method_declaration"),
        {"import_spec": "path"},
        {"call_expression": ""},
    ),
    "rust": Shape(
        _kinds(
            "struct_item enum_item union_item trait_item type_item",
            "function_item function_signature_item macro_definition",
        ),
        {"use_declaration": "argument", "extern_crate_declaration": "name"},
        {"call_expression": "", "macro_invocation": "macro"},
        scopes={"impl_item": "type"},
    ),
    "ruby": Shape(
        _kinds("class module", "method singleton_method"),
        {},
        {"call": "", "subshell": "`"},
        importing=frozenset(("require", "require_relative", "load")),
    ),
    "php": Shape(
        _kinds(
            "class_declaration interface_declaration trait_declaration enum_declaration",
            "function_definition method_declaration",
        ),
        {
            "namespace_use_declaration": "",
            "require_expression": "",
            "require_once_expression": "",
            "include_expression": "",
            "include_once_expression": "",
        },
        {
            "function_call_expression": "",
            "member_call_expression": "",
            "nullsafe_member_call_expression": "",
            "scoped_call_expression": "",
            "object_creation_expression": "",
            "shell_command_expression": "`",
        },
    ),
    "swift": Shape(
        _kinds(
            "class_declaration protocol_declaration typealias_declaration",
            "function_declaration protocol_function_declaration init_declaration",
        ),
        {"import_declaration": ""},
        {"call_expression": ""},
    ),
    "kotlin": Shape(
        _kinds("class_declaration object_declaration type_alias", "function_declaration"),
        {"import": ""},
        {"call_expression": ""},
    ),
    "c": _C,
    "cpp": Shape(
        _C.declarations | _kinds("class_specifier concept_definition alias_declaration", ""),
        _C.imports,
        _C.calls | {"new_expression": "type"},
    ),
    "shell": Shape(
        _kinds("", "function_definition"),
        {},
        {"command": "name"},
        importing=frozenset((".", "source")),
    ),
}
