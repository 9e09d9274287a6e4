"""One output of a step out of those of several calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.analysis.types import Value
from pipeline.steps.assignment import StepOutput


def together(outputs: Sequence[StepOutput], content: Value) -> StepOutput:
    """A step's one output: ``content``, with the traces, tokens and cost of all its calls.

    The cost of calls of which one has no known price is unknown.
    """
    last = outputs[-1]
    return replace(
        last,
        content=content.model_dump(mode="json"),
        trace=[entry for output in outputs for entry in output.trace],
        input_tokens=_sum(output.input_tokens for output in outputs),
        output_tokens=_sum(output.output_tokens for output in outputs),
        cost_microdollars=_cost(outputs),
    )


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def _cost(outputs: Sequence[StepOutput]) -> int | None:
    costs = [output.cost_microdollars for output in outputs]
    return None if None in costs else _sum(costs)
