"""Constant commands run without a shell in between (CWE-78)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Need, Plan
from pipeline.analysis.fixers.built_text import take_apart
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.shell_words import split_command
from pipeline.analysis.fixers.source import Source

TITLE = "{} runs without a shell; if it is not installed, FileNotFoundError says so"

RUNNERS = {"subprocess.run", "subprocess.call", "subprocess.Popen"}
RUNNERS |= {"subprocess.check_call", "subprocess.check_output"}
RAISING = {"check_call", "check_output"}
OUTPUTS = {"stdin", "stdout", "stderr", "communicate", "pid"}
CATCHES_MISSING = {"OSError", "FileNotFoundError", "Exception", "BaseException", "EnvironmentError"}

BUILT = (
    "The command is put together at run time, so a shell may run what its parts say; pass a list "
    "of arguments without shell=True, or quote every part with shlex.quote."
)
LISTED = "A list with shell=True runs only its first word as the command; what is meant is unclear."
HIDDEN = "Arguments are passed on with a star, or the shell is chosen by executable or a variable."
STATUS = (
    "The exit status is used: a missing program gives 127 through a shell and FileNotFoundError "
    "without one."
)
HANDLED = "The errors handled around it do not include FileNotFoundError, which would be new."
NO_NAME = "The names subprocess and _subprocess mean something else in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan an argument list for every constant command that goes through a shell."""
    for call, name in source.calls_of(RUNNERS):
        _consider_runner(source, plan, call, name.removeprefix("subprocess."))
    for call, _ in source.calls_of({"os.system"}):
        _consider_system(source, plan, call)


def _consider_runner(source: Source, plan: Plan, call: cst.Call, name: str) -> None:
    shell = arguments.keyword(call, "shell")
    if shell is None or is_name(shell.value, "False"):
        return
    line, command = source.line(call), arguments.argument(call, "args", 0)
    if command and take_apart(source, command.value) and is_name(shell.value, "True"):
        return  # a command with values in it is for another fixer
    reason = reason_against_runner(source, call, name, shell)
    words = _words(command)
    if reason or isinstance(words, str) or command is None:
        plan.refuse(line, words if isinstance(words, str) else reason)
        return
    without = arguments.drop(source, call, shell) or arguments.replace(source, shell.value, "False")
    listed = arguments.replace(source, command.value, _as_list(source, command.value, words))
    if command.value.lpar:
        plan.refuse(line, "The command stands in parentheses of its own.")
    else:
        plan.repair(line, TITLE.format(words[0]), listed, without)


def _words(command: cst.Arg | None) -> tuple[str, ...] | str:
    """The words of a constant command, else the reason why it has none."""
    if command is None:
        return HIDDEN
    if isinstance(command.value, (cst.List, cst.Tuple)):
        return LISTED
    text = constant(command.value)
    return split_command(text) if isinstance(text, str) else BUILT


def reason_against_runner(source: Source, call: cst.Call, name: str, shell: cst.Arg) -> str:
    """Why a function of subprocess must keep its shell, or an empty string."""
    odd = arguments.has_star(call) or arguments.keyword(call, "executable") is not None
    if odd or not is_name(shell.value, "True"):
        return HIDDEN
    check = arguments.keyword(call, "check")
    raising = name in RAISING or (check is not None and is_name(check.value, "True"))
    if not raising and _uses_status(source, call, name):
        return STATUS
    return HANDLED if handles_other_errors(source, call) else ""


def _uses_status(source: Source, call: cst.Call, name: str) -> bool:
    """Whether somebody may look at how the command ended, here or where the result goes."""
    if isinstance(source.parent(call), cst.Expr):
        return False
    variable = source.variable_of(call)
    if name == "call" or variable is None:
        return True
    uses = source.uses(source.function(call) or source.module, variable.value)
    return not all(use is variable or _reads_output(source, use) for use in uses)


def _reads_output(source: Source, use: cst.Name) -> bool:
    attribute = source.parent(use)
    return isinstance(attribute, cst.Attribute) and attribute.attr.value in OUTPUTS


def handles_other_errors(source: Source, call: cst.Call) -> bool:
    """Whether a ``try`` around expects errors, but not that of a missing program."""
    attempts = [up for up in source.ancestors(call) if isinstance(up, (cst.Try, cst.TryStar))]
    handlers = [handler for attempt in attempts for handler in attempt.handlers]
    if not handlers or any(handler.type is None for handler in handlers):
        return False
    types = [handler.type for handler in handlers if handler.type is not None]
    caught = {name.value for kind in types for name in source.within(kind, cst.Name)}
    return not caught & CATCHES_MISSING


def _consider_system(source: Source, plan: Plan, call: cst.Call) -> None:
    """``os.system("constant")`` whose exit status nobody reads."""
    line, command = source.line(call), arguments.positional(call, 0)
    if command and take_apart(source, command.value):
        return  # for another fixer, as above
    words = _words(command)
    need = reach(source, "subprocess", call)
    reason = reason_against_system(source, call)
    if reason or isinstance(words, str):
        plan.refuse(line, words if isinstance(words, str) else reason)
    elif need is None:
        plan.refuse(line, NO_NAME)
    else:
        edits = _run_edits(source, call, words, need)
        plan.repair(line, TITLE.format(words[0]), *edits, needs=(need,))


def reason_against_system(source: Source, call: cst.Call) -> str:
    """Why ``os.system`` must keep its shell, or an empty string."""
    if not isinstance(source.parent(call), cst.Expr):
        return STATUS
    return HANDLED if handles_other_errors(source, call) else ""


def _run_edits(
    source: Source, call: cst.Call, words: tuple[str, ...], need: Need
) -> tuple[Edit, ...]:
    """``subprocess.run([...], check=False)`` in the place of ``os.system``."""
    command = call.args[0].value
    return (
        arguments.replace(source, call.func, f"{need.name}.run"),
        arguments.replace(source, command, _as_list(source, command, words)),
        arguments.add(source, call, "check=False"),
    )


def _as_list(source: Source, command: cst.BaseExpression, words: tuple[str, ...]) -> str:
    """``words`` as the text of a list, with the quotes that the command had."""
    quote = "'" if source.code(command).rstrip().endswith("'") else '"'
    return f"[{', '.join(_quoted(word, quote) for word in words)}]"


def _quoted(word: str, quote: str) -> str:
    return repr(word) if quote in word or not word.isprintable() else f"{quote}{word}{quote}"


FIXER = Fixer(
    id="shell-true",
    title="Commands that go through a shell",
    cwe=78,
    repairs="shell=True and os.system with a constant, plain command become an argument list.",
    answers=("B602", "B605", "B607", "S602", "S605", "S607"),
    sign=re.compile(r"\bshell\s*=|\bsystem\b"),
    look=look,
)
