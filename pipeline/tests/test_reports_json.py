"""The JSON report: a documented shape that programs can rely on."""

from __future__ import annotations

import json

from pipeline.analysis.types import Dossier, Rebuild, Verdict
from pipeline.reports import render
from pipeline.tests.report_samples import failed_file, hostile_file, reviewed_file


def test_it_has_the_documented_shape() -> None:
    data = json.loads(render([reviewed_file(), failed_file()], "json"))
    assert list(data) == ["schema", "schema_version", "tool", "summary", "files"]
    assert (data["schema"], data["schema_version"]) == ("ai-to-production/review", 1)
    assert data["summary"] == {
        "files": 2,
        "not_reviewed": 1,
        "findings": {"CRITICAL": 1, "HIGH": 1, "MEDIUM": 0, "LOW": 1},
    }
    assert list(data["files"][0]) == [
        "path", "language", "submission", "seconds", "error", "changed",
        "marks", "new", "dossier", "rebuild", "verdict",
    ]  # fmt: skip


def test_it_gives_the_results_back_whole() -> None:
    file = reviewed_file()
    (data,) = json.loads(render([file], "json"))["files"]
    assert Dossier.model_validate(data["dossier"]) == file.dossier
    assert Rebuild.model_validate(data["rebuild"]) == file.rebuild
    assert Verdict.model_validate(data["verdict"]) == file.verdict
    assert data["changed"] is True


def test_it_says_null_for_what_a_failed_file_lacks() -> None:
    (data,) = json.loads(render([failed_file()], "json"))["files"]
    assert data["error"] == "The analysers stopped."
    assert (data["dossier"], data["rebuild"], data["verdict"]) == (None, None, None)


def test_it_is_ascii_whatever_the_code_says() -> None:
    text = render([hostile_file()], "json")
    assert text.isascii()
    assert "\x1b" not in text
