"""Runs bandit over one Python text, with every suppression in it ignored."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from bandit.core.config import BanditConfig
from bandit.core.issue import Issue
from bandit.core.manager import BanditManager

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.findings import Hit, report
from pipeline.analysis.scanners.curation import PASSWORD_RULES, Judge, password
from pipeline.analysis.source import for_parsers, split_lines
from pipeline.analysis.types import Severity

SOURCE = "bandit"
FILE = "code.py"
DEEPEST = 50_000  # bandit walks the tree by recursion; memory and time are bounded anyway
_QUOTED = re.compile(r": '(.*)'$", re.DOTALL)

CONFIG = BanditConfig()
BanditManager(CONFIG, "file")  # loads the plugins once, in the server


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "note"}``; refuses what does not parse here."""
    code = for_parsers(payload["code"])
    lines = split_lines(code)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = _tree(code)
        judge = Judge(lambda: tree, lines)
        hits = [hit for issue in _scan(code) if (hit := _hit(issue, lines, judge)) is not None]
    return report(hits, lines)


def _tree(code: str) -> ast.AST:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise TaskRefused("it needs code that parses here") from error


def _scan(code: str) -> list[Issue]:
    Path(FILE).write_bytes(code.encode("utf-8"))
    sys.setrecursionlimit(DEEPEST)
    manager = BanditManager(CONFIG, "file", ignore_nosec=True)
    manager.discover_files([FILE])
    manager.run_tests()
    if manager.get_skipped():
        raise TaskRefused(f"it gave up: {manager.get_skipped()[0][1]}")
    return list(manager.get_issue_list())


def _hit(issue: Issue, lines: list[str], judge: Judge) -> Hit | None:
    last = max([issue.lineno, *issue.linerange])
    column = _characters(lines, issue.lineno, max(issue.col_offset, 0)) + 1
    hit = Hit(SOURCE, issue.test_id, issue.lineno, last, column, "", _severity(issue))
    if issue.test_id in PASSWORD_RULES:
        quoted = _QUOTED.search(issue.text)
        return password(quoted[1] if quoted else "", hit)
    return judge.judge(hit)


def _severity(issue: Issue) -> Severity | None:
    """Where bandit itself tells a harmless use from a harmful one, believe it."""
    if issue.test_id in ("B602", "B605", "B604") and issue.severity == "LOW":
        return Severity.LOW
    if issue.test_id == "B608" and issue.confidence == "LOW":
        return Severity.MEDIUM
    return None


def _characters(lines: list[str], line: int, offset: int) -> int:
    """A column in UTF-8 bytes as one in characters."""
    if not 1 <= line <= len(lines):
        return 0
    if lines[line - 1].isascii():
        return offset
    return len(lines[line - 1].encode("utf-8")[:offset].decode("utf-8", "ignore"))
