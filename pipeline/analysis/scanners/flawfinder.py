"""Runs the flawfinder program over one C or C++ text, with every suppression in it ignored.

It is started as a process of its own and never imported: it is licensed under the GPL, this
project is not. It knows dangerous calls by their names and reads no types, so it also reads code
that does not parse.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.analysis.errors import TaskCrashed
from pipeline.analysis.findings import Hit, report
from pipeline.analysis.knowledge import explain
from pipeline.analysis.knowledge.c_code import GETS, GROUPS, OTHER
from pipeline.analysis.source import for_parsers, split_lines
from pipeline.analysis.types import Severity

SOURCE = "flawfinder"
FILES = {"c": "code.c", "cpp": "code.cpp"}
LOWEST_LEVEL = 2  # of 5; at level 1 it reports every strlen
MOST_OUTPUT = 4_000_000  # bytes; it repeats the line at every hit, and lines can be long
BY_LEVEL = {5: Severity.CRITICAL, 4: Severity.HIGH, 3: Severity.MEDIUM, 2: Severity.LOW}


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code", "language"}`` to ``{"findings", "note"}``."""
    code = for_parsers(payload["code"])
    lines = split_lines(code)
    file = Path(FILES[payload["language"]])
    file.write_bytes("\n".join(lines).encode("utf-8"))
    output = _output(file.name)
    answer = report([_hit(row) for row in _rows(output)], lines)
    if len(output) >= MOST_OUTPUT // 2 and not answer["note"]:
        answer["note"] = "its report was too long to be read to its end"
    return answer


def _output(file: str) -> str:
    """What it prints, the worst first; cut where that is far too much."""
    options = ["--csv", "--neverignore", "--falsepositive", f"--minlevel={LOWEST_LEVEL}"]
    command = [sys.executable, "-I", "-X", "utf8", "-m", "flawfinder", *options, file]
    with subprocess.Popen(  # noqa: S603 - constant arguments, the code is in the file
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as process:
        output = process.stdout.read(MOST_OUTPUT) if process.stdout else b""
        process.kill()
    text = output.decode("utf-8", "replace")
    if not text.startswith("File,"):
        raise TaskCrashed("the flawfinder program is not installed here, or did not run")
    whole, end, _ = text.rpartition("\n")
    return whole + end


def _rows(output: str) -> Iterator[dict[str, str]]:
    """Its lines as dictionaries; one that was cut off is left out."""
    csv.field_size_limit(MOST_OUTPUT)
    for row in csv.DictReader(output.splitlines(keepends=True)):
        if (row.get("Line") or "").isdigit() and (row.get("Level") or "").isdigit():
            yield row


def _hit(row: dict[str, str]) -> Hit:
    rule = _rule(row)
    level = min(max(int(row["Level"]), LOWEST_LEVEL), 5)
    severity = max(BY_LEVEL[level], explain(rule).severity, key=lambda s: s.rank)
    line, column = int(row["Line"]), int(row.get("Column") or 1)
    detail = f"The name here is {row['Name']}; flawfinder puts it at level {level} of 5"
    return Hit(SOURCE, rule, line, line, column, detail, severity)


def _rule(row: dict[str, str]) -> str:
    """Our name for the kind of weakness, by the first CWE number that it gives."""
    if row["Name"] in GETS:
        return "c-gets"
    numbers = [word.strip(" !") for word in (row.get("CWEs") or "").replace("/", ",").split(",")]
    return next((GROUPS[number] for number in numbers if number in GROUPS), OTHER)
