"""Why something is not done. Whatever is refused stored nothing and cost nothing.

::

    Refusal
    ├── InvalidSubmission     the code or what goes with it is not acceptable (422, 413)
    │   └── InvalidKey        the Idempotency-Key is no key (400)
    ├── KeyReused             the key belongs to another submission (422)
    ├── StillRunning          another request with the key has not ended (409)
    ├── InvalidChoice         a step cannot be run with what was chosen (422)
    ├── InvalidMark           what is said of a finding is not acceptable (422)
    ├── TooManyAtOnce         the user sends faster than allowed (429)
    └── QueueFull             too many jobs wait already (503)

    NotPossible               a retry or a cancel that does not fit the present state

The daily limit has its own: billing.limits.LimitReached.
"""

from __future__ import annotations

from typing import ClassVar

from pipeline.models import Submission


class Refusal(Exception):
    """``message`` is for the user; ``status`` is the HTTP status that fits; ``kind`` its name.

    ``retry_after`` is set where sending the same again later can succeed: the seconds to wait.
    """

    kind: ClassVar[str]
    status = 422
    retry_after: int | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotPossible(Exception):
    """The action does not fit the present state; ``str(error)`` says so in plain words."""


class InvalidSubmission(Refusal):
    """What was sent cannot be submitted. ``field`` names the form field that is wrong."""

    kind = "invalid-submission"

    def __init__(self, message: str, *, field: str, status: int = 422) -> None:
        super().__init__(message)
        self.field = field
        self.status = status


class InvalidKey(InvalidSubmission):
    """The Idempotency-Key is no key."""

    kind = "invalid-idempotency-key"

    def __init__(self) -> None:
        super().__init__(
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
            field="idempotency_key",
            status=400,
        )


class KeyReused(Refusal):
    """The key was used for ``submission``, which is not what is sent now."""

    kind = "idempotency-key-reused"

    def __init__(self, submission: Submission) -> None:
        super().__init__("This Idempotency-Key was used for something else already.")
        self.submission = submission


class StillRunning(Refusal):
    """Another request with the same key has not ended; its outcome is not known yet.

    On SQLite, where all writers wait for one lock, it can also be a request with another key.
    """

    kind = "idempotency-key-in-use"
    status = 409
    retry_after = 1

    def __init__(self) -> None:
        super().__init__(
            "Another request has to end first, perhaps this same one sent before. Send it again "
            "shortly."
        )


class InvalidChoice(Refusal):
    """A step can not be run with what was chosen for it."""

    kind = "invalid-choice"


class InvalidMark(Refusal):
    """What a person says of a finding can not stand."""

    kind = "invalid-mark"


class TooManyAtOnce(Refusal):
    """The user sent more within a minute than is allowed."""

    kind = "too-many-requests"
    status = 429

    def __init__(self, allowed: int, retry_after: int, *, what: str = "Submissions") -> None:
        super().__init__(f"{what} are limited to {allowed} a minute. Try again in {retry_after} s.")
        self.allowed = allowed
        self.retry_after: int = retry_after


class QueueFull(Refusal):
    """More jobs wait than administrators allow."""

    kind = "queue-full"
    status = 503
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            "Too many submissions are waiting to be run, so no more are taken right now. This one "
            "does not count against your daily limit. Try again in half a minute."
        )
