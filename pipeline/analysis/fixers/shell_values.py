"""Values in shell commands become single arguments of the program, without a shell (CWE-78)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.built_text import Built, take_apart
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.shell_true import (
    HANDLED,
    RUNNERS,
    STATUS,
    handles_other_errors,
    reason_against_runner,
    reason_against_system,
)
from pipeline.analysis.fixers.shell_words import split_command
from pipeline.analysis.fixers.source import Source

TITLE = "Each value is one argument of {}, no shell reads it; if missing, FileNotFoundError says so"
MARK = "valuenumber{}x"
NUMBERED = re.compile(r"valuenumber(\d+)x")
#: Names of values that hold several words or a whole command on purpose.
SEVERAL = re.compile(
    r"args|argv|options|opts|flags|params|cmd|command|files|paths|list", re.IGNORECASE
)

SEVERAL_WORDS = "A value may hold several words or a whole command, which a shell takes apart."
FIRST = "The program to run is itself such a value; choose it from a fixed list."
QUOTED = "A value is quoted for the shell already; without a shell the quotes would be part of it."
NO_NAME = "The names subprocess and _subprocess mean something else in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan an argument list for every command that plain values are written into."""
    for call, name in source.calls_of(RUNNERS):
        shell = arguments.keyword(call, "shell")
        if shell is not None and is_name(shell.value, "True"):
            reason = reason_against_runner(source, call, name.removeprefix("subprocess."), shell)
            if reason == STATUS:  # only a missing program makes a difference, and the title says so
                reason = HANDLED if handles_other_errors(source, call) else ""
            _consider(source, plan, call, reason, shell)
    for call, _ in source.calls_of({"os.system"}):
        _consider(source, plan, call, reason_against_system(source, call), None)


def _consider(
    source: Source, plan: Plan, call: cst.Call, reason: str, shell: cst.Arg | None
) -> None:
    command = arguments.argument(call, "args" if shell else "command", 0)
    built = take_apart(source, command.value) if command and not command.value.lpar else None
    if command is None or built is None:
        return
    words = split_command(
        built.filled(lambda n, _: MARK.format(n))[len(built.quote) : -len(built.quote)]
    )
    reason = reason or _reason_against(source, built, words)
    if reason or isinstance(words, str):
        plan.refuse(source.line(call), reason)
        return
    listed = f"[{', '.join(_argument(source, built, word) for word in words)}]"
    edit = arguments.replace(source, command.value, listed)
    title = TITLE.format(words[0])
    if shell is not None:
        without = arguments.drop(source, call, shell) or arguments.replace(
            source, shell.value, "False"
        )
        plan.repair(source.line(call), title, edit, without)
        return
    need = reach(source, "subprocess", call)
    if need is None:
        plan.refuse(source.line(call), NO_NAME)
        return
    renamed = arguments.replace(source, call.func, f"{need.name}.run")
    status = arguments.add(source, call, "check=False")
    plan.repair(source.line(call), title, renamed, edit, status, needs=(need,))


def _reason_against(source: Source, built: Built, words: tuple[str, ...] | str) -> str:
    if isinstance(words, str):
        return words
    if built.prefix or "\\" in built.constant or NUMBERED.search(built.constant):
        return "The text of the command has escapes."
    if NUMBERED.search(words[0]):
        return FIRST
    codes = [source.code(value) for value in built.values]
    if any("quote" in code or "{" in code or "\n" in code for code in codes):
        return QUOTED
    if any("'" in code and '"' in code for code in codes):
        return QUOTED
    return SEVERAL_WORDS if any(SEVERAL.search(code) for code in codes) else ""


def _argument(source: Source, built: Built, word: str) -> str:
    """The code of one argument: a plain text, or one with values in it."""
    quote = built.quote[0]
    if quote in word or "\\" in word:
        return repr(word)
    if not NUMBERED.search(word):
        return f"{quote}{word}{quote}"
    values = built.values
    codes = [source.code(values[int(number)]) for number in NUMBERED.findall(word)]
    if any(quote in code for code in codes):
        quote = "'" if quote == '"' else '"'
    filled = NUMBERED.sub(lambda found: "{" + source.code(values[int(found[1])]) + "}", word)
    return f"f{quote}{filled}{quote}"


FIXER = Fixer(
    id="shell-values",
    title="Values in commands that go through a shell",
    cwe=78,
    repairs="os.system and shell=True with values in a plain command become an argument list.",
    answers=("B602", "B605", "S602", "S605"),
    sign=re.compile(r"\bshell\s*=|\bsystem\b"),
    look=look,
)
