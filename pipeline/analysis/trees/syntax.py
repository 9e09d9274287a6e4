"""Does it parse? By the language's grammar, and by a rule for when a refusal means broken.

- What the grammar takes is valid, as far as a grammar without compiler can tell.
- What it refuses is broken where the grammar is proven on real files of the language (PROVEN) and
  the place holds nothing that is newer than it; or where the brackets do not match either.
- Everything else is not parsable here: macros in C, a dialect, a construct nobody listed.
"""

from __future__ import annotations

import re

from pipeline.analysis.languages import label_of, other_language
from pipeline.analysis.source import split_lines
from pipeline.analysis.trees import brackets, sql
from pipeline.analysis.trees.grammars import Parsed, parse, readable
from pipeline.analysis.trees.newer import newer_construct
from pipeline.analysis.trees.walk import Problem, first_problem
from pipeline.analysis.types import Syntax, SyntaxState

# Grammars that refused next to none of the real files they were tried on.
PROVEN = frozenset(("javascript", "typescript", "java", "go", "rust", "ruby", "php"))
NO_BRACKETS = frozenset(("shell", "html"))  # ``a)`` in case; text may hold any bracket
LIKELY_INSTEAD = {"c": "cpp", "javascript": "typescript"}
CAUSES = {
    "c": "macros can cause that",
    "cpp": "macros can cause that",
    "html": "browsers repair such places, each in its way",
    "css": "browsers skip such places",
}
OTHERWISE = "it may be newer than this parser, or a dialect"
SHELL_CLOSERS = frozenset(("fi", "done", "esac", "then", "do", "}", ")", "]]", '"', "'", "`"))
_UNFINISHED_TAG = re.compile(r"<[a-zA-Z/!][^<>]*\Z")
_TOKEN = re.compile(r"\w{1,20}|[^\w\s]")
LINES_AROUND = 3


def check(code: str, language: str) -> Syntax:
    """Whether the text is valid in its language, as far as the parser here can tell.

    Raises ImportError where the parser is not installed.
    """
    if language == "sql":
        return sql.check(readable(code))
    parsed = parse(code, language)
    problem = None if parsed.clean else first_problem(parsed.root)
    if problem is None:
        return Syntax(state=SyntaxState.VALID)
    return _judge(code, language, parsed, problem)


def _judge(code: str, language: str, parsed: Parsed, problem: Problem) -> Syntax:
    unmatched = None if language in NO_BRACKETS else brackets.mismatch(readable(code), language)
    if unmatched is not None:
        return _broken(code, language, unmatched.message, unmatched.line)
    said = _said(parsed, problem)
    instead = LIKELY_INSTEAD.get(language)
    if instead and parse(code, instead).clean:
        return _unsure(f"{said}, but it parses as {label_of(instead)}", problem)
    newer = newer_construct(_around(code, problem), language)
    if newer:
        return _unsure(f"{said}; the parser here does not know {newer} yet", problem)
    if language in PROVEN or _unfinished(code, language, problem):
        return _broken(code, language, said, problem.line)
    return _unsure(f"{said}; {CAUSES.get(language, OTHERWISE)}", problem)


def _broken(code: str, language: str, message: str, line: int) -> Syntax:
    other = other_language(code, language)
    hint = f"; it looks like {label_of(other)}" if other else ""
    return Syntax(state=SyntaxState.BROKEN, message=message + hint, line=line)


def _unsure(message: str, problem: Problem) -> Syntax:
    return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=message, line=problem.line)


def _said(parsed: Parsed, problem: Problem) -> str:
    """What the grammar met, in words; of the text only one short token."""
    if problem.missing:
        return f"'{problem.missing}' is missing"
    start = parsed.text[problem.start : problem.start + 80].decode("utf-8", "ignore")
    token = _TOKEN.search(start)
    where = f" up to line {problem.end_line}" if problem.end_line > problem.line + 1 else ""
    return f"unexpected '{token[0]}'{where}" if token else "unexpected end"


def _around(code: str, problem: Problem) -> str:
    lines = split_lines(code)
    return "\n".join(lines[max(0, problem.line - 2) : problem.line - 2 + LINES_AROUND])


def _unfinished(code: str, language: str, problem: Problem) -> bool:
    """Whether the text ends inside of something: no dialect and no macro explains that."""
    if language == "shell":
        return problem.missing in SHELL_CLOSERS
    return language == "html" and bool(_UNFINISHED_TAG.search(code.rstrip()))
