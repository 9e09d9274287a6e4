"""One route's turn in a completion: admitted, written down, called, and written down again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from django.db import transaction

from operations import outbound
from operations.persistence import persistently
from providers import breaker, calls, endpoints, prices
from providers.adapters import Endpoint, OnText, adapter_for, is_prepared, prepare
from providers.errors import (
    CallTimedOut,
    CodeNotAllowed,
    CutShort,
    DeadlinePassed,
    NotConfigured,
    ProviderError,
    Unexpected,
)
from providers.models import ApiProvider
from providers.types import (
    Answer,
    Completion,
    CompletionRequest,
    Guard,
    Planned,
    Reference,
    Route,
    Tried,
    Usage,
)

# Called in the transaction that writes a call's intent. What it raises ends everything: no call.
Hold = Callable[[], None]
# Takes over the writing of a call's success, which is a function to be called in a transaction.
Defer = Callable[[Callable[[], None]], None]

BYTES_PER_TOKEN = 2  # of a question; most texts have more, so that the estimate is seldom too low
FAIR_SHARE = 0.5  # of its time: left less by calls before it, a model may be late
LONGEST_ANSWER = 16_384  # tokens that an answer without a bound is expected to have at most


@dataclass(frozen=True)
class Terms:
    """What all hops of one completion share: ``seconds`` for all of them, until ``ends_at``, which
    is a ``time.monotonic()`` moment."""

    request: CompletionRequest
    reference: Reference
    seconds: float
    ends_at: float
    guard: Guard | None = None
    hold: Hold | None = None
    defer: Defer | None = None
    on_text: OnText | None = None

    @property
    def seconds_left(self) -> float:
        return self.ends_at - time.monotonic()


@dataclass(frozen=True)
class Target:
    """A route whose provider and model may be called now; ``is_probe``: to see if it works."""

    provider_id: int
    name: str
    model: str
    endpoint: Endpoint
    price: tuple[int, int] | None
    is_probe: bool = False


class _Unprepared(Exception):
    """Something is to be imported first: in no transaction, and before the intent is written."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        super().__init__()
        self.prepare = prepare


