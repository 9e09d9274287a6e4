"""The one tree of errors that every adapter and the front door raise.

ProviderError
├── NothingSent                   the call was refused before anything left this machine
│   ├── NotConfigured             no route, provider switched off or deleted, no usable key
│   ├── CodeNotAllowed            the provider may not receive submitted code
│   ├── AddressRefused            the outbound rules forbid the provider's address
│   └── BudgetExhausted           the caller's guard says that no more may be spent
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
    ``user_message`` is for users and holds nothing internal; ``str(error)`` is for operators and
    may quote the provider, never a key. ``tried`` is filled in by the front door.
    """

    code: ClassVar[str] = "provider"
    retryable: ClassVar[bool] = False
    next_route_worth_trying: ClassVar[bool] = True
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


class BudgetExhausted(NothingSent):
    code = "budget"
    user_message = "The budget for language models is used up for now."


class Refused(ProviderError):
    """The provider said no."""

    code = "refused"


class AuthenticationFailed(Refused):
    code = "authentication"
    user_message = "The language model's provider did not accept our key."


class PermissionDenied(Refused):
    code = "permission"
    user_message = "The language model's provider does not let us use this model."


class CreditExhausted(Refused):
    code = "credit"
    user_message = "Our account with the language model's provider is used up."


class UnknownModel(Refused):
    code = "unknown-model"
    user_message = "The provider does not have the language model that is set for this step."


class BadRequest(Refused):
    code = "bad-request"
    user_message = "The language model's provider did not understand our request."


class ContextTooLong(BadRequest):
    code = "context-length"
    user_message = "The code is longer than the language model can take in."


class ContentFiltered(Refused):
    code = "content-filter"
    user_message = "The language model refused to work on this content."


class Unavailable(ProviderError):
    """The provider could not, and may soon."""

    code = "unavailable"
    retryable = True


class RateLimited(Unavailable):
    code = "rate-limit"
    user_message = "The language model is busy: its provider asks us to slow down."


class ServerFailed(Unavailable):
    code = "server"
    user_message = "The language model's provider has a failure."


class ConnectionFailed(Unavailable):
    code = "connection"
    user_message = "The language model's provider could not be reached."


class CallTimedOut(Unavailable):
    code = "timeout"
    user_message = "The language model did not answer in time."


class DeadlinePassed(CallTimedOut):
    code = "deadline"
    next_route_worth_trying = False


class UnusableAnswer(ProviderError):
    """An answer came and is worth nothing."""

    code = "unusable-answer"
    retryable = True
    user_message = "The language model's answer could not be used."


class MalformedAnswer(UnusableAnswer):
    code = "malformed-answer"


class AnswerTooLarge(UnusableAnswer):
    code = "answer-too-large"
    user_message = "The language model's answer was far too long."


class EmptyAnswer(UnusableAnswer):
    code = "empty-answer"
    user_message = "The language model answered nothing."
