"""The rebuilt file from a model's answer."""

from __future__ import annotations

from django.conf import settings

from pipeline.analysis.types import Rebuild
from pipeline.steps.assignment import StepFailed
from pipeline.steps.code_answer import extract_code, like_original

GROWTH = 4  # how many times the largest submission a rebuilt file may be


def rebuild_from(text: str, original: str) -> Rebuild:
    """The code of the answer, with the original's line endings. Raises StepFailed without any."""
    block = extract_code(text, original)
    if block is None:
        raise _unusable("no-code", "The language model's answer held no code.")
    code = like_original(block.code, original)
    if "\0" in code or len(code.encode("utf-8", "replace")) > GROWTH * settings.MAX_CODE_SIZE_BYTES:
        raise _unusable("unusable-code", "The language model's rebuilt code could not be used.")
    note = "" if block.closed else "The model did not close its code block: the end may be missing."
    return Rebuild(code=code, changes=(), refusals=(), note=note)


def _unusable(error_class: str, message: str) -> StepFailed:
    return StepFailed(error_class, message, user_message=message, retryable=True)
