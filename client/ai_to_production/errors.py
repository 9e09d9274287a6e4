"""Why a review cannot go on.

::

    ClientError               ``str(error)`` is one plain sentence or two
    ├── Misuse                an option, the token file or the address will not do
    ├── CannotRead            a file cannot be read or is not text
    ├── Refused               the server will not do this, however often it is asked
    │   └── NotAdmitted       it does not accept the token, for whatever it is asked
    ├── NoAnswer              the server could not be reached in the time there is
    └── Stopped               somebody pressed Ctrl-C
"""

from __future__ import annotations


class ClientError(Exception):
    """Base of all."""


class Misuse(ClientError):
    """An option, the token file or the address will not do."""


class CannotRead(ClientError):
    """A file cannot be read or is not text."""


class Refused(ClientError):
    """The server will not do this: the HTTP ``status``, ``kind``, the problem's name, and the
    ``field`` of what was sent that is wrong, if it says so."""

    def __init__(self, message: str, *, status: int, kind: str = "", field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.field = field


class NotAdmitted(Refused):
    """The token is not accepted: nothing else has to be tried."""


class NoAnswer(ClientError):
    """The server could not be reached, or did not answer sensibly, in the time there is."""


class Stopped(ClientError):
    """The review was stopped."""
