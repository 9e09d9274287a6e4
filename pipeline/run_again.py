"""Runs a submission again with what its user chooses for each step; the former runs stay.

A new run is a job of the same submission. It costs a unit of the day's limit as a submission does,
and what was chosen is kept with the job, so that a retry of it goes the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from accounts.models import User
from billing import limits, plans
from operations import audit, runtime_config
from pipeline import idempotency
from pipeline.dead_letters import locked_current_job, paid_run
from pipeline.idempotency import KeyedRequest, Receipt, Remember
from pipeline.models import Job, Step, Submission
from pipeline.parameters import CHOOSE_MODELS
from pipeline.queueing import refuse_when_full
from pipeline.refusals import InvalidChoice, NotPossible
from pipeline.routing import Choice
from providers.quotes import choosable

AGAIN = "code.again"
Choices = Mapping[Step, Choice]


def choices_for(user: User) -> tuple[Choice, ...]:
    """What a step of this user's code may be run with: the built-in engine, and each model that is
    switched on and may get the code, unless that is left to administrators."""
    if not runtime_config.switch(CHOOSE_MODELS.name):
        return (Choice(),)
    offers = choosable(audience=plans.name_of(user))
    models = (Choice(key[0], offer.provider, offer.model) for key, offer in offers.items())
    return (Choice(), *models)


def stored(chosen: Choices) -> dict[str, dict[str, Any]]:
    """The choices as a job keeps them."""
    return {step.value: asdict(choice) for step, choice in chosen.items()}


def run_again(
    *, submission: Submission, by: User, chosen: Choices, idempotency_key: str
) -> Receipt:
    """Queue a new run of the user's own submission, whose last one has ended; once for each key.

    Steps without a choice go the way that administrators set. Raises NotPossible, a Refusal or
    billing.limits.LimitReached; then nothing was changed.
    """
    kept = stored(chosen)
    request = KeyedRequest.of_parts(by, AGAIN, idempotency_key, submission.public_id, kept)
    prepare = partial(_prepare, by, chosen)
    return idempotency.once(request, prepare=prepare, act=partial(_queue, submission, by, kept))


def _must_be_offered(by: User, chosen: Choices) -> None:
    offered = set(choices_for(by))
    if missing := next((each for each in chosen.values() if each not in offered), None):
        raise InvalidChoice(f"{missing.engine} can not be chosen any more. Choose something else.")


def _prepare(by: User, chosen: Choices) -> None:
    _must_be_offered(by, chosen)
    refuse_when_full()
    limits.open_day(by)


def _queue(
    submission: Submission, by: User, chosen: dict[str, dict[str, Any]], remember: Remember
) -> Receipt:
    """Within a transaction. The key is written before the former run is judged: of two requests
    with one key, the later finds the key and is answered like the first."""
    former = locked_current_job(submission)
    if former is None:
        raise NotPossible("This submission was deleted, or never run.")
    receipt = Receipt(submission, {"id": submission.public_id})
    remember(submission, receipt.answer)
    _must_have_ended(former)
    job = paid_run(submission, after=former, by=by, chosen=chosen or None)
    audit.record(submission, "job.again", new_job=job.pk, by=by.pk, chosen=chosen)
    return receipt


def _must_have_ended(former: Job) -> None:
    if not former.has_ended:
        raise NotPossible("It is being run already. Wait for that run to end, or cancel it.")
