"""One effect for one key: a request that is sent again gets the answer of the first one.

As Stripe defines it (https://docs.stripe.com/api/idempotent_requests): keys are a user's own and
count for IDEMPOTENCY_HOURS; the same key with another body is refused. The key's row is written in
the transaction of the effect, so there is none for a request that failed, and none to clean up
after a crash. Of requests that arrive together, all but one wait at the row's unique index.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from billing.limits import LimitReached
from operations import conflicts, runtime_config
from operations.clock import Now, now_plus
from operations.database import DEADLOCK, is_away, is_unavailable, mysql_code
from operations.lock_waits import LockWait
from pipeline.intake import Draft
from pipeline.models import IdempotencyKey, Submission
from pipeline.parameters import IDEMPOTENCY_HOURS
from pipeline.refusals import InvalidKey, KeyReused, Refusal, StillRunning

WAIT_SECONDS = 2
LONGEST_KEY = 255
LONGEST_PAUSE_SECONDS = 0.1

Answer = dict[str, Any]
Remember = Callable[[Submission, Answer], None]


@dataclass(frozen=True)
class Receipt:
    """What came of a request: the submission, and the answer to give, word for word."""

    submission: Submission
    answer: Answer
    replayed: bool = False


@dataclass(frozen=True)
class KeyedRequest:
    """A request that may have been made before: whose, of what kind, under which key, what for."""

    user: User
    operation: str
    key_hash: str
    body_digest: str

    @classmethod
    def of(cls, user: User, operation: str, key: str, draft: Draft) -> KeyedRequest:
        """Raises InvalidKey."""
        return cls._of(user, operation, key, _digest(draft))

    @classmethod
    def of_parts(cls, user: User, operation: str, key: str, *parts: Any) -> KeyedRequest:
        """For what is asked for in other words than a draft. Raises InvalidKey."""
        return cls._of(user, operation, key, _sha256(json.dumps(parts, sort_keys=True)))

    @classmethod
    def _of(cls, user: User, operation: str, key: str, digest: str) -> KeyedRequest:
        """The key is hashed before it meets a database's collation."""
        if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise InvalidKey
        return cls(user, operation, _sha256(key), digest)


class _Taken(Exception):
    """The key's row stands already."""


class _Deadlocked(Exception):
    """The database ended this attempt to let another one go on."""


def once(
    request: KeyedRequest, *, prepare: Callable[[], None], act: Callable[[Remember], Receipt]
) -> Receipt:
    """Replay the answer that the key has; without one, run ``act`` in a transaction and keep its.

    ``act`` calls the function that it is given as early as it can, with the submission and the
    answer; from there on it is alone with the key. ``prepare`` runs before the transaction and
    may refuse the request. Raises KeyReused, StillRunning, and what the two raise.
    """
    if earlier := _earlier(request):
        return earlier
    try:
        prepare()
    except (Refusal, LimitReached):
        if earlier := _earlier(request):  # it took what is missing now
            return earlier
        raise
    return _act_or_wait(request, act)


def purge_expired() -> int:
    """Delete keys that no longer count; returns how many."""
    return IdempotencyKey.objects.exclude(_counts()).delete()[0]


def _act_or_wait(request: KeyedRequest, act: Callable[[Remember], Receipt]) -> Receipt:
    give_up = time.monotonic() + WAIT_SECONDS
    replace = False
    while (left := give_up - time.monotonic()) > 0:
        try:
            return _attempt(request, act, replace=replace, seconds=left)
        except _Deadlocked:
            conflicts.pause(LONGEST_PAUSE_SECONDS)
        except _Taken:
            if earlier := _earlier(request):
                return earlier
            replace = True  # the row stands, and does not count any more
    raise StillRunning


def _attempt(
    request: KeyedRequest, act: Callable[[Remember], Receipt], *, replace: bool, seconds: float
) -> Receipt:
    with LockWait(seconds) as waiting:
        try:
            with transaction.atomic():
                return act(partial(_take, request, replace, waiting))
        except OperationalError as error:
            if waiting.ended or is_away(error) or not is_unavailable(error):
                raise
            # InnoDB ends all but one of those that wait for a duplicate which then goes away.
            if mysql_code(error) == DEADLOCK:
                raise _Deadlocked from error
            raise StillRunning from error


def _take(
    request: KeyedRequest,
    replace: bool,
    waiting: LockWait,
    submission: Submission,
    answer: Answer,
) -> None:
    """Write the key's row. What follows in the transaction waits as long as everybody else."""
    if replace:
        _rows_of(request).exclude(_counts()).delete()
    try:
        IdempotencyKey.objects.create(
            user=request.user,
            operation=request.operation,
            key_hash=request.key_hash,
            body_digest=request.body_digest,
            submission=submission,
            answer=answer,
            created_at=Now(),
        )
    except IntegrityError as error:
        raise _Taken from error
    waiting.end()


def _earlier(request: KeyedRequest) -> Receipt | None:
    """The answer that the key has. Raises KeyReused if it was given to something else."""
    rows = _rows_of(request).filter(_counts()).select_related("submission")
    row = rows.defer("submission__code", "submission__comments").first()
    if row is None:
        return None
    if row.body_digest != request.body_digest:
        raise KeyReused(row.submission)
    return Receipt(row.submission, row.answer, replayed=True)


def _rows_of(request: KeyedRequest) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(
        user=request.user, operation=request.operation, key_hash=request.key_hash
    )


def _counts() -> Q:
    hours = runtime_config.number(IDEMPOTENCY_HOURS.name)
    return Q(created_at__gt=now_plus(-timedelta(hours=hours)))


def _digest(draft: Draft) -> str:
    """Of all that was asked for; JSON keeps the parts apart."""
    parts: list[Any] = [draft.code, draft.language, draft.filename, draft.comments]
    if draft.imported is not None:
        parts.append(draft.imported)
    return _sha256(json.dumps(parts))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
