"""What a submission is going to take before it is sent: tokens, cost and time, each as a range.

Nothing but sizes is needed, so that code need not leave the browser for it. docs/costs.md states
the rules; what past steps of the same model took goes before them (pipeline.experience). A step is
run by the first model of its route that may get the user's code; attempts that fail, answers that
are sent back, fallbacks and waiting in the queue are not in the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pipeline.experience import Experience, Experiences, Range, experiences
from pipeline.models import BUILT_IN, Step
from pipeline.prompts.questions import forensic_question, quality_question, rebuilder_question
from pipeline.routing import StepRoute, Target
from pipeline.steps.model_answers import DossierAnswer, VerdictAnswer, schema_of
from providers.quotes import Named, Offer, offers

TOKENS_PER_BYTE = (1 / 4.5, 1 / 2.5)  # plain English, dense code
FINDINGS = (0, 500, 0.2)  # bytes told of findings: least, most, and most for each byte of code
REWRITTEN = (0.9, 1.5)  # size of rebuilt code, as a share of the original's
MILLISECONDS_PER_TOKEN = (8, 50)  # 125 and 20 tokens a second
ROUND_TRIP = Range(300, 3_000)  # milliseconds before an answer begins
BUILT_IN_TIME = Range(100, 5_000)  # milliseconds of a step
TYPICAL_BYTES = 10_000  # what is shown before there is any code
NOTHING = Range(0, 0)
DELETED = "Its provider was deleted."

Standing = Mapping[Named, Offer]


@dataclass(frozen=True)
class Size:
    """What is submitted, in bytes: the code, and what is told with it."""

    code: int
    told: int = 0


@dataclass(frozen=True)
class StepEstimate:
    """What one step takes. ``cost`` in micro-dollars, None when no price is known.

    ``problem`` says why nothing can run the step; the other figures are then empty.
    """

    step: Step
    engine: str
    milliseconds: Range
    read: Range = NOTHING
    written: Range = NOTHING
    cost: Range | None = NOTHING
    learned: bool = False
    problem: str = ""

    @property
    def is_free(self) -> bool:
        return self.engine == BUILT_IN


@dataclass(frozen=True)
class Estimate:
    """What all steps take together."""

    size: Size
    steps: tuple[StepEstimate, ...]

    @property
    def is_free(self) -> bool:
        return all(step.is_free for step in self.steps)

    @property
    def read(self) -> Range:
        return sum((step.read for step in self.steps), NOTHING)

    @property
    def written(self) -> Range:
        return sum((step.written for step in self.steps), NOTHING)

    @property
    def milliseconds(self) -> Range:
        return sum((step.milliseconds for step in self.steps), NOTHING)

    @property
    def known_cost(self) -> Range:
        """Of the steps whose price is known."""
        return sum((step.cost for step in self.steps if step.cost), NOTHING)

    @property
    def unpriced(self) -> tuple[StepEstimate, ...]:
        return tuple(step for step in self.steps if step.cost is None)

    @property
    def problems(self) -> tuple[StepEstimate, ...]:
        return tuple(step for step in self.steps if step.problem)


def estimate(chosen: Mapping[Step, StepRoute], size: Size, *, plan: str) -> Estimate:
    """On these routes, for a user of this plan. Three queries, one without any model."""
    named = [_named(target) for route in chosen.values() for target in route.targets]
    standing, past = offers(named, audience=plan), experiences()
    steps = (_step(step, route, standing, size, past) for step, route in chosen.items())
    return Estimate(size, tuple(steps))


def _step(
    step: Step, route: StepRoute, standing: Standing, size: Size, past: Experiences
) -> StepEstimate:
    """By the first model that may get the code, else by the built-in engine where it stands in."""
    for target in route.targets:
        offer = standing.get(_named(target))
        if offer and not offer.refusal:
            return _by_model(step, _as_asked(route, target), offer, size, past)
    if route.is_built_in or route.built_in_last:
        return _built_in(step, past.of(step, BUILT_IN))
    first = standing.get(_named(route.targets[0]))
    return StepEstimate(step, "", NOTHING, problem=first.refusal if first else DELETED)


def _named(target: Target) -> Named:
    return target.provider_id, target.model


def _as_asked(route: StepRoute, target: Target) -> StepRoute:
    """The route with the bounds that are set for this target."""
    return replace(
        route,
        max_tokens=target.max_tokens or route.max_tokens,
        timeout_seconds=target.timeout_seconds or route.timeout_seconds,
    )


def _built_in(step: Step, learned: Experience) -> StepEstimate:
    took = learned.milliseconds
    time = Range(round(took[0]), round(took[1])) if took else BUILT_IN_TIME
    return StepEstimate(step, BUILT_IN, time, learned=took is not None)


def _by_model(
    step: Step, route: StepRoute, offer: Offer, size: Size, past: Experiences
) -> StepEstimate:
    engine = f"{offer.provider}: {offer.model}"
    learned = past.of(step, engine)
    read = _question(step, route, size).times(*TOKENS_PER_BYTE)
    code = Range(size.code, size.code).times(*TOKENS_PER_BYTE)
    written = read.times(*learned.answer) if learned.answer else _answer(step, code)
    written = written.at_most(route.max_tokens)
    time = written.times(*(learned.pace or MILLISECONDS_PER_TOKEN)) + ROUND_TRIP
    return StepEstimate(
        step,
        engine,
        milliseconds=time.at_most(route.timeout_seconds * 1000),
        read=read,
        written=written,
        cost=_cost(offer, read, written),
        learned=learned.answer is not None,
    )


def _cost(offer: Offer, read: Range, written: Range) -> Range | None:
    low = offer.cost(input_tokens=read.low, output_tokens=written.low)
    high = offer.cost(input_tokens=read.high, output_tokens=written.high)
    return None if low is None or high is None else Range(low, high)


def _question(step: Step, route: StepRoute, size: Size) -> Range:
    """Bytes that the model gets: the prompt, the question, and what is told in it."""
    fixed = len(route.prompt.encode()) + _fixed()[step] + size.code + size.told
    if step is Step.QUALITY:
        return Range(fixed, fixed) + Range(size.code, size.code).times(*REWRITTEN)
    least, most, share = FINDINGS
    return Range(fixed + least, fixed + most + round(size.code * share))


def _answer(step: Step, code: Range) -> Range:
    """Tokens of an answer, by rule of thumb."""
    if step is Step.REBUILDER:
        return code.times(*REWRITTEN) + Range(20, 200)
    if step is Step.FORENSIC:
        return code.times(0.2, 1) + Range(400, 2_000)
    return Range(200, 1_000)


@cache
def _fixed() -> dict[Step, int]:
    """Bytes of each question without what is told in it."""
    about: dict[str, Any] = {"language": "python", "filename": "", "comments": ""}
    dossier, verdict = schema_of(DossierAnswer), schema_of(VerdictAnswer)
    questions = {
        Step.FORENSIC: forensic_question(code="", findings=(), schema=dossier, **about),
        Step.REBUILDER: rebuilder_question(code="", findings=(), **about),
        Step.QUALITY: quality_question(original="", rebuilt="", checks=(), schema=verdict, **about),
    }
    return {step: len(question.encode()) for step, question in questions.items()}
