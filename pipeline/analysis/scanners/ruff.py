"""Runs the ruff binary over one Python text from standard input, with suppressions ignored."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import warnings
from typing import Any

import ruff  # type: ignore[import-untyped]

from pipeline.analysis.errors import TaskCrashed, TaskRefused
from pipeline.analysis.findings import Hit, build
from pipeline.analysis.knowledge import defects, security
from pipeline.analysis.scanners.curation import Judge, password
from pipeline.analysis.source import for_parsers, split_lines
from pipeline.analysis.types import Severity

SOURCE = "ruff"
BINARY = str(ruff.find_ruff_bin())
NEWEST = "py314"  # the newest grammar it is asked to read; findings do not depend on ours
WITHOUT = frozenset(
    ("B320", "B325", "B401", "B402", "B613", "B614", "B615", "B703")  # only bandit has them
)
CODE_SAYS_NOTHING = frozenset(("invalid-syntax", ""))
_QUOTED = re.compile(r"[rbufRBUF]*([\"']{1,3})(.*)\1$")
SECURITY = sorted("S" + rule[1:] for rule in security.RULES if rule not in WITHOUT)
SELECTED = ",".join([*defects.SELECTED, *SECURITY])


def diagnose(code: str, select: str, target: str = NEWEST) -> list[dict[str, Any]]:
    """What ruff says about a text: its own JSON objects. Raises TaskCrashed when it fails."""
    command = [BINARY, "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero"]
    command += ["--output-format", "json", "--target-version", target, "--select", select]
    finished = subprocess.run(  # noqa: S603 - our own binary, constant arguments
        [*command, "--stdin-filename", "code.py", "-"],
        input=for_parsers(code).encode("utf-8"),
        capture_output=True,
        check=False,
        env={},
    )
    if finished.returncode != 0:
        raise TaskCrashed(f"ruff ended with status {finished.returncode}")
    found: list[dict[str, Any]] = json.loads(finished.stdout)
    return found


def is_syntax_error(diagnostic: dict[str, Any]) -> bool:
    """Whether ruff says that the text is not Python (of the asked version)."""
    return (diagnostic["code"] or "") in CODE_SAYS_NOTHING


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings"}``; refuses what is no Python of any version."""
    code = for_parsers(payload["code"])
    diagnostics = diagnose(code, SELECTED)
    if any(is_syntax_error(each) for each in diagnostics):
        raise TaskRefused("ruff could not read it: the syntax is broken")
    lines = split_lines(code)
    judge = Judge(_tree(code), lines)
    hits = [hit for each in diagnostics if (hit := _hit(each, judge)) is not None]
    return {"findings": [build(hit, lines).model_dump(mode="json") for hit in hits]}


def _tree(code: str) -> ast.AST | None:
    """The syntax tree, where this interpreter knows the syntax; the scan does without it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _hit(diagnostic: dict[str, Any], judge: Judge) -> Hit | None:
    rule, message = diagnostic["code"], diagnostic["message"]
    start, end = diagnostic["location"], diagnostic["end_location"]
    place = start["row"], max(end["row"] - (end["column"] == 1), start["row"]), start["column"]
    if rule in ("S105", "S106", "S107"):
        return password(_literal(diagnostic, judge.lines), Hit(SOURCE, rule, *place))
    detail = "" if rule.startswith("S") else message.replace("`", "'")
    severity = Severity.LOW if "seems safe" in message else None
    return judge.judge(Hit(SOURCE, rule, *place, detail, severity))


def _literal(diagnostic: dict[str, Any], lines: list[str]) -> str:
    """The string that the diagnostic points at; "" where it spans lines or is none."""
    start, end = diagnostic["location"], diagnostic["end_location"]
    if start["row"] != end["row"]:
        return ""
    quoted = _QUOTED.search(lines[start["row"] - 1][start["column"] - 1 : end["column"] - 1])
    return quoted[2] if quoted else ""
