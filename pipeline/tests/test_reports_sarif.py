"""The SARIF log: valid by the schema, and what code scanning services need is in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from pipeline.finding_changes import Since
from pipeline.finding_life import Life
from pipeline.models import FindingState, Submission
from pipeline.reports import ReviewedFile, render
from pipeline.tests.report_samples import (
    CODE,
    dossier,
    eval_finding,
    failed_file,
    finding,
    hostile_file,
    rebuild,
    reviewed_file,
)

SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json"
REPLACED = [
    ("a\nb\nc\n", "a\nB\nc\n"),
    ("a\nb\nc", "a\nb\nC"),
    ("a\nb\nc\n", "new\na\nB\nc\n"),
    ("a\nb\nc\n", "a\nb\nc\nnew\n"),
    ("a\nb\nc", "a\nb\nc\nnew"),
    ("a\nb\nc\n", "a\nc\n"),
    ("a\nb\nc\n", "a\nb\n"),
    ("a\r\nb\r\nc\r\n", "a\r\nB\r\nC\r\nD\r\n"),
    ("a\rb\rc\r", "a\nb\nc\n"),
    ("a\nb\nc\nd\n", "b\nc\nx\ny\nd\nz"),
]


@cache
def validator() -> Draft4Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return Draft4Validator(schema, format_checker=FormatChecker())


def run_of(*files: ReviewedFile) -> dict[str, Any]:
    (run,) = json.loads(render(files, "sarif"))["runs"]
    return dict(run)


def applied(code: str, replacements: list[dict[str, Any]]) -> str:
    """The code after all replacements, which refer to the original, from the last to the first."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", code))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1

    for each in reversed(replacements):
        region = each["deletedRegion"]
        start = offset(region["startLine"], region["startColumn"])
        end = offset(region["endLine"], region["endColumn"])
        code = code[:start] + each["insertedContent"]["text"] + code[end:]
    return code


@pytest.mark.parametrize(
    "files", [(), (reviewed_file(), failed_file()), (hostile_file(),)], ids=["none", "two", "bad"]
)
def test_it_is_valid_by_the_schema(files: tuple[ReviewedFile, ...]) -> None:
    errors = [
        error.message for error in validator().iter_errors(json.loads(render(files, "sarif")))
    ]
    assert errors == []


def test_it_gives_each_severity_its_level() -> None:
    levels = {result["ruleId"]: result["level"] for result in run_of(reviewed_file())["results"]}
    assert levels == {"B307": "error", "B605": "error", "F401": "note"}


def test_it_describes_each_rule_once_and_results_point_at_it() -> None:
    run = run_of(reviewed_file(), reviewed_file(path="other.py"))
    rules = run["tool"]["driver"]["rules"]
    assert sorted(rule["id"] for rule in rules) == ["B307", "B605", "F401"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_it_marks_security_rules_for_code_scanning() -> None:
    rules = {rule["id"]: rule for rule in run_of(reviewed_file())["tool"]["driver"]["rules"]}
    assert rules["B605"]["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-078" in rules["B605"]["properties"]["tags"]
    assert "security-severity" not in rules["F401"]["properties"]


def test_it_lists_the_weaknesses_as_a_taxonomy() -> None:
    run = run_of(reviewed_file())
    assert [taxon["id"] for taxon in run["taxonomies"][0]["taxa"]] == ["78", "95"]
    assert run["results"][0]["taxa"][0]["id"] == "95"


def test_it_gives_a_place_and_a_fingerprint_that_lasts() -> None:
    result = run_of(reviewed_file())["results"][1]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"]) == (5, 5, 5)
    context = result["locations"][0]["physicalLocation"]["contextRegion"]
    assert context["snippet"]["text"] == '    os.system("ls " + name)'
    assert result["partialFingerprints"] == {"snippetAndWeakness/v1": "a" * 64}


def test_it_percent_encodes_paths() -> None:
    (artifact,) = run_of(reviewed_file(path="a dir/ünï#1?%.py"))["artifacts"]
    assert artifact["location"]["uri"] == "a%20dir/%C3%BCn%C3%AF%231%3F%25.py"


def test_it_names_absolute_paths_as_file_addresses() -> None:
    (artifact,) = run_of(reviewed_file(path="/srv/a b.py"))["artifacts"]
    assert artifact["location"]["uri"] == "file:///srv/a%20b.py"


def test_it_offers_the_rebuilt_code_where_a_finding_was_changed() -> None:
    changed, untouched = run_of(reviewed_file())["results"][:2]
    (change,) = changed["fixes"][0]["artifactChanges"]
    assert applied(CODE, change["replacements"]) == rebuild().code
    assert "fixes" not in untouched


@pytest.mark.parametrize(("before", "after"), REPLACED)
def test_it_makes_replacements_that_give_exactly_the_rebuilt_code(before: str, after: str) -> None:
    everywhere = finding(line=1, end_line=9)
    file = reviewed_file(code=before, rebuild=rebuild(after), dossier=dossier(everywhere))
    (result,) = run_of(file)["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert applied(before, change["replacements"]) == after


def test_it_offers_no_fix_when_nothing_was_changed() -> None:
    file = reviewed_file(rebuild=rebuild(CODE), dossier=dossier(eval_finding()))
    assert "fixes" not in run_of(file)["results"][0]


def test_it_stays_small_when_a_long_fix_touches_many_findings() -> None:
    before = "".join(f"a{n}\n" for n in range(4000))
    many = [finding(line=n, end_line=n, fingerprint=str(n)) for n in range(1, 1001)]
    file = reviewed_file(
        code=before, rebuild=rebuild(before.replace("a", "b")), dossier=dossier(*many)
    )
    log = render([file], "sarif")
    assert len(log) < 20_000_000
    assert "fixes" in json.loads(log)["runs"][0]["results"][0]


def test_it_reports_what_did_not_run_and_which_file_failed() -> None:
    (invocation,) = run_of(reviewed_file(), failed_file())["invocations"]
    said = {each["message"]["text"]: each for each in invocation["toolExecutionNotifications"]}
    assert invocation["executionSuccessful"] is False
    assert said["The analysers stopped."]["level"] == "error"
    assert said["ruff did not run: it timed out"]["descriptor"]["id"] == "not-checked"


def test_it_lets_no_text_become_a_link() -> None:
    hostile = dossier(finding(title="See [here](https://evil.example)"))
    (result,) = run_of(reviewed_file(dossier=hostile))["results"]
    assert result["message"]["text"].startswith("See \\[here\\](https://evil.example)")


def test_marks_and_comparisons_are_valid_too() -> None:
    file = reviewed_file()
    marked, new = file.findings[0], file.findings[-1]
    life = Life(FindingState.ACCEPTED, "Known [since](https://x) <b>May</b>.", date(2999, 1, 31))
    since = Since(Submission(), frozenset((new.fingerprint,)), ())
    file = replace(file, lives={marked.fingerprint: life}, since=since)
    log = json.loads(render([file], "sarif"))
    assert [error.message for error in validator().iter_errors(log)] == []
    results = log["runs"][0]["results"]
    assert {result["baselineState"] for result in results} >= {"new"}
    assert any("suppressions" in result for result in results)
