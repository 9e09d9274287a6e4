"""Calls every operation of the JSON API by schemathesis, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from config.workshop.console import ROOT

SCHEMA = "/api/v1/openapi.json"
PATIENCE_SECONDS = 30.0
HALF = 0.5  # of the ids are of something that there is
CHECKS = "benchmarks.laboratory.schema_checks"
TOKEN_VARIABLE = "DRILL_TOKEN"  # noqa: S105 - a name
# From which dictionary parameters are taken: everywhere, and where they mean something else.
NAMED = {"query.id": "submissions", "body.id": "rows"}
NAMED_IN = {
    "code.markFinding": {"body.id": "submissions", "body.fingerprint": "fingerprints"},
    "code.runAgain": {"body.id": "submissions"},
    "code.cancel": {"body.id": "submissions"},
    "code.delete": {"body.id": "deletable"},
}
FIXED = f"""\
[headers]
Authorization = "Bearer ${{{TOKEN_VARIABLE}}}"

# A schema cannot say all that makes a submission one: {CHECKS} looks at these.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "413", "422", "429", "503"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503"]

# What may happen to a busy server, and is declared.
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""


@dataclass(frozen=True)
class Known:
    """Ids of what there is; ``deletable`` are submissions that nothing else is asked for."""

    submissions: Sequence[str]
    deletable: Sequence[str]
    fingerprints: Sequence[str]
    rows: Sequence[int]


@dataclass(frozen=True)
class Called:
    """How one run ended: its exit code, what it said, calls by operation, answers by status."""

    code: int
    said: str
    calls: Counter[str]
    answers: Counter[str]


def operations(url: str) -> dict[str, bool]:
    """Every operation of the schema as method and path, and whether it takes anything."""
    answer = httpx2.get(url + SCHEMA, timeout=PATIENCE_SECONDS).raise_for_status()
    return {
        f"{method.upper()} {path}": bool(operation["parameters"]) or "requestBody" in operation
        for path, methods in answer.json()["paths"].items()
        for method, operation in methods.items()
    }


def call_all(
    url: str, token: str, known: Known, folder: Path, *, examples: int, seed: int, only: str
) -> Called:
    """Call each operation with at least so many examples, or ``only`` the one of that id."""
    folder.mkdir()
    (folder / "schemathesis.toml").write_text(FIXED + _naming(known), encoding="utf-8")
    events = folder / "events.ndjson"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", url + SCHEMA, "--no-color",
        "--checks", "all", "--max-examples", str(examples), "--seed", str(seed),
        "--continue-on-failure", "--report-ndjson-path", str(events),
        *(("--include-operation-id", only) if only else ()),
    ]  # fmt: skip
    own = {"SCHEMATHESIS_HOOKS": CHECKS, "PYTHONPATH": str(ROOT), TOKEN_VARIABLE: token}
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    return Called(done.returncode, done.stdout + done.stderr, *_counted(events))


def _naming(known: Known) -> str:
    """The part of the configuration that lets calls name what there is."""
    lists = [
        f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n"
        for name, values in asdict(known).items()
    ]
    of_all = ["[parameters]", *(_bound(*pair) for pair in NAMED.items())]
    return "\n".join(["", *lists, *of_all, *map(_naming_of, NAMED_IN)])


def _naming_of(operation: str) -> str:
    named = [_bound(*pair) for pair in NAMED_IN[operation].items()]
    head = f'\n[[operations]]\ninclude-operation-id = "{operation}"\n[operations.parameters]'
    return "\n".join([head, *named])


def _bound(parameter: str, dictionary: str) -> str:
    return f'"{parameter}" = {{ dictionary = "{dictionary}", probability = {HALF} }}'


def _counted(events: Path) -> tuple[Counter[str], Counter[str]]:
    calls, answers = Counter[str](), Counter[str]()
    for line in events.read_text(encoding="utf-8").splitlines() if events.exists() else ():
        for call in _calls_of(json.loads(line)):
            sent, came = call["request"], call.get("response") or {}
            calls[f"{sent['method']} {urlsplit(sent['uri']).path}"] += 1
            answers[str(came.get("status_code", "none"))] += 1
    return calls, answers


def _calls_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    recorder = event.get("ScenarioFinished", {}).get("recorder", {})
    return list(recorder.get("interactions", {}).values())
