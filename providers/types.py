"""The values that cross the door to a model: what is asked, of whom, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True)
class JsonSchema:
    """The shape that an answer should have. ``name`` is letters, digits, ``_`` and ``-``.

    The schema is in the strict form (every property required, no others allowed). It is sent only
    to providers that take one; others get the request without it, so an answer
    must be parsed as text in any case.
    """

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class CompletionRequest:
    """One question to a model. The model itself is named by the route.

    ``timeout_seconds`` bounds one call to one provider, the deadline of ``complete`` all of them.
    ``contains_code`` keeps the request from providers that may not receive submitted code, or not
    code of this ``audience``: the name of the plan on which its owner is.
    ``temperature`` and ``max_tokens`` of None leave the choice to the provider.
    """

    system: str
    user: str
    temperature: float | None = None
    max_tokens: int | None = None
    json_schema: JsonSchema | None = None
    timeout_seconds: float = 120.0
    contains_code: bool = True
    audience: str = ""


@dataclass(frozen=True)
class Route:
    """A provider (its primary key) and the provider's own name of a model.

    The rest of it goes before what the request says, where it is not None.
    """

    provider_id: int
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    timeout_seconds: float | None = None

    def applied_to(self, request: CompletionRequest) -> CompletionRequest:
        """The request as this route asks it."""
        own = {
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "timeout_seconds": self.timeout_seconds,
        }
        set_ = {name: value for name, value in own.items() if value is not None}
        return replace(request, **set_)  # type: ignore[arg-type]  # each has its field's type


@dataclass(frozen=True)
class Reference:
    """What a call is made for: a job's primary key, a step's name and the attempt (from 1)."""

    job_id: int | None = None
    step: str = ""
    attempt: int = 1


@dataclass(frozen=True)
class Planned:
    """A call that is about to be made.

    ``estimate`` tells what it may cost, in millionths of a US dollar; None when its price is not
    known. It ends within ``longest_seconds``.
    """

    call_id: UUID
    provider_id: int
    provider: str
    model: str
    step: str
    longest_seconds: float
    estimate: Callable[[], int | None]


class Guard(Protocol):
    """The caller's purse: asked before every call, told what became of it.

    Each method runs inside of the transaction that writes the call's row, and may run again with
    it. The last two do nothing for a call for which nothing was reserved.
    """

    def reserve(self, planned: Planned) -> None:
        """Set aside what the call may cost. Raises BudgetExhausted to forbid it."""

    def settle(self, call_id: UUID, cost: int | None) -> None:
        """The call cost this much; None: nobody knows, so what was set aside counts as spent."""

    def release(self, call_id: UUID) -> None:
        """The call failed in a way that costs nothing."""


@dataclass(frozen=True)
class Usage:
    """Tokens by the provider's own count; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


class Finish(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"
    LENGTH = "length"  # cut off at max_tokens: the text is incomplete
    OTHER = "other"


@dataclass(frozen=True)
class Answer:
    """What an adapter returns: the text (never blank), and what the provider says about it.

    ``first_token_ms`` is when the first piece of a streamed text came, counted from the call; None
    for an answer that came whole.
    """

    text: str
    usage: Usage
    finish: Finish
    first_token_ms: int | None = None


@dataclass(frozen=True)
class Tried:
    """One route that was tried, or passed over without a call.

    ``error`` is the code of the error tree, empty for the call that succeeded; ``call_id`` is
    None when nothing was sent. ``cost_microdollars`` is None when unknown.
    """

    provider: str
    model: str
    error: str = ""
    call_id: UUID | None = None
    latency_ms: int | None = None
    cost_microdollars: int | None = None


@dataclass(frozen=True)
class Completion:
    """A model's answer. ``cost_microdollars`` is millionths of a US dollar, None when unknown.

    ``tried`` lists every route in order, the one that answered last. ``first_token_ms`` is that of
    the answer.
    """

    text: str
    usage: Usage
    finish: Finish
    provider: str
    model: str
    call_id: UUID
    latency_ms: int
    cost_microdollars: int | None
    tried: tuple[Tried, ...]
    first_token_ms: int | None = None
