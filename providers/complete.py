"""The only door to any model: walks a step's routes under one deadline and records each call.

Every call has a row in ``provider_calls``, committed before it is made and completed after it,
however long the database is away meanwhile: with what the caller makes of the answer, if the caller
sees to that. No connection is held while a provider is waited for.
Nothing is retried here: a route is tried once, its error says whether the next one is worth trying,
and the runner owns the retries.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from providers.adapters import OnText
from providers.errors import NotConfigured, ProviderError
from providers.hop import Defer, Hold, Hop, Terms
from providers.types import Completion, CompletionRequest, Guard, Reference, Route, Tried


def complete(
    request: CompletionRequest,
    routes: Sequence[Route],
    *,
    deadline_seconds: float,
    reference: Reference | None = None,
    guard: Guard | None = None,
    hold: Hold | None = None,
    defer: Defer | None = None,
    on_text: OnText | None = None,
) -> Completion:
    """Ask the models of ``routes``, one after the other, until one answers.

    ``deadline_seconds`` bounds everything together. ``guard`` is asked before every call and told
    what it cost. ``hold`` keeps the caller's right to call: it raises an error of the caller's own,
    which goes through, when that right is gone. ``defer`` gets what completes the row of the call
    that answered: a caller that writes it in the transaction which keeps the answer leaves no call
    with an outcome whose answer was lost. ``on_text`` gets the answer's text piece by piece, where
    the provider streams. Each call begins it anew, after ``hold``: what came of a call that failed
    half-way is void. It is to be quick and raise nothing.

    Raises a ProviderError with ``tried`` filled in; of several failures the retryable one with the
    shortest wait, or else the first.
    """
    terms = Terms(
        request=request,
        reference=reference or Reference(),
        seconds=deadline_seconds,
        ends_at=time.monotonic() + deadline_seconds,
        guard=guard,
        hold=hold,
        defer=defer,
        on_text=on_text,
    )
    tried: list[Tried] = []
    failures: list[ProviderError] = []
    for route in routes:
        try:
            return Hop(terms, route, tried).run()
        except ProviderError as error:
            failures.append(error)
            if not error.next_route_worth_trying:
                break
    failure = _most_hopeful(failures) if failures else NotConfigured("There is no route to try.")
    failure.tried = tuple(tried)
    raise failure


def _most_hopeful(failures: list[ProviderError]) -> ProviderError:
    retryable = [error for error in failures if error.retryable]
    return min(retryable, key=lambda error: error.retry_after or timedelta(0), default=failures[0])
