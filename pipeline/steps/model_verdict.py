"""A verdict in a model's words; confidence and checks stay the measured ones."""

from __future__ import annotations

from pipeline.analysis.types import Verdict
from pipeline.steps.json_answer import find_object
from pipeline.steps.model_answers import VerdictAnswer, read

MOST_IMPROVEMENTS = 5
LONGEST_PROSE = 200_000


def verdict_from(text: str, measured: Verdict) -> Verdict:
    """The measured verdict told by the model. What the model claims of itself is only displayed.

    The measured remaining findings stand whatever the model says; its own are added.
    """
    answer = read(VerdictAnswer, find_object(text))
    if answer is None or not answer.sentence:
        return measured.model_copy(update={"unstructured": text[:LONGEST_PROSE]})
    return measured.model_copy(
        update={
            "explanation": answer.sentence,
            "improvements": tuple(answer.improvements[:MOST_IMPROVEMENTS]),
            "remaining": (*measured.remaining, *answer.remaining),
            "claimed_confidence": answer.confidence[:20],
        }
    )
