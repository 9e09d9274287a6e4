"""What a declaration and an import look like in each language, for the outline by tokens.

All patterns start at a line start and are bounded, so no text can make them slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["class", "function", "method", "statement", "section"]


@dataclass(frozen=True)
class Declaration:
    """A pattern with the group ``name``; ``in_strings`` where the name may stand in quotes."""

    kind: Kind
    pattern: re.Pattern[str]
    in_strings: bool = False


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(r"^[ \t]{0,60}" + pattern, re.MULTILINE | re.IGNORECASE)


def _declares(kind: Kind, pattern: str, in_strings: bool = False) -> Declaration:
    return Declaration(kind, _line(pattern), in_strings)


_NAME = r"(?P<name>[A-Za-z_$][\w$]{0,100})"
_NOT_A_WORD = r"(?!(?:if|else|for|while|switch|catch|return|new|throw|do|case|using|lock)\b)"
_MODIFIERS = (
    r"(?:(?:public|private|protected|internal|static|final|abstract|sealed|virtual|override|async|"
    r"partial|readonly|open|data|inline|suspend|export|default|declare|mutating|fileprivate|unsafe|"
    r"synchronized|extern|pub(?:\(\w{1,20}\))?)[ \t]+){0,6}"
)
_TYPE = r"[A-Za-z_][\w<>\[\], .?:*&]{0,80}[ \t*&]+"
_TYPES = r"(?:class|interface|enum|record|struct|trait|protocol|object|actor|namespace|extension)"

_CLASS = _declares("class", _MODIFIERS + _TYPES + r"[ \t]+" + _NAME)
_C_FUNCTION = _declares("function", _NOT_A_WORD + _MODIFIERS + _TYPE + _NAME + r"[ \t]*\(")
_JS = (
    _CLASS,
    _declares("function", _MODIFIERS + r"function[ \t]*\*?[ \t]+" + _NAME),
    _declares(
        "function",
        _MODIFIERS + r"(?:const|let|var)[ \t]+" + _NAME + r"[^\n=]{0,80}=[ \t]*(?:async[ \t]*)?"
        r"(?:function\b|\([^()\n]{0,200}\)[^\n=]{0,60}=>|\w{1,60}[ \t]*=>)",
    ),
    _declares(
        "method", _NOT_A_WORD + _MODIFIERS + _NAME + r"[ \t]*\([^()\n]{0,200}\)[^\n;{}]{0,80}\{"
    ),
)

DECLARATIONS: dict[str, tuple[Declaration, ...]] = {
    "javascript": _JS,
    "typescript": (*_JS, _declares("class", _MODIFIERS + r"type[ \t]+" + _NAME + r"[^\n=]{0,80}=")),
    "python": (
        _declares("class", r"class[ \t]+" + _NAME),
        _declares("function", r"(?:async[ \t]+)?def[ \t]+" + _NAME),
    ),
    "java": (_CLASS, _C_FUNCTION),
    "csharp": (_CLASS, _C_FUNCTION),
    "go": (
        _declares("class", r"type[ \t]+" + _NAME + r"[ \t]+(?:struct|interface)"),
        _declares("function", r"func[ \t]+(?:\([^()\n]{0,100}\)[ \t]*)?" + _NAME),
    ),
    "rust": (
        _CLASS,
        _declares("class", r"impl(?:<[^>\n]{0,100}>)?[ \t]+" + _NAME),
        _declares("function", _MODIFIERS + r"(?:const[ \t]+)?fn[ \t]+" + _NAME),
    ),
    "ruby": (
        _declares("class", r"(?:class|module)[ \t]+(?P<name>[A-Z][\w:]{0,100})"),
        _declares("function", r"def[ \t]+(?P<name>(?:self\.)?[a-z_]\w{0,100}[?!=]?)"),
    ),
    "php": (_CLASS, _declares("function", _MODIFIERS + r"function[ \t]+&?" + _NAME)),
    "swift": (_CLASS, _declares("function", _MODIFIERS + r"func[ \t]+" + _NAME)),
    "kotlin": (
        _CLASS,
        _declares(
            "function",
            _MODIFIERS + r"fun[ \t]+(?:<[^>\n]{0,80}>[ \t]*)?(?:\w{1,60}\.)?" + _NAME,
        ),
    ),
    "c": (
        _declares("class", r"(?:typedef[ \t]+)?(?:struct|enum|union)[ \t]+" + _NAME),
        _C_FUNCTION,
    ),
    "cpp": (_CLASS, _C_FUNCTION),
    "sql": (
        _declares(
            "statement",
            r"(?P<name>(?:create|alter|drop|truncate)[ \t]+(?:or[ \t]+replace[ \t]+)?"
            r"(?:temporary[ \t]+|unique[ \t]+)?(?:table|view|index|function|procedure|trigger|"
            r"database|user|role|schema)[ \t]+(?:if[ \t]+(?:not[ \t]+)?exists[ \t]+)?"
            r"[\w.\"`\[\]]{1,100})",
            True,
        ),
        _declares(
            "statement",
            r"(?P<name>(?:insert[ \t]+into|delete[ \t]+from|update)[ \t]+[\w.\"`]{1,100})",
        ),
        _declares("statement", r"(?P<name>(?:grant|revoke)[ \t]+[\w, ]{1,80})"),
    ),
    "html": (
        _declares(
            "section",
            r"<(?P<name>(?:head|body|main|nav|header|footer|form|script|style|iframe|table)\b"
            r"[^<>\n]{0,120})",
            True,
        ),
    ),
    "css": (_declares("section", r"(?P<name>[.#@:\w\[*][^{}\n;]{0,100}?)[ \t]*\{"),),
    "shell": (
        _declares("function", r"(?:function[ \t]+)(?P<name>[\w-]{1,100})"),
        _declares("function", r"(?P<name>[\w-]{1,100})[ \t]*\([ \t]*\)"),
    ),
}  # fmt: skip

_JS_IMPORTS = (
    _line(r"(?:import|export)\b[^\n'\"]{0,300}['\"](?P<name>[^'\"\n]{1,200})['\"]"),
    re.compile(r"\b(?:require|import)\([ \t]{0,4}['\"](?P<name>[^'\"\n]{1,200})['\"]"),
)
_DOTTED = r"(?P<name>[\w.\\:*]{1,200})"
_INCLUDE = (_line(r"#[ \t]*include[ \t]*[<\"](?P<name>[^>\"\n]{1,200})[>\"]"),)

IMPORTS: dict[str, tuple[re.Pattern[str], ...]] = {
    "javascript": _JS_IMPORTS,
    "typescript": _JS_IMPORTS,
    "python": (_line(r"(?:import|from)[ \t]+" + _DOTTED),),
    "java": (_line(r"import[ \t]+(?:static[ \t]+)?" + _DOTTED),),
    "csharp": (_line(r"(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?" + _DOTTED + r"[ \t]*;"),),
    "go": (_line(r"(?:import[ \t]+)?(?:[\w.]{1,40}[ \t]+)?\"(?P<name>[\w./-]{1,200})\"[ \t]*$"),),
    "rust": (_line(r"(?:pub[ \t]+)?(?:use|extern[ \t]+crate)[ \t]+" + _DOTTED),),
    "ruby": (_line(r"require(?:_relative)?[ \t(]+['\"](?P<name>[^'\"\n]{1,200})['\"]"),),
    "php": (
        _line(r"use[ \t]+(?:function[ \t]+|const[ \t]+)?" + _DOTTED),
        _line(r"(?:require|include)(?:_once)?\b[^'\"\n]{0,80}['\"](?P<name>[^'\"\n]{1,200})['\"]"),
    ),
    "swift": (_line(r"import[ \t]+(?:\w{1,20}[ \t]+)?" + _DOTTED),),
    "kotlin": (_line(r"import[ \t]+" + _DOTTED),),
    "c": _INCLUDE,
    "cpp": _INCLUDE,
    "sql": (),
    "html": (
        re.compile(
            r"<(?:script|link|img|iframe)\b[^<>]{0,300}?\b(?:src|href)="
            r"['\"](?P<name>[^'\"\n]{1,300})",
            re.IGNORECASE,
        ),
    ),
    "css": (_line(r"@import[ \t]+(?:url\()?['\"]?(?P<name>[^'\")\n;]{1,200})"),),
    "shell": (_line(r"(?:source|\.)[ \t]+(?P<name>[^\s;&|]{1,200})"),),
}  # fmt: skip