class Hop:
    """One route's turn. Appends to ``tried``, however it ends."""

    def __init__(self, terms: Terms, route: Route, tried: list[Tried]) -> None:
        self.terms, self.route, self.tried = terms, route, tried
        self.request = route.applied_to(terms.request)
        self.call_id = uuid4()
        self.provider_name = ""
        self.was_begun = False

    def run(self) -> Completion:
        """The model's answer. Raises ProviderError."""
        try:
            target = self._admit()
        except ProviderError as error:
            self.tried.append(Tried(self.provider_name, self.route.model, error.code))
            if error.opens:
                route = self.route
                persistently(breaker.open_up, route.provider_id, route.model, reason=error.code)
            raise
        return self._call(target)

    def _admit(self) -> Target:
        """Everything that is decided before a call; leaves its intent committed.

        Raises NothingSent or DeadlinePassed.
        """
        if self.terms.seconds_left <= 0:
            raise DeadlinePassed("No time was left for this call.")
        while True:
            try:
                return persistently(self._begin)
            except _Unprepared as unprepared:
                unprepared.prepare()

    @transaction.atomic
    def _begin(self) -> Target:
        """Holds the caller's right, reads what is called and writes the intent, all or nothing.

        Where it runs again because nobody confirmed its commit, what is written stays as it is.
        """
        if self.terms.hold is not None:
            self.terms.hold()
        target = self._target()
        if not is_prepared(target.endpoint.kind):
            raise _Unprepared(partial(prepare, target.endpoint.kind))
        if not self._is_written():
            self._write_intent(target)
        return target

    def _is_written(self) -> bool:
        """Whether an earlier turn of ``_begin`` was kept after all; asks only if there was one."""
        again, self.was_begun = self.was_begun, True
        return again and calls.is_begun(self.call_id)

    def _write_intent(self, target: Target) -> None:
        if self.terms.guard is not None:
            self.terms.guard.reserve(self._planned(target))
        calls.begin(
            self.call_id,
            provider_id=target.provider_id,
            provider_name=target.name,
            model=target.model,
            reference=self.terms.reference,
        )

    def _target(self) -> Target:
        found = endpoints.find(self.route.provider_id, self.route.model)
        self.provider_name = found.provider.name if found else f"#{self.route.provider_id}"
        if found is None or not found.provider.enabled:
            raise NotConfigured(f"The provider {self.provider_name} is switched off or deleted.")
        if self.request.contains_code:
            _check_code_may_go(found.provider, self.request.audience)
        if found.model is not None and not found.model.enabled:
            raise NotConfigured(f"The model {found.model.name} is switched off.")
        is_probe = breaker.admit(
            found.breaker, call_id=self.call_id, longest_seconds=self._seconds()
        )
        return Target(
            found.provider.pk,
            found.provider.name,
            self.route.model,
            endpoints.endpoint(found.provider, found.key),
            found.model.own_price if found.model else None,
            is_probe,
        )

    def _planned(self, target: Target) -> Planned:
        return Planned(
            call_id=self.call_id,
            provider_id=target.provider_id,
            provider=target.name,
            model=target.model,
            step=self.terms.reference.step,
            longest_seconds=self._seconds(),
            estimate=partial(self._estimate, target),
        )

    def _estimate(self, target: Target) -> int | None:
        """What the call may cost, from the length of the question and the longest answer."""
        if target.price is None and not prices.is_prepared():
            raise _Unprepared(prices.prepare)
        asked = len((self.request.system + self.request.user).encode())
        most = Usage(asked // BYTES_PER_TOKEN, self.request.max_tokens or LONGEST_ANSWER)
        return self._cost(target, most)

    def _cost(self, target: Target, usage: Usage) -> int | None:
        base_url, model = target.endpoint.base_url, target.model
        return prices.cost(usage, base_url=base_url, model=model, override=target.price)

    def _seconds(self) -> float:
        return max(min(self.request.timeout_seconds, self.terms.seconds_left), 0.001)

    def _call(self, target: Target) -> Completion:
        start = time.monotonic()
        try:
            answer = self._ask(target)
        except ProviderError as error:
            latency = _milliseconds_since(start)
            self._failed(target, error, latency)
            self.tried.append(Tried(target.name, target.model, error.code, self.call_id, latency))
            raise
        except Exception as error:
            self._failed(target, Unexpected(type(error).__name__), _milliseconds_since(start))
            raise
        return self._completed(target, answer, _milliseconds_since(start))

    def _ask(self, target: Target) -> Answer:
        seconds = self._seconds()
        adapter = adapter_for(target.endpoint.kind)
        on_text = self.terms.on_text if target.endpoint.streams else None
        try:
            with outbound.within(seconds):
                return adapter.complete(
                    target.endpoint, target.model, self.request, self.call_id, on_text
                )
        except CallTimedOut:
            if seconds < FAIR_SHARE * min(self.request.timeout_seconds, self.terms.seconds):
                raise CutShort(f"Only {seconds:.1f} s were left for this call.") from None
            raise

    def _failed(self, target: Target, error: ProviderError, latency_ms: int) -> None:
        persistently(self._write_failure, error, latency_ms)
        # After the commit: of calls that fail together, the last one has to see them all.
        persistently(
            breaker.failed,
            target.provider_id,
            target.model,
            call_id=self.call_id,
            error=error,
            is_probe=target.is_probe,
        )

    @transaction.atomic
    def _write_failure(self, error: ProviderError, latency_ms: int) -> None:
        calls.failed(self.call_id, error=error, latency_ms=latency_ms)
        if self.terms.guard is None:
            return
        if error.may_cost:
            self.terms.guard.settle(self.call_id, None)
        else:
            self.terms.guard.release(self.call_id)

    def _completed(self, target: Target, answer: Answer, latency_ms: int) -> Completion:
        cost = self._cost(target, answer.usage)
        if target.is_probe:
            persistently(breaker.answered, self.call_id)
        self._keep(partial(self._write_success, answer, cost, latency_ms))
        self.tried.append(
            Tried(target.name, target.model, "", self.call_id, latency_ms, cost_microdollars=cost)
        )
        return Completion(
            text=answer.text,
            usage=answer.usage,
            finish=answer.finish,
            provider=target.name,
            model=target.model,
            call_id=self.call_id,
            latency_ms=latency_ms,
            cost_microdollars=cost,
            tried=tuple(self.tried),
            first_token_ms=answer.first_token_ms,
        )

    def _write_success(self, answer: Answer, cost: int | None, latency_ms: int) -> None:
        """Within a transaction."""
        calls.succeeded(self.call_id, answer=answer, cost=cost, latency_ms=latency_ms)
        if self.terms.guard is not None:
            self.terms.guard.settle(self.call_id, cost)

    def _keep(self, success: Callable[[], None]) -> None:
        if self.terms.defer is None:
            persistently(transaction.atomic(success))
        else:
            self.terms.defer(success)


def _check_code_may_go(provider: ApiProvider, audience: str) -> None:
    refusal = provider.refuses_code_of(audience)
    if refusal:
        raise CodeNotAllowed(refusal)


def _milliseconds_since(start: float) -> int:
    return int((time.monotonic() - start) * 1000)
