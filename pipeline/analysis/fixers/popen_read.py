"""The output of a constant command is read without a shell in between (CWE-78)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.shell_true import BUILT, HANDLED, NO_NAME, handles_other_errors
from pipeline.analysis.fixers.shell_words import split_command
from pipeline.analysis.fixers.source import Source

TITLE = "{} runs without a shell; if it is not installed, FileNotFoundError says so"
KEPT = "The pipe is kept or read in another way than by read(); use subprocess.run with a list."


def look(source: Source, plan: Plan) -> None:
    """Plan ``subprocess.run`` for every ``os.popen("constant").read()``."""
    for call, _ in source.calls_of({"os.popen"}):
        _consider(source, plan, call)


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    line, command = source.line(call), call.args[0].value if len(call.args) == 1 else None
    text, read = constant(command), _read(source, call)
    words = split_command(text) if isinstance(text, str) else BUILT
    need = reach(source, "subprocess", call)
    if isinstance(words, str) or command is None:
        plan.refuse(line, words if isinstance(words, str) else BUILT)
    elif read is None:
        plan.refuse(line, KEPT)
    elif handles_other_errors(source, call) or need is None:
        plan.refuse(line, NO_NAME if need is None else HANDLED)
    else:
        listed = f"[{', '.join(_quoted(source, command, word) for word in words)}]"
        run = f"{need.name}.run({listed}, stdout={need.name}.PIPE, text=True, check=False).stdout"
        edit = Edit(*source.span(read), run)
        plan.repair(line, TITLE.format(words[0]), edit, needs=(need,))


def _read(source: Source, call: cst.Call) -> cst.Call | None:
    """The ``.read()`` right behind ``call``."""
    attribute = source.parent(call)
    outer = source.parent(attribute) if isinstance(attribute, cst.Attribute) else None
    if not isinstance(outer, cst.Call) or outer.func is not attribute or outer.args:
        return None
    return (
        outer if isinstance(attribute, cst.Attribute) and attribute.attr.value == "read" else None
    )


def _quoted(source: Source, command: cst.BaseExpression, word: str) -> str:
    quote = "'" if source.code(command).endswith("'") else '"'
    plain = quote not in word and "\\" not in word and word.isprintable()
    return f"{quote}{word}{quote}" if plain else repr(word)


FIXER = Fixer(
    id="popen-read",
    title="Output of commands that go through a shell",
    cwe=78,
    repairs='os.popen("constant").read() becomes subprocess.run of an argument list.',
    answers=("B605", "S605"),
    sign=re.compile(r"\bpopen\b"),
    look=look,
)
