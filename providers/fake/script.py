"""What the pretend vendor answers: deterministic, by the step it recognises and its quality.

The texts are the files in answers/. Findings quote lines of the code that was sent, and the rebuilt
code is that code with fixed replacements, so that the answers hold against real checks.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).resolve().parent / "answers"
QUALITIES = ("good", "mediocre", "hostile", "learning")
TOLD = "<<<BEGIN FAILED CHECKS "
ENCLOSED = r"<<<BEGIN {label} (\w+)>>>\n(.*?)\n<<<END {label} \1>>>"
FENCED = re.compile(r"```[^\n]*\n(.*?)```", re.DOTALL)
FENCE_TAG = re.compile(r"fenced block marked (\S+?),? ")


def step_of(request: dict[str, Any]) -> str:
    """forensic, rebuilder, quality or plain: by the schema's name, else by what was enclosed."""
    schema = (request.get("response_format") or {}).get("json_schema") or {}
    if schema.get("name") in ("forensic", "quality"):
        return str(schema["name"])
    asked = asked_in(request["messages"])
    if "<<<BEGIN REBUILT CODE " in asked:
        return "quality"
    if "<<<BEGIN SCANNER FINDINGS " in asked:
        return "forensic"
    return "rebuilder" if "<<<BEGIN FINDINGS " in asked else "plain"


class Script:
    """The answers of one quality."""

    def __init__(self, quality: str) -> None:
        self.lines: dict[str, Any] = answers_of(quality)

    def answer(self, step: str, messages: list[Any]) -> str:
        """The text of the answer to ``messages``."""
        asked = asked_in(messages)
        if step == "forensic":
            return self._forensic(code_in(asked))
        if step == "rebuilder":
            return self._rebuilder(code_in(asked), asked)
        told: str | dict[str, Any] = self.lines[step]
        return told if isinstance(told, str) else json.dumps(told, indent=1)

    def _forensic(self, code: str) -> str:
        told = self.lines["forensic"]
        findings = _findings(code)[: told["most_findings"]] + told["invented"]
        content = {**told["content"], "findings": findings}
        return f"{told['before']}{json.dumps(content, indent=1)}{told['after']}"

    def _rebuilder(self, code: str, asked: str) -> str:
        told = self.lines["rebuilder"]
        tag = FENCE_TAG.search(asked)
        language = told["tag"] or (tag[1] if tag else "")
        flaw = "" if TOLD in asked and told.get("learns") else told["appended"]
        rebuilt = _rebuilt(code, told["most_repairs"]) + flaw
        ending = "" if rebuilt.endswith("\n") else "\n"
        return f"{told['before']}```{language}\n{rebuilt}{ending}{told['after']}"


def asked_in(messages: list[Any]) -> str:
    """The last message of the user."""
    users = [m for m in messages if isinstance(m, dict) and m.get("role") == "user"]
    return str(users[-1].get("content", "")) if users else ""


def code_in(asked: str) -> str:
    """The submitted code of a question, or of any fence in it."""
    enclosed = re.search(ENCLOSED.format(label="CODE"), asked, re.DOTALL)
    if enclosed:
        return enclosed[2]
    fenced = FENCED.search(asked)
    return fenced[1] if fenced else asked


def _findings(code: str) -> list[dict[str, Any]]:
    """The known weaknesses in the order of their lines, each line quoted as it stands."""
    found = []
    for number, line in enumerate(code.splitlines(), start=1):
        for weakness in answers_of("weaknesses"):
            if weakness["contains"] in line:
                place = {"line": number, "end_line": number, "snippet": line}
                found.append({**weakness["finding"], **place})
    return found


def _rebuilt(code: str, most: int) -> str:
    """The code with the first ``most`` repairs that fit, each all or nothing."""
    done = 0
    for repair in answers_of("weaknesses"):
        pairs = repair.get("repair", [])
        if pairs and done < most and all(old in code for old, _ in pairs):
            for old, new in pairs:
                code = code.replace(old, new)
            done += 1
    return code


@cache
def answers_of(name: str) -> Any:
    """A file of answers/; not to be changed."""
    return json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
