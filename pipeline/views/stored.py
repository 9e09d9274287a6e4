"""The stored results of a run, as pages read them: light rows, and contents where one is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TypeVar, cast

from django.db.models import ExpressionWrapper, F, TextField
from pydantic import ValidationError

from operations.prepared import Select, binder
from pipeline.analysis.types import Value
from pipeline.models import Job, Step, StepResult

logger = logging.getLogger(__name__)

V = TypeVar("V", bound=Value)


class Results(dict[str, StepResult]):
    """Stored results by step. What was read of them is kept for the rest of the page."""

    def __init__(self, stored: Iterable[StepResult] = ()) -> None:
        super().__init__({result.step: result for result in stored})
        self.read: dict[Step, Value | None] = {}


_bind = binder(StepResult)
_OF_RESULT = StepResult.objects.filter(id=_bind("id")).order_by()
# As text: pydantic reads it in half the time that it takes to read it twice, by json and by itself.
_TEXT = ExpressionWrapper(F("content"), output_field=TextField())
_CONTENT = Select(_OF_RESULT.annotate(text=_TEXT), "text")


def results_of(job: Job | None) -> Results:
    """The job's stored results, without their contents and with their prompts' versions."""
    if job is None:
        return Results()
    return Results(job.results.defer("content").annotate(prompt_version=F("prompt__version")))


def content_of(results: Results, step: Step, kind: type[V]) -> V | None:
    """A step's stored output as a value; None if there is none or it is of an unknown form."""
    if step not in results.read:
        results.read[step] = _read(results, step, kind)
    return cast("V | None", results.read[step])


def _read(results: Results, step: Step, kind: type[V]) -> V | None:
    row = _CONTENT.first(id=results[step].pk) if step in results else None
    if row is None:  # not made, or deleted a moment ago
        return None
    try:
        return kind.model_validate_json(row["text"])
    except ValidationError:
        logger.exception("The stored %s result %s cannot be read", step, results[step].pk)
        return None
