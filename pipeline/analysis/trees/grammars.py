"""The grammars by language, and the one way to parse: no recursion, and lines as everywhere else.

A grammar that is not installed fails only its own language, with ImportError.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser, Tree

from pipeline.analysis.source import BOM

_PHP_TAG = re.compile(r"<\?(?:php|=|\s)", re.IGNORECASE)
_LONE_CR = re.compile(r"\r(?!\n)")

# Language to (package, function) pairs: the first that takes the text without an error is believed.
GRAMMARS: dict[str, tuple[tuple[str, str], ...]] = {
    "javascript": (("tree_sitter_javascript", "language"),),
    "typescript": (
        ("tree_sitter_typescript", "language_typescript"),
        ("tree_sitter_typescript", "language_tsx"),
    ),
    "java": (("tree_sitter_java", "language"),),
    "csharp": (("tree_sitter_c_sharp", "language"),),
    "go": (("tree_sitter_go", "language"),),
    "rust": (("tree_sitter_rust", "language"),),
    "ruby": (("tree_sitter_ruby", "language"),),
    "php": (("tree_sitter_php", "language_php"),),
    "swift": (("tree_sitter_swift", "language"),),
    "kotlin": (("tree_sitter_kotlin", "language"),),
    "c": (("tree_sitter_c", "language"),),
    "cpp": (("tree_sitter_cpp", "language"),),
    "html": (("tree_sitter_html", "language"),),
    "css": (("tree_sitter_css", "language"),),
    "shell": (("tree_sitter_bash", "language"),),
}
PHP_WITHOUT_TAG = (("tree_sitter_php", "language_php_only"),)


@dataclass(frozen=True)
class Parsed:
    """A text as it was parsed. ``text`` is what the byte offsets of ``tree`` count in."""

    text: bytes
    tree: Tree

    @property
    def root(self) -> Node:
        """The whole text."""
        return self.tree.root_node

    @property
    def clean(self) -> bool:
        """Whether the grammar took every character."""
        return not self.tree.root_node.has_error

    def words(self, node: Node, most: int = 120) -> str:
        """The source of a node on one line, cut to ``most`` bytes."""
        return _one_line(self.text[node.start_byte : min(node.end_byte, node.start_byte + most)])

    def tail(self, start: int, end: int, most: int = 120) -> str:
        """The last ``most`` bytes of a stretch, on one line."""
        return _one_line(self.text[max(start, end - most) : end])


def _one_line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "ignore").split())


def parse(code: str, language: str) -> Parsed:
    """Parse a text in a language of GRAMMARS; raises ImportError where its grammar is missing."""
    text = readable(code).encode("utf-8")
    options = GRAMMARS[language]
    if language == "php" and not _PHP_TAG.search(code):
        options = PHP_WITHOUT_TAG
    tries = (Parsed(text, parser(*each).parse(text)) for each in options)
    first = next(tries)
    return first if first.clean else next((each for each in tries if each.clean), first)


def readable(code: str) -> str:
    """The same lines for tree-sitter, which ends a line at LF only and wants one at the end."""
    return _LONE_CR.sub("\n", code.removeprefix(BOM)) + "\n"


@cache
def parser(package: str, function: str) -> Parser:
    """The parser of one grammar; raises ImportError."""
    module = importlib.import_module(package)
    return Parser(Language(getattr(module, function)()))


def preload() -> None:
    """Load every grammar that is installed, so that forked children find it in memory."""
    for package, function in {*sum(GRAMMARS.values(), ()), *PHP_WITHOUT_TAG}:
        with contextlib.suppress(ImportError):
            parser(package, function)
