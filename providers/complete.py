"""The only door to any model: walks a step's routes under one deadline and records each call.

Every call has a row in ``provider_calls``, written before it is made and completed after it. No
database connection is held while a provider is waited for. Nothing is retried here: a route is
tried once, its error says whether the next one is worth trying, and the runner owns the retries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from operations import outbound
from operations.database import in_database
from providers import calls, prices
from providers.adapters import Endpoint, adapter_for
from providers.endpoints import endpoint_of
from providers.errors import CodeNotAllowed, DeadlinePassed, NotConfigured, ProviderError
from providers.models import ApiProvider, ProviderModel
from providers.types import Answer, Completion, CompletionRequest, Reference, Route, Tried

# Asked before every call; raises BudgetExhausted to forbid it.
Guard = Callable[[Route], None]


@dataclass(frozen=True)
class Target:
    """A route whose provider and model may be called now."""

    provider_id: int
    name: str
    model: str
    endpoint: Endpoint
    price: tuple[int, int] | None


def complete(
    request: CompletionRequest,
    routes: Sequence[Route],
    *,
    deadline_seconds: float,
    reference: Reference | None = None,
    guard: Guard | None = None,
) -> Completion:
    """Ask the models of ``routes``, one after the other, until one answers.

    ``deadline_seconds`` bounds everything together. Raises a ProviderError with ``tried`` filled
    in; of several failures the retryable one with the shortest wait, or else the first.
    """
    ends_at = time.monotonic() + deadline_seconds
    reference = reference or Reference()
    tried: list[Tried] = []
    failures: list[ProviderError] = []
    for route in routes:
        try:
            return _Hop(request, route, reference, guard, ends_at, tried).run()
        except ProviderError as error:
            failures.append(error)
            if not error.next_route_worth_trying:
                break
    failure = _most_hopeful(failures) if failures else NotConfigured("There is no route to try.")
    failure.tried = tuple(tried)
    raise failure


class _Hop:
    """One route's turn. Appends to ``tried``, however it ends."""

    def __init__(
        self,
        request: CompletionRequest,
        route: Route,
        reference: Reference,
        guard: Guard | None,
        ends_at: float,
        tried: list[Tried],
    ) -> None:
        self.request, self.route, self.reference = request, route, reference
        self.guard, self.ends_at, self.tried = guard, ends_at, tried
        self.provider_name = ""

    def run(self) -> Completion:
        try:
            target = self._admit()
        except ProviderError as error:
            self.tried.append(Tried(self.provider_name, self.route.model, error.code))
            raise
        call_id = in_database(
            calls.begin,
            provider_id=target.provider_id,
            provider_name=target.name,
            model=target.model,
            reference=self.reference,
        )
        return self._call(target, call_id)

    def _admit(self) -> Target:
        """Everything that is decided before a call. Raises NothingSent or DeadlinePassed."""
        target = in_database(self._target)
        if self.guard is not None:
            self.guard(self.route)
        if time.monotonic() >= self.ends_at:
            raise DeadlinePassed("No time was left for this call.")
        return target

    def _target(self) -> Target:
        provider = ApiProvider.objects.filter(pk=self.route.provider_id).first()
        self.provider_name = provider.name if provider else f"#{self.route.provider_id}"
        if provider is None or not provider.enabled:
            raise NotConfigured(f"The provider {self.provider_name} is switched off or deleted.")
        if self.request.contains_code and not provider.may_receive_code:
            raise CodeNotAllowed(f"The provider {self.provider_name} may not receive code.")
        model = ProviderModel.objects.filter(provider=provider, name=self.route.model).first()
        if model is not None and not model.enabled:
            raise NotConfigured(f"The model {model.name} is switched off.")
        return Target(
            provider.pk, provider.name, self.route.model, endpoint_of(provider), _price(model)
        )

    def _call(self, target: Target, call_id: UUID) -> Completion:
        start = time.monotonic()
        try:
            answer = self._ask(target, call_id)
        except ProviderError as error:
            latency = _milliseconds_since(start)
            in_database(calls.failed, call_id, error=error, latency_ms=latency)
            self.tried.append(Tried(target.name, target.model, error.code, call_id, latency))
            raise
        return self._completed(target, call_id, answer, _milliseconds_since(start))

    def _ask(self, target: Target, call_id: UUID) -> Answer:
        seconds = min(self.request.timeout_seconds, self.ends_at - time.monotonic())
        with outbound.within(max(seconds, 0.001)):
            adapter = adapter_for(target.endpoint.kind)
            return adapter.complete(target.endpoint, target.model, self.request, call_id)

    def _completed(
        self, target: Target, call_id: UUID, answer: Answer, latency_ms: int
    ) -> Completion:
        cost = prices.cost(
            answer.usage,
            base_url=target.endpoint.base_url,
            model=target.model,
            override=target.price,
        )
        in_database(calls.succeeded, call_id, usage=answer.usage, cost=cost, latency_ms=latency_ms)
        self.tried.append(
            Tried(target.name, target.model, "", call_id, latency_ms, cost_microdollars=cost)
        )
        return Completion(
            text=answer.text,
            usage=answer.usage,
            finish=answer.finish,
            provider=target.name,
            model=target.model,
            call_id=call_id,
            latency_ms=latency_ms,
            cost_microdollars=cost,
            tried=tuple(self.tried),
        )


def _price(model: ProviderModel | None) -> tuple[int, int] | None:
    if model is None or model.input_price is None or model.output_price is None:
        return None
    return model.input_price, model.output_price


def _most_hopeful(failures: list[ProviderError]) -> ProviderError:
    retryable = [error for error in failures if error.retryable]
    return min(retryable, key=lambda error: error.retry_after or timedelta(0), default=failures[0])


def _milliseconds_since(start: float) -> int:
    return int((time.monotonic() - start) * 1000)
