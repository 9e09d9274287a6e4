"""All checks of a child share one tree; our walk through it asks bandit's tests as bandit does."""

import ast
import importlib
import warnings
from pathlib import Path

import pytest

from pipeline.analysis import corpus, tasks
from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.nodes import walk
from pipeline.analysis.reading import read

CODE = "import os\nd = {1: 2, **{}}\n\n\ndef f(a, *, b, c=1):\n    global x\n    os.system(a)\n"
CASES = sorted((corpus.ROOT / "python").rglob("*.py"))


@pytest.fixture(scope="module", autouse=True)
def scanner():
    """Our scanner with bandit, whose plugin loader warns of its own age."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("pipeline.analysis.scanners.bandit")


def test_it_parses_a_text_once_for_all_checks(monkeypatch):
    parsed = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda *given: parsed.append(given) or parse(*given))
    names = ["syntax", "bandit", "ruff", "dataflow", "flags", "structure"]
    tasks.find("together")({"code": CODE, "language": "python", "names": names})
    assert len(parsed) == 1


def test_it_reads_another_text_anew():
    assert read("x = 1\n") is not read("y = 1\n")
    assert read("y = 1\n").lines == ["y = 1"]


def test_it_refuses_what_does_not_parse_each_time_it_is_asked():
    for _ in range(2):
        with pytest.raises(TaskRefused, match="parses here"):
            _ = read("def f(:\n").needed_tree


def test_it_walks_to_every_node_that_pythons_own_walk_finds():
    tree = ast.parse(CODE)
    everything = [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]
    assert {id(node) for node in walk(tree)} == {id(node) for node in everything}


def test_it_reports_what_bandit_reports_by_itself(tmp_path: Path, scanner):
    manager = scanner.BanditManager(scanner.CONFIG, "file", ignore_nosec=True)
    for number, case in enumerate(CASES):
        (tmp_path / f"case{number}.py").write_bytes(case.read_bytes())
    manager.discover_files([str(tmp_path)], recursive=True)
    manager.run_tests()
    theirs = sorted(
        (Path(issue.fname).stem, issue.test_id, issue.lineno, issue.col_offset)
        for issue in manager.get_issue_list()
        if issue.test_id not in scanner.UNSHOWN
    )
    ours = sorted(
        (f"case{number}", issue.test_id, issue.lineno, issue.col_offset)
        for number, case in enumerate(CASES)
        for issue in scanner.scan(ast.parse(case.read_bytes()))
    )
    assert ours == theirs
    assert len(ours) > 50
