"""The shapes in which models answer, read tolerantly: one bad field never loses the rest."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.analysis.types import Severity

MOST_ITEMS = 300
LONGEST_TEXT = 4_000


def _text(value: Any) -> str:
    return "" if value is None else str(value).encode("utf-8", "replace").decode()[:LONGEST_TEXT]


def _items(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value] if value else []
    return items[:MOST_ITEMS]


def _texts(value: Any) -> list[str]:
    return [_text(item) for item in _items(value) if item]


def _severity(value: Any) -> str:
    word = str(value).strip().upper()
    return word if word in Severity.__members__ else "MEDIUM"


def _cwe(value: Any) -> int | None:
    digits = re.search(r"\d{1,5}", str(value or ""))
    return int(digits[0]) if digits else None


def _line(value: Any) -> int:
    digits = re.search(r"\d{1,7}", str(value or ""))
    return max(1, int(digits[0])) if digits else 1


def _score(value: Any) -> float:
    number = re.search(r"\d+(\.\d+)?", str(value))
    return min(10.0, float(number[0])) if number else 0.0


def _stage(value: Any) -> str:
    word = str(value).strip().lower()
    return word if word in ("prototype", "production") else "unknown"


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Line = Annotated[int, BeforeValidator(_line)]


Shape = TypeVar("Shape", bound="Answer")


class Answer(BaseModel):
    """Base: what a model adds beyond the shape is ignored."""

    model_config = ConfigDict(extra="ignore")


class BriefAnswer(Answer):
    what: Text = ""
    purpose: Text = ""
    score: Annotated[float, BeforeValidator(_score)] = 0.0
    biggest_risk: Text = ""


class ComponentAnswer(Answer):
    kind: Text = "section"
    name: Text
    line: Line = 1
    end_line: Line = 1
    description: Text = ""


class FindingAnswer(Answer):
    severity: Annotated[Severity, BeforeValidator(_severity)]
    cwe: Annotated[int | None, BeforeValidator(_cwe)] = None
    line: Line
    end_line: Line = 1
    snippet: Text = Field(description="the first line of the place, quoted exactly")
    title: Text
    description: Text = ""
    impact: Text = ""
    action: Text = ""


class AssessmentAnswer(Answer):
    stage: Annotated[Literal["prototype", "production", "unknown"], BeforeValidator(_stage)]
    trusted_in_production: bool = False
    reason: Text = ""


def _only_readable(shape: type[Answer]) -> BeforeValidator:
    """Keeps the items of a list that have the shape; the others are lost, not the list."""

    def readable(value: Any) -> list[Answer]:
        read_items = (read(shape, item) for item in _items(value))
        return [item for item in read_items if item is not None]

    return BeforeValidator(readable)


class DossierAnswer(Answer):
    """What the forensic step asks for."""

    brief: BriefAnswer
    components: Annotated[list[ComponentAnswer], _only_readable(ComponentAnswer)] = []
    dependencies: Texts = []
    assumptions: Texts = []
    findings: Annotated[list[FindingAnswer], _only_readable(FindingAnswer)]
    trace: Texts = []
    assessment: AssessmentAnswer
    not_checked: Texts = []


class VerdictAnswer(Answer):
    """What the quality step asks for."""

    sentence: Text
    improvements: Texts = []
    remaining: Texts = []
    confidence: Text = ""


def read(shape: type[Shape], value: Any) -> Shape | None:
    """``value`` in the given shape, or None when it is too far from it."""
    try:
        return shape.model_validate(value)
    except ValidationError:
        return None


@cache
def schema_of(shape: type[Answer]) -> dict[str, Any]:
    """The JSON schema to ask for, in the strict form that providers demand; not to be changed.

    Every property is required, no other is allowed, and there are no defaults.
    """
    strict: dict[str, Any] = _strict(shape.model_json_schema())
    return strict


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _strict(value) for key, value in node.items() if key != "default"}
    if "properties" in kept:
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept
