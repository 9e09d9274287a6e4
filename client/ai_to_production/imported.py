"""What another tool found: of its SARIF 2.1.0 log the part about one file, to go along with it.

The server takes a log about one file and reads it as it reads code, with suspicion; here a log is
only cut to size, so nothing else of it has to be right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .errors import Misuse

Json = dict[str, Any]
DRIVER = ("name", "version", "informationUri")


def logs_of(names: Iterable[str]) -> list[Json]:
    """The logs in these files. Raises Misuse."""
    return [_log(name) for name in names]


def about(logs: Sequence[Json], path: str) -> str:
    """One log, as text, with what all of them say of the file at a path; nothing if they do not."""
    runs = [cut for log in logs for run in _objects(log["runs"]) if (cut := _cut(run, path))]
    return json.dumps({"version": "2.1.0", "runs": runs}) if runs else ""


def _log(name: str) -> Json:
    try:
        log = json.loads(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Misuse(f"{name} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise Misuse(f"{name} is not usable. It is no JSON.") from None
    if not isinstance(log, dict) or not isinstance(log.get("runs"), list):
        raise Misuse(f"{name} is not usable. It is JSON, but no SARIF log: it has no list of runs.")
    if log.get("version") != "2.1.0":
        raise Misuse(f"{name} is not usable. It is of another version than SARIF 2.1.0.")
    return log


def _cut(run: Json, path: str) -> Json | None:
    """The run with the results about the file and the rules that they name, or None."""
    driver = _object(_object(run.get("tool")).get("driver"))
    rules = _objects(driver.get("rules"))
    kept: list[Json] = []
    used: dict[str, Json] = {}
    for result in _objects(run.get("results")):
        if not _is_same(_uri(run, result), path):
            continue
        name, rule = _rule(result, rules)
        used.setdefault(name, {**rule, "id": name})
        kept.append(
            {**_without_indexes(result), "ruleId": name, "locations": [_place(run, result)]}
        )
    about_it = {key: driver[key] for key in DRIVER if key in driver}
    return (
        {"tool": {"driver": {**about_it, "rules": [*used.values()]}}, "results": kept}
        if kept
        else None
    )


def _rule(result: Json, rules: Sequence[Json]) -> tuple[str, Json]:
    """The rule's name and what the log says of it; it may be pointed at by its place alone."""
    pointed = _object(result.get("rule"))
    name = result.get("ruleId") or pointed.get("id")
    index = result.get("ruleIndex", pointed.get("index"))
    if isinstance(index, int) and 0 <= index < len(rules):
        return str(name or rules[index].get("id") or "unnamed"), rules[index]
    found = next((rule for rule in rules if rule.get("id") == name), {})
    return str(name or "unnamed"), found


def _without_indexes(result: Json) -> Json:
    """Indexes point into lists that are not sent; flows and fixes are long and of no use there."""
    left_out = {"ruleIndex", "rule", "codeFlows", "fixes", "graphs", "relatedLocations", "stacks"}
    return {key: value for key, value in result.items() if key not in left_out}


def _place(run: Json, result: Json) -> Json:
    physical = _physical(result)
    return {"physicalLocation": {**physical, "artifactLocation": {"uri": _uri(run, result)}}}


def _uri(run: Json, result: Json) -> str:
    location = _object(_physical(result).get("artifactLocation"))
    uri = location.get("uri")
    if uri is None:
        artifact = _at(run.get("artifacts"), location.get("index"))
        uri = _object(artifact.get("location")).get("uri")
    return uri if isinstance(uri, str) else ""


def _is_same(uri: str, path: str) -> bool:
    """Whether one path ends in the other: a tool may name files from another folder on."""
    there, here = list(_parts(unquote(uri))), list(_parts(path))
    shared = min(len(there), len(here))
    return shared > 0 and there[-shared:] == here[-shared:]


def _parts(path: str) -> Iterator[str]:
    return (
        part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..", "file:")
    )


def _physical(result: Json) -> Json:
    locations = _objects(result.get("locations"))
    return _object(locations[0].get("physicalLocation")) if locations else {}


def _at(listed: Any, index: Any) -> Json:
    """The object in that place of a list; asked for each result, so that nothing else is read."""
    is_there = isinstance(listed, list) and isinstance(index, int) and 0 <= index < len(listed)
    return _object(listed[index]) if is_there else {}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
