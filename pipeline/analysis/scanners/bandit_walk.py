"""Walks a syntax tree for bandit's tests, and stops only where there is one.

bandit's own walk makes a context for every node, asks about it and adds up scores. Most nodes are
of kinds that no test looks at, and nobody here reads the scores: leaving both out takes half of its
time and changes no result.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from bandit.core.context import Context
from bandit.core.issue import Issue
from bandit.core.manager import BanditManager
from bandit.core.metrics import Metrics
from bandit.core.node_visitor import BanditNodeVisitor
from bandit.core.tester import BanditTester

from pipeline.analysis.nodes import FIELDS


class Tester(BanditTester):  # type: ignore[misc]
    """Asks every test for a kind of node about one of them; a test that fails says nothing."""

    def run_tests(self, raw_context: dict[str, Any], checktype: str) -> None:
        """Collect what the tests report of the place that the context describes."""
        context = Context(raw_context)
        for test in self.testset.get_tests(checktype):
            issue = _asked(test, context)
            if issue is not None:
                self.results.append(_placed(issue, raw_context, test._test_id))


def _asked(test: Any, context: Context) -> Issue | None:
    try:
        return test(context, test._config) if hasattr(test, "_config") else test(context)
    except Exception:  # noqa: BLE001 - some of bandit's tests fail at trees they do not expect
        return None


def _placed(issue: Issue, context: dict[str, Any], rule: str) -> Issue:
    """The issue with what its test left to its caller."""
    issue.lineno = context["lineno"] if issue.lineno is None else issue.lineno
    issue.linerange = issue.linerange or context["linerange"]
    issue.col_offset = context["col_offset"] if issue.col_offset == -1 else issue.col_offset
    issue.test_id = issue.test_id or rule
    return issue


class Walk(BanditNodeVisitor):  # type: ignore[misc]
    """bandit's visitor over a tree that was parsed already, every suppression ignored."""

    def __init__(self, manager: BanditManager, file: str, tree: ast.Module) -> None:
        metrics = Metrics()
        metrics.begin(file)
        super().__init__(file, None, manager.b_ma, manager.b_ts, False, {}, metrics)
        self.tester = Tester(manager.b_ts, False, {}, metrics)
        self._tree = tree
        self._wanted: dict[type[ast.AST], bool] = {}

    def issues(self) -> list[Issue]:
        """Everything that bandit's tests report; raises whatever they let through."""
        self.generic_visit(self._tree)
        return list(self.tester.results)

    def generic_visit(self, node: ast.AST) -> None:
        """Go through what is below a node, in bandit's order."""
        for child in _linked(node):
            if self._is_wanted(type(child)):
                self.pre_visit(child)
                self.visit(child)
                self.generic_visit(child)
                self.post_visit(child)
            else:
                self.generic_visit(child)

    def update_scores(self, scores: object) -> None:
        """Nobody reads them."""

    def _is_wanted(self, kind: type[ast.AST]) -> bool:
        if kind not in self._wanted:
            tested = bool(self.testset.get_tests(kind.__name__))
            self._wanted[kind] = tested or hasattr(self, f"visit_{kind.__name__}")
        return self._wanted[kind]


def _linked(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, each told its parent and what follows it in a list, as tests expect."""
    for name in FIELDS[type(node)]:
        value = getattr(node, name, None)
        if isinstance(value, list):
            following = [*value[1:], None]  # one too many for an empty list
            for child, sibling in zip(value, following, strict=False):
                if isinstance(child, ast.AST):
                    child._bandit_parent, child._bandit_sibling = node, sibling  # type: ignore[attr-defined]
                    yield child
        elif isinstance(value, ast.AST):
            value._bandit_parent, value._bandit_sibling = node, None  # type: ignore[attr-defined]
            yield value
