"""Runs the ruff binary over one Python text from standard input, with suppressions ignored."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import ruff  # type: ignore[import-untyped]

from pipeline.analysis.errors import TaskCrashed, TaskRefused
from pipeline.analysis.findings import Hit, report
from pipeline.analysis.knowledge import defects, security
from pipeline.analysis.reading import read
from pipeline.analysis.scanners.curation import Judge, password
from pipeline.analysis.source import for_parsers
from pipeline.analysis.types import Severity

SOURCE = "ruff"
NEWEST = "py314"  # the newest grammar it is asked to read; findings do not depend on ours
ONLY_BANDIT_HAS = frozenset(("B320", "B325", "B401", "B402", "B613", "B614", "B615", "B703"))
SECURITY = sorted("S" + rule[1:] for rule in security.RULES if rule not in ONLY_BANDIT_HAS)
SELECTED = ",".join([*defects.SELECTED, *SECURITY])
MOST_OF_A_RULE = 500  # read of its output; a hostile text can make it report a line a character
ONCE_A_NAME = frozenset(("F821", "F822"))
PASSWORDS = frozenset(("S105", "S106", "S107"))
_CODE = re.compile(rb'"code":\s?(?:"([\w-]{1,40})"|null)')
_QUOTED = re.compile(r"[rbufRBUF]*([\"']{1,3})(.*)\1$")


def diagnose(code: str, select: str, target: str = NEWEST) -> Iterator[dict[str, Any]]:
    """What ruff says about a text, one of its JSON objects at a time; raises TaskCrashed.

    Whoever has read enough may stop: the process is ended then.
    """
    command = [_binary(), "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero"]
    command += ["--output-format", "json-lines", "--target-version", target, "--select", select]
    try:
        with _started([*command, "--stdin-filename", "code.py", "-"]) as process:
            try:
                yield from _read(process, for_parsers(code).encode("utf-8"))
            finally:
                process.kill()
    except BrokenPipeError:
        raise TaskCrashed("ruff ended before it had read the text") from None


def preload() -> None:
    """Look for the program now, which takes longer than starting it."""
    with contextlib.suppress(TaskCrashed):
        _binary()


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own binary, constant arguments
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )


@cache
def _binary() -> str:
    try:
        return str(ruff.find_ruff_bin())
    except FileNotFoundError:
        raise TaskCrashed("the ruff program is not installed here") from None


def _read(process: subprocess.Popen[bytes], text: bytes) -> Iterator[dict[str, Any]]:
    """Hand the text over, then read: ruff writes nothing before it has read everything."""
    if process.stdin is None or process.stdout is None:
        raise TaskCrashed("ruff has no pipes")
    process.stdin.write(text)
    process.stdin.close()
    seen: Counter[bytes] = Counter()
    for line in process.stdout:
        code = _CODE.search(line)
        rule = (code[1] or b"") if code else b""
        seen[rule] += 1
        if seen[rule] <= MOST_OF_A_RULE:
            yield json.loads(line)
    if process.wait() != 0:
        raise TaskCrashed(f"ruff ended with status {process.returncode}")


def is_syntax_error(diagnostic: dict[str, Any]) -> bool:
    """Whether ruff says that the text is not Python (of the asked version)."""
    return diagnostic["code"] in (None, "", "invalid-syntax")


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "note"}``; refuses what is no Python at all."""
    reading = read(payload["code"])
    judge = Judge(reading)
    hits = []
    for diagnostic in diagnose(reading.code, SELECTED):
        if is_syntax_error(diagnostic):
            raise TaskRefused("it needs code that is valid in some version of Python")
        hit = _hit(diagnostic, judge)
        if hit is not None:
            hits.append(hit)
    return report(_once_a_name(hits), reading.lines)


def _hit(diagnostic: dict[str, Any], judge: Judge) -> Hit | None:
    rule, message = diagnostic["code"], diagnostic["message"]
    start, end = diagnostic["location"], diagnostic["end_location"]
    place = start["row"], max(end["row"] - (end["column"] == 1), start["row"]), start["column"]
    if rule in PASSWORDS:
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


def _once_a_name(hits: list[Hit]) -> list[Hit]:
    """A name that is missing everywhere is one problem: its first place, and how many more."""
    places = Counter((hit.rule, hit.detail) for hit in hits)
    kept: dict[object, Hit] = {}
    for number, hit in enumerate(hits):
        more = places[hit.rule, hit.detail] - 1
        if hit.rule not in ONCE_A_NAME:
            kept[number] = hit
        elif (hit.rule, hit.detail) not in kept:
            detail = f"{hit.detail} ({more} more places)" if more else hit.detail
            kept[hit.rule, hit.detail] = replace(hit, detail=detail)
    return list(kept.values())
