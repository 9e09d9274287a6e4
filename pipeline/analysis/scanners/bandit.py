"""Runs bandit over one Python text, with every suppression in it ignored."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from bandit.core.config import BanditConfig
from bandit.core.constants import LOW
from bandit.core.extension_loader import MANAGER
from bandit.core.issue import Issue
from bandit.core.manager import BanditManager

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.findings import Hit, report
from pipeline.analysis.reading import read
from pipeline.analysis.scanners.bandit_walk import Walk
from pipeline.analysis.scanners.curation import NOISE, PASSWORD_RULES, Judge, password
from pipeline.analysis.types import Severity

SOURCE = "bandit"
FILE = "./code.py"
DEEPEST = 50_000  # bandit walks the tree by recursion; memory and time are bounded anyway
_QUOTED = re.compile(r": '(.*)'$", re.DOTALL)

CONFIG = BanditConfig()
# Loads the plugins once, in the server. What nobody is shown need not be looked for.
BanditManager(CONFIG, "file")
UNSHOWN = [rule for rule in (*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id) if NOISE.match(rule)]


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "note"}``; refuses what does not parse here."""
    reading = read(payload["code"])
    judge = Judge(reading)
    issues = scan(reading.needed_tree)
    hits = [hit for issue in issues if (hit := _hit(issue, reading.lines, judge)) is not None]
    return report(hits, reading.lines)


def scan(tree: ast.Module) -> list[Issue]:
    """What bandit reports where it is not itself in doubt."""
    sys.setrecursionlimit(DEEPEST)
    manager = BanditManager(CONFIG, "file", profile={"exclude": UNSHOWN}, ignore_nosec=True)
    try:
        issues = Walk(manager, FILE, tree).issues()
    except Exception as error:
        raise TaskRefused(f"it gave up: {type(error).__name__}") from error
    return [issue for issue in issues if issue.filter(LOW, LOW)]


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
