"""The languages that can be submitted, and how a file is recognised as one of them.

Recognition goes by file name, extension and ``#!`` line only. Guessing from the text is done for
one purpose, ``looks_like``: telling somebody who chose Python that this is plainly something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath


@dataclass(frozen=True)
class Language:
    """One language: ``comment`` starts a line comment, ``block`` brackets a longer one."""

    key: str
    label: str
    lexer: str
    extensions: tuple[str, ...]
    names: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    comment: tuple[str, ...] = ("//",)
    block: tuple[str, str] | None = ("/*", "*/")


_ALL = (
    Language(
        "javascript",
        "JavaScript",
        "javascript",
        (".js", ".mjs", ".cjs", ".jsx"),
        interpreters=("node", "nodejs", "bun"),
    ),
    Language(
        "typescript",
        "TypeScript",
        "typescript",
        (".ts", ".tsx", ".mts", ".cts"),
        interpreters=("deno", "ts-node"),
    ),
    Language(
        "python",
        "Python",
        "python",
        (".py", ".pyw", ".pyi"),
        names=("sconstruct", "sconscript", "wscript"),
        interpreters=("python", "pypy"),
        comment=("#",),
        block=None,
    ),
    Language("java", "Java", "java", (".java",)),
    Language("csharp", "C#", "csharp", (".cs", ".csx")),
    Language("go", "Go", "go", (".go",)),
    Language("rust", "Rust", "rust", (".rs",)),
    Language(
        "ruby",
        "Ruby",
        "ruby",
        (".rb", ".rake", ".gemspec", ".ru"),
        names=("rakefile", "gemfile", "vagrantfile", "podfile", "guardfile", "capfile"),
        interpreters=("ruby", "jruby"),
        comment=("#",),
        block=("=begin", "=end"),
    ),
    Language(
        "php",
        "PHP",
        "php",
        (".php", ".phtml", ".php5", ".php7"),
        interpreters=("php",),
        comment=("//", "#"),
    ),
    Language("swift", "Swift", "swift", (".swift",), interpreters=("swift",)),
    Language("kotlin", "Kotlin", "kotlin", (".kt", ".kts")),
    Language("c", "C", "c", (".c", ".h")),
    Language("cpp", "C++", "cpp", (".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx")),
    Language("sql", "SQL", "sql", (".sql", ".ddl", ".dml"), comment=("--",)),
    Language("html", "HTML", "html", (".html", ".htm", ".xhtml"), (), (), (), ("<!--", "-->")),
    Language("css", "CSS", "css", (".css",), comment=()),
    Language(
        "shell",
        "Shell",
        "bash",
        (".sh", ".bash", ".zsh", ".ksh"),
        names=(".bashrc", ".bash_profile", ".bash_aliases", ".profile", ".zshrc", ".zprofile"),
        interpreters=("sh", "bash", "dash", "zsh", "ksh", "ash"),
        comment=("#",),
        block=None,
    ),
)

LANGUAGES: dict[str, Language] = {language.key: language for language in _ALL}
_BY_EXTENSION = {ext: language.key for language in _ALL for ext in language.extensions}
_BY_NAME = {name: language.key for language in _ALL for name in language.names}
_BY_INTERPRETER = {name: language.key for language in _ALL for name in language.interpreters}

SHEBANG_LENGTH = 200
_VERSION = re.compile(r"[\d.]+$")


def language_for(filename: str, code: str) -> str | None:
    """The key of a file's language by its name, else by its ``#!`` line; None when neither says."""
    path = PurePath(filename.replace("\\", "/"))
    by_name = _BY_NAME.get(path.name.lower()) or _BY_EXTENSION.get(path.suffix.lower())
    return by_name or _from_shebang(code[:SHEBANG_LENGTH].lstrip("\ufeff"))


def _from_shebang(start: str) -> str | None:
    if not start.startswith("#!"):
        return None
    words = start[2:].split("\n", 1)[0].split()
    programs = [PurePath(word).name for word in words if not word.startswith("-")]
    if programs and programs[0] == "env":
        programs = [word for word in programs[1:] if "=" not in word]
    return _BY_INTERPRETER.get(_VERSION.sub("", programs[0])) if programs else None


