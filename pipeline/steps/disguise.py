"""Keeps the secrets of a submission from providers: stand-ins go out, and are put back in the code.

A stand-in has the secret's length and its kinds of characters, so that the code still reads as it
did, and no line moves; which characters they are nobody can guess, and they are new for each step.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from typing import Any

from operations import runtime_config
from operations.database import in_database
from pipeline.analysis import masking, secret_search
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.types import Value
from pipeline.parameters import MASK_SECRETS
from pipeline.steps.assignment import Assignment, StepFailed

ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
TRIES = 20


class Disguise:
    """The secrets of some texts, each with its stand-in."""

    def __init__(self, values: Iterable[str] = (), texts: Iterable[str] = ()) -> None:
        self._stand_ins: dict[str, str] = {}
        everything = "\n".join(texts)
        for value in values:
            self._stand_ins[value] = _stand_in(value, everything)

    def __len__(self) -> int:
        return len(self._stand_ins)

    def hide(self, text: str) -> str:
        """The text as a provider gets it. Longer secrets go first: one may hold another."""
        for value, stand_in in self._stand_ins.items():
            text = text.replace(value, stand_in)
        return text

    def restore(self, code: str) -> str:
        """Rebuilt code with the secrets where their stand-ins are."""
        for value, stand_in in reversed(self._stand_ins.items()):
            code = code.replace(stand_in, value)
        return code

    def missing(self, code: str) -> int:
        """How many stand-ins the code of an answer no longer has."""
        return sum(stand_in not in code for stand_in in self._stand_ins.values())

    def softened(self, words: Value) -> dict[str, Any]:
        """A model's words as JSON, with what may be shown of a secret where its stand-in is."""
        content = words.model_dump(mode="json")
        shown = [(stand_in, masking.masked(secret)) for secret, stand_in in self._stand_ins.items()]
        return {key: _replaced(each, shown) for key, each in content.items()} if shown else content


def disguise_for(assignment: Assignment) -> Disguise:
    """The disguise in which the submission, and what was made of it, is to be sent.

    Nothing leaves unless it was looked through: raises StepFailed when that failed. Secrets that
    one step hid are hidden by those after it, whatever is switched off meanwhile.
    """
    material = assignment.material
    texts = material.suspect_texts
    if not texts:
        return Disguise()
    if material.secrets is None:
        if not in_database(runtime_config.value, MASK_SECRETS.name):
            return Disguise()
        material.secrets = _looked_for(texts, assignment.deadline)
    return Disguise(material.secrets, texts)


def _looked_for(texts: tuple[str, ...], deadline: float) -> tuple[str, ...]:
    try:
        return secret_search.secrets_in(texts, deadline)
    except SandboxError as error:
        raise StepFailed(
            "analysis",
            f"Secrets could not be looked for: {error}",
            user_message="The code could not be searched for secrets, so it was not sent.",
            retryable=True,
        ) from error


def _replaced(value: Any, replacements: list[tuple[str, str]]) -> Any:
    """JSON with all replacements made in each of its texts."""
    if isinstance(value, str):
        for old, new in replacements:
            value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {key: _replaced(each, replacements) for key, each in value.items()}
    return [_replaced(each, replacements) for each in value] if isinstance(value, list) else value


def _stand_in(secret: str, everything: str) -> str:
    for _ in range(TRIES):
        stand_in = "".join(_like(character) for character in secret)
        if stand_in not in everything:
            return stand_in
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(len(secret) + 8))


def _like(character: str) -> str:
    for alphabet in ALPHABETS:
        if character in alphabet:
            return secrets.choice(alphabet)
    return character if character.isascii() else "x"
