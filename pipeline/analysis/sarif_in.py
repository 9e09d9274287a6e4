"""Reads what another tool found out of its SARIF 2.1.0 log, as findings about one submitted file.

The log is as hostile as code: nothing in it names a file that is opened, and everything has an end.
Only results whose place is in the file are taken; they are shown as imported, by the tool's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pipeline.analysis import masking, source
from pipeline.analysis.findings import MOST_FINDINGS, worst_first
from pipeline.analysis.types import Finding, Severity

MOST_RESULTS = 20_000  # that are looked at
LONGEST_TITLE, LONGEST_TEXT, LONGEST_RULE = 200, 2_000, 100
IMPORTED = "imported"
LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.LOW,
}
SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
_TO_FILL_IN = re.compile(r"\{\w+\}")
_CWE = re.compile(r"(?:^|[/\s:_-])cwe[-/:_ ]?(\d{1,4})(?!\d)", re.IGNORECASE)
_NO_NAME = re.compile(r"[^a-z0-9._+-]+")
Json = dict[str, Any]


class NotSarif(ValueError):
    """The text is no SARIF log that can be read; the message says why, for people."""


@dataclass(frozen=True)
class Imported:
    """The findings about a file, how many results had no place in it, and all files named."""

    findings: tuple[Finding, ...]
    dropped: int
    named: tuple[str, ...]


def read_log(text: str) -> Json:
    """The log as plain data. Raises NotSarif."""
    try:
        log = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSarif(f"It is no JSON: {error}.") from None
    if not isinstance(log, dict) or not isinstance(log.get("runs"), list):
        raise NotSarif("It is JSON, but no SARIF log: it has no list of runs.")
    if log.get("version") != "2.1.0":
        raise NotSarif("It is of another version than SARIF 2.1.0.")
    return log


def findings_in(log: Json, path: str, code: str) -> Imported:
    """What a log says of one file. ``path`` is as much of the file's path as is known, or nothing.

    Without a path the log has to be about one file alone, and is taken to be about this one.
    """
    results = list(_results(log))
    named = tuple(dict.fromkeys(uri for _, _, uri in results if uri))
    lines = source.split_lines(code)
    found: list[Finding] = []
    dropped = 0
    for run, result, uri in results:
        if not _is_about(uri, path, named):
            continue
        finding = _finding(run, result, lines)
        if finding is None:
            dropped += 1
        else:
            found.append(finding)
    worst = worst_first(_unique(found))[:MOST_FINDINGS]
    return Imported(tuple(worst), dropped, named)


def together(parts: Iterable[Imported]) -> Json | None:
    """Several logs' findings as they are stored with a submission; None without any."""
    found = list(parts)
    findings = _unique(each for part in found for each in part.findings)
    dropped = sum(part.dropped for part in found)
    if not findings and not dropped:
        return None
    return {"findings": [each.model_dump(mode="json") for each in findings], "dropped": dropped}


def _results(log: Json) -> Iterator[tuple[Json, Json, str]]:
    """Each open result with its run and the address of its file."""
    seen = 0
    for run in _objects(log.get("runs")):
        for result in _objects(run.get("results")):
            seen += 1
            if seen > MOST_RESULTS:
                return
            if _is_open(result):
                yield run, result, _uri(run, result)


def _is_open(result: Json) -> bool:
    """Not suppressed, not gone, and no report of a success."""
    suppressed = any(
        each.get("status", "accepted") == "accepted"
        for each in _objects(result.get("suppressions"))
    )
    kind, baseline = result.get("kind", "fail"), result.get("baselineState")
    return not suppressed and kind in ("fail", "review", "open") and baseline != "absent"


def _uri(run: Json, result: Json) -> str:
    location = _object(_physical(result).get("artifactLocation"))
    uri = location.get("uri")
    if isinstance(uri, str):
        return uri[:1000]
    artifacts, index = _objects(run.get("artifacts")), location.get("index")
    if isinstance(index, int) and 0 <= index < len(artifacts):
        uri = _object(artifacts[index].get("location")).get("uri")
    return uri[:1000] if isinstance(uri, str) else ""


def _is_about(uri: str, path: str, named: Sequence[str]) -> bool:
    if not path:
        return len(named) <= 1
    there, here = _parts(uri), _parts(path)
    shared = min(len(there), len(here))
    return shared > 0 and there[-shared:] == here[-shared:]