def label_of(language: str) -> str:
    """The name people use: C# for ``csharp``."""
    return LANGUAGES[language].label


# Each mark is something that hardly occurs in any other language of the list. Patterns are
# anchored to line starts and bounded, so they take linear time on any text.
_MARKS: dict[str, tuple[str, ...]] = {
    "php": (r"^<\?php\b", r"^\s{0,40}\$\w{1,40} = "),
    "html": (r"^\s{0,40}<!doctype html", r"^\s{0,40}<(html|head|body|div|script)[ >]"),
    "shell": (r"^#!.{0,40}\b(ba|z|k|da)?sh\b", r"^\s{0,40}(fi|done|esac)\s{0,9}$"),
    "go": (r"^package \w{1,40}\s{0,9}$", r"^func (\(\w{1,40} \*?\w{1,40}\) )?\w{1,40}\("),
    "rust": (r"^\s{0,40}(pub )?fn \w{1,40}.{0,120}\{\s{0,9}$", r"^use \w{1,40}(::\w{1,40}){1,9}"),
    "java": (
        r"^(import|package) [\w.]{1,120};\s{0,9}$",
        r"^\s{0,40}public (static |final )*(class|void|interface) \w",
    ),
    "csharp": (
        r"^using [\w.]{1,120};\s{0,9}$",
        r"^\s{0,40}namespace [\w.]{1,80}\s{0,9}[{;]?\s{0,9}$",
    ),
    "cpp": (r"^#include <(iostream|vector|string|memory|map)>", r"\bstd::\w"),
    "c": (r"^#include <\w{1,40}\.h>", r"^(int|void|char|static) \w.{0,80}\) ?\{?\s{0,9}$"),
    "javascript": (
        r"^\s{0,40}(const|let|var) [\w{}\[\], ]{1,80} = .{0,200};?\s{0,9}$",
        r"^\s{0,40}(export |async )?function \w{0,40}\(.{0,120}\) ?\{",
        r"\bconsole\.log\(|\brequire\(['\"]|=> ?\{|===",
    ),
    "ruby": (r"^\s{0,40}require(_relative)? ['\"]", r"^\s{0,40}end\s{0,9}$"),
    "sql": (r"^\s{0,40}(create table|insert into|select .{1,80} from)\b",),
    "python": (
        r"^\s{0,40}(async )?def \w{1,60}\(.{0,200}\).{0,80}:\s{0,9}(#.{0,80})?$",
        r"^(from [\w.]{1,80} )?import [\w., ]{1,80}$",
        r"^\s{0,40}(if|for|while|elif|else|try|except|with|class)\b.{0,120}:\s{0,9}$",
    ),
}
_NEEDED = {"sql": 1, "javascript": 2, "python": 2}
_COMPILED = {
    language: tuple(re.compile(mark, re.MULTILINE | re.IGNORECASE) for mark in marks)
    for language, marks in _MARKS.items()
}
LOOKED_AT = 20_000


def looks_like(code: str) -> str | None:
    """The one language whose marks this text plainly bears, or None; None is the usual answer.

    Used only to word a hint, never to choose the language.
    """
    text = code[:LOOKED_AT]
    plain = [language for language in _COMPILED if _bears(text, language)]
    if plain == ["c", "cpp"] or plain == ["cpp", "c"]:
        return "cpp"
    return plain[0] if len(plain) == 1 else None


def _bears(text: str, language: str) -> bool:
    """Whether a text has as many marks of a language as it takes."""
    found = (mark for mark in _COMPILED[language] if mark.search(text))
    needed = _NEEDED.get(language, 2)
    return len(list(islice(found, needed))) == needed


_FAMILIES = ({"javascript", "typescript"}, {"c", "cpp"}, {"html", "php", "javascript", "css"})


def other_language(code: str, chosen: str) -> str | None:
    """What the code plainly is when that is not what was chosen, nor a close relative of it."""
    if chosen in _COMPILED and _bears(code[:LOOKED_AT], chosen):
        return None  # whatever else it bears marks of
    seen = looks_like(code)
    if seen is None or seen == chosen or any({seen, chosen} <= family for family in _FAMILIES):
        return None
    return seen
