"""Which files are source code, by name or ``#!`` line. The server decides which language it is.

It is the product's own table (pipeline/analysis/languages.py); a test there holds both together.
"""

from __future__ import annotations

import re
from pathlib import PurePath


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


LANGUAGES = _words(
    "javascript typescript python java csharp go rust ruby php swift kotlin c cpp sql html css",
    "shell",
)
EXTENSIONS = _words(
    ".js .mjs .cjs .jsx .ts .tsx .mts .cts .py .pyw .pyi .java .cs .csx .go .rs .rb .rake",
    ".gemspec .ru .php .phtml .php5 .php7 .swift .kt .kts .c .h .cpp .cc .cxx .c++ .hpp .hh .hxx",
    ".sql .ddl .dml .html .htm .xhtml .css .sh .bash .zsh .ksh",
)
NAMES = _words(
    "sconstruct sconscript wscript rakefile gemfile vagrantfile podfile guardfile capfile",
    ".bashrc .bash_profile .bash_aliases .profile .zshrc .zprofile",
)
INTERPRETERS = _words(
    "node nodejs bun deno ts-node python pypy ruby jruby php swift sh bash dash zsh ksh ash"
)
SHEBANG_BYTES = 200
_VERSION = re.compile(r"[\d.]+$")


def is_source(name: str, start: bytes) -> bool:
    """Whether a file is source code; ``start`` are its first bytes, needed without an extension."""
    path = PurePath(name)
    if path.name.lower() in NAMES or path.suffix.lower() in EXTENSIONS:
        return True
    return _interpreter(start.decode("utf-8", "replace").lstrip("\ufeff")) in INTERPRETERS


def _interpreter(start: str) -> str:
    if not start.startswith("#!"):
        return ""
    words = start[2:].split("\n", 1)[0].split()
    programs = [PurePath(word).name for word in words if not word.startswith("-")]
    if programs and programs[0] == "env":
        programs = [word for word in programs[1:] if "=" not in word]
    return _VERSION.sub("", programs[0]) if programs else ""
