"""Another tool's SARIF log joins what we find: only what has a place in the file, and only once."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from pipeline.analysis.merge import merge
from pipeline.analysis.sarif_in import NotSarif, findings_in, read_log, together
from pipeline.analysis.types import Dossier, Finding, Severity
from pipeline.heartbeat import Heartbeat
from pipeline.models import Step, StepResult, Submission
from pipeline.refusals import InvalidSubmission
from pipeline.reports import ReviewedFile, render
from pipeline.runner import run_job
from pipeline.services import submit
from pipeline.tests.api_client import ApiClient, problem_of

CODE = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
RULE = {
    "id": "team.unsafe-yaml",
    "shortDescription": {"text": "Unsafe YAML"},
    "properties": {"tags": ["security", "external/cwe/cwe-502"], "security-severity": "9.1"},
}


def result(line: object = 5, uri: str = "app/settings.py", **more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}
    return {
        "ruleId": "team.unsafe-yaml",
        "ruleIndex": 0,
        "message": {"text": "yaml.load builds objects."},
        "locations": [{"physicalLocation": place}],
        **more,
    }


def log(*results: Any, tool: str = "Team Scan", rule: dict[str, Any] = RULE) -> str:
    driver = {"name": tool, "rules": [rule]}
    runs = [{"tool": {"driver": driver}, "results": list(results)}]
    return json.dumps({"version": "2.1.0", "runs": runs})


def found(text: str, path: str = "settings.py", code: str = CODE) -> tuple[Finding, ...]:
    return findings_in(read_log(text), path, code).findings


def test_it_takes_place_weakness_severity_and_words() -> None:
    (finding,) = found(log(result()))
    assert (finding.line, finding.cwe, finding.severity) == (5, 502, Severity.CRITICAL)
    assert (finding.title, finding.rules) == ("Unsafe YAML", ("team.unsafe-yaml",))
    assert finding.sources == ("team-scan (imported)",)
    assert finding.snippet == "    return yaml.load(text)"


def test_it_takes_the_words_of_the_result_where_a_rule_has_a_template() -> None:
    template = {"text": "`{name}` builds objects"}
    rule = {**RULE, "shortDescription": template, "help": template}
    (finding,) = found(log(result(), rule=rule))
    assert finding.title == "yaml.load builds objects."
    assert "{" not in finding.action


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("settings.py", True),
        ("app/settings.py", True),
        ("other/settings.py", False),
        ("models.py", False),
        ("", True),
    ],
)
def test_it_takes_what_is_about_the_file(path: str, taken: bool) -> None:
    assert bool(found(log(result()), path)) is taken


def test_without_a_name_it_takes_nothing_of_a_log_about_several_files() -> None:
    assert found(log(result(), result(uri="app/other.py")), "") == ()


@pytest.mark.parametrize("line", [0, -1, 6, 10**9, "5", None, 5.5, True])
def test_it_drops_and_counts_what_has_no_place_in_the_file(line: object) -> None:
    imported = findings_in(read_log(log(result(line))), "settings.py", CODE)
    assert (imported.findings, imported.dropped) == ((), 1)


@pytest.mark.parametrize(
    "more",
    [
        {"suppressions": [{"kind": "external"}]},
        {"baselineState": "absent"},
        {"kind": "pass"},
    ],
)
def test_it_leaves_out_what_is_no_open_finding(more: dict[str, Any]) -> None:
    assert found(log(result(**more))) == ()


@pytest.mark.parametrize(
    ("level", "severity"),
    [("error", "HIGH"), ("warning", "MEDIUM"), ("note", "LOW"), ("odd", "MEDIUM")],
)
def test_it_reads_the_level_where_there_is_no_score(level: str, severity: str) -> None:
    (finding,) = found(log(result(level=level), rule={"id": "team.unsafe-yaml"}))
    assert finding.severity == severity


@pytest.mark.parametrize(
    "rule",
    [
        {"relationships": [{"target": {"id": "502", "toolComponent": {"name": "CWE"}}}]},
        {"properties": {"tags": ["CWE-502: Deserialization"]}},
        {"properties": {"cwe": "CWE-502"}},
        {"id": "py/cwe-502/unsafe"},
    ],
)
def test_it_knows_the_places_where_a_weakness_is_named(rule: dict[str, Any]) -> None:
    (finding,) = found(log(result(), rule={"id": "team.unsafe-yaml", **rule}))
    assert finding.cwe == 502


def test_a_second_import_adds_nothing() -> None:
    once = findings_in(read_log(log(result())), "settings.py", CODE)
    assert together([once, once]) == together([once])
    assert merge([*once.findings, *once.findings]) == merge(once.findings)


def test_it_shows_no_secret_of_a_line() -> None:
    code = "PASSWORD = 'hunter2-hunter2'\n"
    (finding,) = found(log(result(1)), code=code)
    assert "hunter2-hunter2" not in finding.model_dump_json()


def test_nobody_passes_for_one_of_our_own_sources() -> None:
    (finding,) = found(log(result(), tool="bandit"))
    assert finding.sources == ("bandit (imported)",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no JSON"),
        ("[" * 200_000, "no JSON"),
        ("[]", "no list of runs"),
        ('{"version": "2.1.0", "runs": 3}', "no list of runs"),
        ('{"version": "1.0.0", "runs": []}', "another version"),
    ],
)
def test_it_says_why_a_text_is_no_log(text: str, why: str) -> None:
    with pytest.raises(NotSarif, match=why):
        read_log(text)


@pytest.mark.parametrize(
    "odd",
    [
        {"runs": [None, 3, {"results": [None, "x", {}]}]},
        {"runs": [{"tool": [], "results": [{"locations": [[]], "message": 7, "ruleIndex": -9}]}]},
        {"runs": [{"results": [{"locations": [{"physicalLocation": {"region": []}}]}]}]},
    ],
)
def test_it_survives_odd_shapes(odd: dict[str, Any]) -> None:
    assert found(json.dumps({"version": "2.1.0", **odd}), "") == ()


def test_it_looks_at_a_bounded_number_of_results() -> None:
    assert len(found(log(*(result(ruleId=f"r{n}") for n in range(30_000))))) == 300


def test_it_makes_every_text_fit_for_a_database() -> None:
    (finding,) = found(log(result(message={"text": "a\0b\ud800"}), rule={"id": "x"}))
    finding.model_dump_json().encode()
    assert "\0" not in finding.description


def test_it_reads_what_we_write_ourselves() -> None:
    (finding,) = found(log(result()))
    dossier = Dossier.model_construct(findings=(finding,), not_checked=(), checks=())
    ours = render([ReviewedFile("settings.py", "python", CODE, dossier)], "sarif")
    (again,) = found(ours)
    assert (again.line, again.cwe, again.severity) == (5, 502, Severity.CRITICAL)


# Submitted with code


def dossier_of(submission: Submission) -> Dossier:
    assert submission.current_job_id is not None
    run_job(submission.current_job_id, Heartbeat())
    result = StepResult.objects.get(job=submission.current_job, step=Step.FORENSIC)
    return Dossier.model_validate(result.content)


@pytest.mark.django_db
def test_what_agrees_with_ours_bears_both_names(alice: User) -> None:
    submission = submit(
        user=alice, code=CODE, language="python", filename="settings.py", sarif=log(result())
    )
    (finding,) = dossier_of(submission).findings
    assert {"bandit", "team-scan (imported)"} <= set(finding.sources)


@pytest.mark.django_db
def test_what_is_its_own_stands_beside_ours(alice: User) -> None:
    text = log(result(4), rule={"id": "team.unsafe-yaml"})
    submission = submit(
        user=alice, code=CODE, language="python", filename="settings.py", sarif=text
    )
    assert len(dossier_of(submission).findings) == 2


@pytest.mark.django_db
def test_it_says_how_many_results_had_no_place(alice: User) -> None:
    text = log(result(), result(99))
    submission = submit(
        user=alice, code=CODE, language="python", filename="settings.py", sarif=text
    )
    said = " ".join(dossier_of(submission).not_checked)
    assert "1 of the imported results have no place in this file" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nothing", "cannot be read"),
        (log(result(uri="models.py")), "it is about models.py"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_a_log_of_no_use_is_refused(alice: User, text: str, why: str) -> None:
    with pytest.raises(InvalidSubmission, match=why):
        submit(user=alice, code=CODE, language="python", filename="settings.py", sarif=text)
    assert Submission.objects.count() == 0


@pytest.mark.django_db
def test_the_form_takes_a_log(alice: User, client: Client) -> None:
    client.force_login(alice)
    file = SimpleUploadedFile("scan.sarif", log(result()).encode())
    sent = {"code": CODE, "filename": "settings.py", "language": "python", "sarif": file}
    assert client.post("/submissions/", sent).status_code == 302
    assert Submission.objects.get().imported["findings"][0]["line"] == 5


@pytest.mark.django_db
def test_the_form_keeps_the_code_when_it_refuses_a_log(alice: User, client: Client) -> None:
    client.force_login(alice)
    file = SimpleUploadedFile("scan.sarif", b"\xff\xfe\0")
    answer = client.post("/submissions/", {"code": CODE, "language": "python", "sarif": file})
    assert answer.status_code == 422
    assert "return yaml.load(text)" in answer.content.decode()
    assert "The SARIF file cannot be read" in answer.content.decode()


@pytest.mark.django_db
def test_the_api_takes_a_log(alice: User) -> None:
    api = ApiClient(alice)
    sent = {"code": CODE, "filename": "settings.py"}
    assert api.call("code.submit", **sent, sarif=log(result())).status_code == 202
    assert problem_of(api.call("code.submit", **sent, sarif="{")) == (422, "invalid-submission")


@pytest.mark.django_db
def test_the_command_takes_logs(tmp_path: Path) -> None:
    code, scan = tmp_path / "settings.py", tmp_path / "scan.sarif"
    code.write_text(CODE)
    scan.write_text(log(result(uri="settings.py")))
    out = StringIO()
    call_command("review", str(code), sarif=[str(scan), str(scan)], format="json", stdout=out)
    (finding,) = json.loads(out.getvalue())["files"][0]["dossier"]["findings"]
    assert "team-scan (imported)" in finding["sources"]


def test_the_command_says_why_a_log_is_of_no_use(tmp_path: Path) -> None:
    scan = tmp_path / "scan.sarif"
    scan.write_text("{")
    with pytest.raises(CommandError, match="not usable"):
        call_command("review", str(scan), sarif=[str(scan)])
