"""Which constant shell commands mean the same without a shell, and as which words."""

from __future__ import annotations

import re
import shlex

#: Whatever a POSIX shell, bash or cmd.exe could interpret, anywhere in the command, quoted or not.
SPECIAL = re.compile(r"[|&;<>()$`\\*?\[\]{}~!#%^\r\n\x00]")
ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")

#: Words that the shell itself runs or understands, also where a program of that name exists: the
#: program may behave otherwise (echo, test, kill, pwd, time).
BUILTINS = frozenset(
    """. : alias bg bind break builtin caller case cd command compgen complete continue coproc
    declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for
    function getopts hash help history if in jobs kill let local logout mapfile newgrp popd printf
    pushd pwd read readarray readonly return select set shift shopt source suspend test then time
    times trap true type typeset ulimit umask unalias unset until wait while""".split()  # noqa: SIM905 (a table is easier to read as text)
)
#: Words of cmd.exe, and programs that are command scripts there, which only a shell starts.
WINDOWS = frozenset(
    """assoc call chdir cls color copy date del dir endlocal erase ftype goto md mklink move path
    pause prompt rd rem ren rename setlocal start title ver verify vol code gradlew mvn npm npx pip
    pnpm tsc yarn bower gulp grunt ng electron""".split()  # noqa: SIM905 (as above)
)


def split_command(command: str) -> tuple[str, ...] | str:
    """The words of ``command`` where no shell is needed to run it, else the reason in one line."""
    found = SPECIAL.search(command)
    if found:
        return f"The command uses {found.group()!r}, which a shell may interpret."
    try:
        words = tuple(shlex.split(command))
    except ValueError:
        return "The quotes of the command do not match."
    return _reason_against(words) or words


def _reason_against(words: tuple[str, ...]) -> str:
    first = words[0] if words else ""
    if not first:
        return "The command is empty."
    if ASSIGNMENT.match(first):
        return "The command begins with an environment variable, which a shell sets."
    if first in BUILTINS:
        return f"{first} is run by the shell itself."
    if first.lower() in WINDOWS or first.lower().endswith((".bat", ".cmd")):
        return f"On Windows {first} may need a shell to be found."
    if first.startswith(("./", "../")) or first.endswith((".sh", ".py")):
        return "Whether that script can be started without a shell cannot be seen from here."
    return ""
