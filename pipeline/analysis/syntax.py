"""Does it parse? Python is answered by this interpreter's own parser and, where that refuses,
by ruff's, which knows the newest syntax: what only one of them refuses is never called broken.
"""

from __future__ import annotations

import re
import sys
import warnings
from itertools import islice
from typing import Any

from pipeline.analysis.errors import TaskCrashed
from pipeline.analysis.languages import label_of, other_language
from pipeline.analysis.reading import Reading, read
from pipeline.analysis.types import Syntax, SyntaxState

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
TOO_DEEP = "it is nested too deeply for the parsers here"
_DEPTH_MESSAGES = re.compile(r"too many (nested|statically|levels)|too complex|recursion|overflow")
_PYTHON_2 = re.compile(
    r"^[ \t]{0,80}(?:print[ \t]+(?!\()[\w\"'%]|print[ \t]*>>|exec[ \t]+[\"'\w]"
    r"|except[ \t]+[\w.()]{1,80}[ \t]*,[ \t]*[a-z_]\w{0,40}[ \t]*:|raise[ \t]+[\w.]{1,80},[ \t])",
    re.MULTILINE,
)
_VERSION_NEEDED = re.compile(r"syntax was (?:added|changed) in Python (3\.\d+)")


def check(code: str) -> Syntax:
    """Whether the text is valid Python, as far as the parsers here can tell."""
    try:
        _compile(read(code))
    except SyntaxError as error:
        return _judge_refusal(code, error)
    except (RecursionError, MemoryError, OverflowError):
        return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=TOO_DEEP)
    except ValueError as error:
        return Syntax(state=SyntaxState.BROKEN, message=str(error))
    return Syntax(state=SyntaxState.VALID)


def _compile(reading: Reading) -> None:
    """Parse, then let the compiler look for what the grammar alone allows; nothing is run."""
    tree = reading.tree
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(tree, "code.py", "exec", dont_inherit=True)
        except (RecursionError, MemoryError):
            return  # it did parse


def _judge_refusal(code: str, error: SyntaxError) -> Syntax:
    if _DEPTH_MESSAGES.search(error.msg or ""):
        return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=TOO_DEEP, line=error.lineno)
    try:
        others = _second_opinion(code)
    except ImportError:
        message = f"Python {HERE} refuses it ({error.msg}), and no second parser is installed here"
        return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=message, line=error.lineno)
    except TaskCrashed:
        return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=TOO_DEEP, line=error.lineno)
    if others or not _parses_differently(code):
        return _broken(code, error, others)
    return _too_new(code, error)


def _second_opinion(code: str) -> list[dict[str, Any]]:
    """What ruff finds wrong with the syntax at the newest version it knows."""
    from pipeline.analysis.scanners.ruff import diagnose, is_syntax_error

    wrong = (each for each in diagnose(code, "E9") if is_syntax_error(each))
    return list(islice(wrong, 1))


def _parses_differently(code: str) -> bool:
    """Whether it is the grammar that this interpreter refuses, and not a misplaced statement.

    ``return`` outside a function passes the grammar of every version and is wrong in all of them.
    """
    try:
        _ = read(code).tree
    except SyntaxError:
        return True
    return False


def _broken(code: str, error: SyntaxError, others: list[dict[str, Any]]) -> Syntax:
    """Ruff's place is taken where ours may only be a newer construct further up."""
    message, line = error.msg, error.lineno
    if others and others[0]["location"]["row"] > (line or 0) and _needed_version(code) is not None:
        message, line = others[0]["message"].replace("`", "'"), others[0]["location"]["row"]
    return Syntax(state=SyntaxState.BROKEN, message=message + _hint(code), line=line)


def _hint(code: str) -> str:
    if _PYTHON_2.search(code):
        return "; it looks like Python 2"
    other = other_language(code, "python")
    return f"; it looks like {label_of(other)}" if other else ""


def _too_new(code: str, error: SyntaxError) -> Syntax:
    needed = _needed_version(code)
    message = f"it needs Python {needed} or later, and the parser here is Python {HERE}"
    if needed is None:
        message = f"the parser of Python {HERE} refuses it ({error.msg}), another one accepts it"
    if _PYTHON_2.search(code):
        message += "; or it is Python 2, which reads the same there"
    return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=message, line=error.lineno)


def _needed_version(code: str) -> str | None:
    """The Python version that the constructs refused here came with, by ruff's account."""
    from pipeline.analysis.scanners.ruff import diagnose

    target = f"py{sys.version_info.major}{sys.version_info.minor}"
    needed = [
        match[1]
        for each in diagnose(code, "E9", target)
        if (match := _VERSION_NEEDED.search(each["message"]))
    ]
    return max(needed, key=lambda version: int(version.split(".")[1]), default=None)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}``, and ``"language"`` unless Python, to a Syntax value."""
    language = payload.get("language", "python")
    if language == "python":
        return check(payload["code"]).model_dump(mode="json")
    from pipeline.analysis.trees import syntax  # here, so that Python is checked without it

    return syntax.check(payload["code"], language).model_dump(mode="json")
