"""The one tree of errors that every adapter and the front door raise.

ProviderError
├── NothingSent                   the call was refused before anything left this machine
│   ├── NotConfigured             no route, provider switched off or deleted, no usable key
│   ├── CodeNotAllowed            the provider may not receive submitted code
│   ├── AddressRefused            the outbound rules forbid the provider's address
│   ├── CircuitOpen               the breaker of the provider's model lets nothing through now
│   └── BudgetExhausted           the caller's guard says that no more may be spent
│       └── PriceUnknown          ... or cannot say, since nobody knows what the call costs
├── Refused                       the provider said no, and would say it again
│   ├── AuthenticationFailed      401: the key is wrong
│   ├── PermissionDenied          403: the key may not do this
│   ├── CreditExhausted           402, or a 429 that means an empty account
│   ├── UnknownModel              404: no such model (or no such address)
│   ├── BadRequest                400, 413, 422 and other 4xx
│   │   └── ContextTooLong        more tokens than the model takes
│   └── ContentFiltered           the provider's filter or the model refused to answer
├── Unavailable                   the provider could not, and may soon
│   ├── RateLimited               429; ``retry_after`` is what the provider asked for
│   ├── ServerFailed              5xx
│   ├── ConnectionFailed          no connection, or it broke
│   └── CallTimedOut              no full answer in the time of one call
│       └── DeadlinePassed        ... in the time of all calls together
│           └── CutShort          ... of which calls before it had left too little
├── Unexpected                    a failure of this side's own while the answer was read or shown
└── UnusableAnswer                an answer came and is worth nothing
    ├── MalformedAnswer           not the protocol: HTML, broken JSON, a redirect, wrong fields
    ├── AnswerTooLarge            more bytes than an answer may have
    └── EmptyAnswer               the protocol, without any text
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from providers.types import Tried

LONGEST_DETAIL = 500


class ProviderError(Exception):
    """A completion that did not come about.

    ``code`` names the class in rows and metrics. ``retryable``: the same request may succeed
    later. ``next_route_worth_trying``: another provider or model may succeed now.
    ``counts``: the breaker of the provider's model counts it as a failure; ``opens``: it opens the
    breaker at once (providers.breaker). ``may_cost``: the provider may charge for it all the same.
    ``user_message`` is for users and holds nothing internal; ``str(error)`` is for operators and
    may quote the provider, never a key. ``tried`` is filled in by the front door.
    """

    code: ClassVar[str] = "provider"
    retryable: ClassVar[bool] = False
    next_route_worth_trying: ClassVar[bool] = True
    counts: ClassVar[bool] = False
    opens: bool = False
    may_cost: ClassVar[bool] = False
    user_message: ClassVar[str] = "The language model could not be used."

    def __init__(self, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail[:LONGEST_DETAIL] or self.user_message)
        self.retry_after = retry_after
        self.tried: tuple[Tried, ...] = ()


class NothingSent(ProviderError):
    """The call was refused on this side."""

    code = "nothing-sent"


class NotConfigured(NothingSent):
    code = "not-configured"
    user_message = "No usable language model is set up for this step."


class CodeNotAllowed(NothingSent):
    code = "code-not-allowed"
    user_message = "The language model set for this step may not receive submitted code."


class AddressRefused(NothingSent):
    code = "address-refused"
    user_message = "The language model's address is not allowed by this installation."


class CircuitOpen(NothingSent):
    code = "circuit-open"
    retryable = True
    user_message = "The language model failed too often just now and is left in peace for a while."


class BudgetExhausted(NothingSent):
    """``of_provider``: the budget is the provider's own, so that no other caller has more."""

    code = "budget"
    user_message = "The budget for language models is used up for today."

    def __init__(self, detail: str = "", *, of_provider: bool = False) -> None:
        super().__init__(detail)
        self.opens = of_provider


class PriceUnknown(BudgetExhausted):
    code = "price-unknown"
    user_message = "A budget is set, and what the language model would cost is not known."


class Refused(ProviderError):
    """The provider said no."""

    code = "refused"


class AuthenticationFailed(Refused):
    code = "authentication"
    counts = True
    user_message = "The language model's provider did not accept our key."


class PermissionDenied(Refused):
    code = "permission"
    counts = True
    user_message = "The language model's provider does not let us use this model."


class CreditExhausted(Refused):
    code = "credit"
    opens = True
    user_message = "Our account with the language model's provider is used up."


class UnknownModel(Refused):
    code = "unknown-model"
    counts = True
    user_message = "The provider does not have the language model that is set for this step."


class BadRequest(Refused):
    code = "bad-request"
    user_message = "The language model's provider did not understand our request."


class ContextTooLong(BadRequest):
    code = "context-length"
    user_message = "The code is longer than the language model can take in."


class ContentFiltered(Refused):
    code = "content-filter"
    may_cost = True
    user_message = "The language model refused to work on this content."


class Unavailable(ProviderError):
    """The provider could not, and may soon."""

    code = "unavailable"
    retryable = True
    counts = True


class RateLimited(Unavailable):
    code = "rate-limit"
    user_message = "The language model is busy: its provider asks us to slow down."


class ServerFailed(Unavailable):
    code = "server"
    user_message = "The language model's provider has a failure."


class ConnectionFailed(Unavailable):
    code = "connection"
    may_cost = True
    user_message = "The language model's provider could not be reached."


class CallTimedOut(Unavailable):
    code = "timeout"
    may_cost = True
    user_message = "The language model did not answer in time."


class DeadlinePassed(CallTimedOut):
    code = "deadline"
    counts = may_cost = False
    next_route_worth_trying = False


class CutShort(DeadlinePassed):
    """Says nothing about the model: it had no fair time to answer."""

    code = "cut-short"
    may_cost = True


class Unexpected(ProviderError):
    """Only written down: what was raised goes through as it is."""

    code = "unexpected"
    may_cost = True


class UnusableAnswer(ProviderError):
    """An answer came and is worth nothing."""

    code = "unusable-answer"
    retryable = True
    counts = True
    may_cost = True
    user_message = "The language model's answer could not be used."


class MalformedAnswer(UnusableAnswer):
    code = "malformed-answer"


class AnswerTooLarge(UnusableAnswer):
    code = "answer-too-large"
    user_message = "The language model's answer was far too long."


class EmptyAnswer(UnusableAnswer):
    code = "empty-answer"
    user_message = "The language model answered nothing."


def kinds(of: type[ProviderError] = ProviderError) -> list[type[ProviderError]]:
    """A class of the tree with all below it."""
    return [of, *(kind for child in of.__subclasses__() for kind in kinds(child))]


COUNTED = tuple(kind.code for kind in kinds() if kind.counts)
_WORDS = {kind.code: kind.user_message for kind in kinds()}
FREE = tuple(kind.code for kind in kinds() if not kind.may_cost)


def in_words(code: str) -> str:
    """What a stored code means, for users."""
    return _WORDS.get(code, ProviderError.user_message)