def _parts(path: str) -> list[str]:
    plain = unquote(path).replace("\\", "/").split("?")[0].split("#")[0]
    return [part for part in plain.split("/") if part not in ("", ".", "..", "file:")]


def _finding(run: Json, result: Json, lines: Sequence[str]) -> Finding | None:
    """The result in our terms; None where its place is not in the code."""
    region = _object(_physical(result).get("region"))
    line = _whole(region.get("startLine"))
    if line is None or not 1 <= line <= len(lines):
        return None
    end_line = min(max(line, _whole(region.get("endLine")) or line), len(lines))
    column = max(1, _whole(region.get("startColumn")) or 1)
    rule_id, rule = _rule(run, result)
    told = _text(result.get("message")) or _text(rule.get("fullDescription"))
    title = _said_for_good(rule.get("shortDescription")) or told or rule_id
    return Finding(
        severity=_severity(result, rule),
        cwe=_cwe(result, rule),
        line=line,
        end_line=end_line,
        column=column,
        title=masking.mask(" ".join(title.split())[:LONGEST_TITLE]),
        description=masking.mask(told[:LONGEST_TEXT]),
        impact="",
        action=_said_for_good(rule.get("help"))[:LONGEST_TEXT] or "See what the tool advises.",
        snippet=masking.mask(source.snippet(lines, line, end_line, column)),
        sources=(_tool(run),),
        rules=(rule_id[:LONGEST_RULE],),
        fingerprint="",
    )


def _physical(result: Json) -> Json:
    locations = _objects(result.get("locations"))
    return _object(locations[0].get("physicalLocation")) if locations else {}


def _rule(run: Json, result: Json) -> tuple[str, Json]:
    driver = _object(_object(run.get("tool")).get("driver"))
    rules = _objects(driver.get("rules"))
    pointed = _object(result.get("rule"))
    name = result.get("ruleId") or pointed.get("id")
    index = result.get("ruleIndex", pointed.get("index"))
    if isinstance(index, int) and 0 <= index < len(rules):
        rule = rules[index]
    else:
        rule = next((each for each in rules if each.get("id") == name), {})
    return _clean(str(name or rule.get("id") or "unnamed")), rule


def _severity(result: Json, rule: Json) -> Severity:
    for holder in (_object(result.get("properties")), _object(rule.get("properties"))):
        score = _number(holder.get("security-severity"))
        if score is not None:
            return next((severity for least, severity in SCORES if score >= least), Severity.LOW)
    usual = _object(rule.get("defaultConfiguration")).get("level")
    return LEVELS.get(str(result.get("level") or usual or "warning"), Severity.MEDIUM)


def _cwe(result: Json, rule: Json) -> int | None:
    for text in (*_marks(result), *_marks(rule)):
        if found := _CWE.search(text):
            return int(found[1])
    return None


def _marks(holder: Json) -> Iterator[str]:
    """Where a weakness may be named: taxa, relationships, tags, properties, the id itself."""
    properties = _object(holder.get("properties"))
    for reference in _objects(holder.get("taxa")):
        component = _object(reference.get("toolComponent")).get("name", "")
        yield f"{component}-{reference.get('id', '')}"
    for relation in _objects(holder.get("relationships")):
        target = _object(relation.get("target"))
        component = _object(target.get("toolComponent")).get("name", "")
        yield f"{component}-{target.get('id', '')}"
    for name in ("tags", "cwe", "CWE"):
        value = properties.get(name)
        yield from (
            str(each)[:200] for each in (value if isinstance(value, list) else [value])[:50]
        )
    yield str(holder.get("id") or "")[:200]


def _tool(run: Json) -> str:
    name = _object(_object(run.get("tool")).get("driver")).get("name")
    slug = _NO_NAME.sub("-", str(name or "").lower()[:40]).strip("-.")
    return f"{slug or 'another tool'} ({IMPORTED})"


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """Each once, however often it was written down."""
    kept = {(f.sources, f.rules, f.line, f.column, f.description): f for f in findings}
    return list(kept.values())


def _text(value: Any) -> str:
    """A SARIF message, by its plain text."""
    text = _object(value).get("text")
    return _clean(text).strip() if isinstance(text, str) else ""


def _said_for_good(value: Any) -> str:
    """What a rule says of itself, unless it is to be filled in for each result, as ruff's are."""
    text = _text(value)
    return "" if _TO_FILL_IN.search(text.partition("\n")[0]) else text


def _clean(text: str) -> str:
    """The text as every database takes it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
