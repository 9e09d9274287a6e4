"""A dossier from a model's answer: the model's words, on the ground of what was measured."""

from __future__ import annotations

from pipeline.analysis.grounding import grounded
from pipeline.analysis.merge import merge
from pipeline.analysis.types import Assessment, Brief, Component, Dossier, Finding
from pipeline.steps.json_answer import find_object
from pipeline.steps.model_answers import (
    ComponentAnswer,
    DossierAnswer,
    FindingAnswer,
    read,
)

KINDS = ("module", "class", "function", "method", "statement", "section")
LONGEST_PROSE = 200_000


def dossier_from(text: str, measured: Dossier, code: str, *, shown: str) -> Dossier:
    """The model's dossier with the scanners' findings merged in.

    ``code`` is what the model got, and ``shown`` the same lines as the user wrote them.

    An answer without the asked structure is kept as ``unstructured`` text beside the measured
    dossier: it is shown and decides nothing.
    """
    answer = read(DossierAnswer, find_object(text))
    if answer is None:
        return measured.model_copy(update={"unstructured": text[:LONGEST_PROSE]})
    found, dropped = grounded([_finding(item) for item in answer.findings], code, shown)
    return measured.model_copy(
        update={
            "brief": Brief(**answer.brief.model_dump()),
            "components": _components(answer) or measured.components,
            "assumptions": tuple(answer.assumptions) or measured.assumptions,
            "findings": merge([*measured.findings, *found]),
            "trace": tuple(answer.trace) or measured.trace,
            "assessment": Assessment(**answer.assessment.model_dump()),
            "not_checked": (*answer.not_checked, *measured.not_checked),
            "dropped_findings": dropped,
        }
    )


def _components(answer: DossierAnswer) -> tuple[Component, ...]:
    return tuple(_component(item) for item in answer.components)


def _component(item: ComponentAnswer) -> Component:
    known = item.kind.lower() in KINDS
    return Component.model_validate(
        {**item.model_dump(), "kind": item.kind.lower() if known else "section"}
    )


def _finding(item: FindingAnswer) -> Finding:
    return Finding(
        **{**item.model_dump(), "end_line": max(item.line, item.end_line)},
        sources=("model",),
        rules=(),
        fingerprint="",
    )
