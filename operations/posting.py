"""Sends a small JSON text to somebody's address, through the one outbound client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from operations import outbound

SECONDS = 10.0


@dataclass(frozen=True)
class Posted:
    """What came back: ``status`` is None without an answer; ``problem`` is empty when all is well.

    Nothing of an answer's body is kept: it is the receiver's text, and may be anything.
    """

    status: int | None
    problem: str

    @property
    def is_taken(self) -> bool:
        return not self.problem


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Send it once, within SECONDS; every failure is a sentence, never an exception."""
    sent = {"Content-Type": "application/json", "User-Agent": "AI-to-Production", **headers}
    try:
        with (
            outbound.within(SECONDS),
            outbound.client().stream("POST", url, content=body, headers=sent) as response,
        ):
            status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Posted(None, _words_for(error))
    taken = 200 <= status < 300
    return Posted(status, "" if taken else f"The receiver answered with status {status}.")


def _words_for(error: Exception) -> str:
    if isinstance(error, outbound.Forbidden):
        return "This address is not one that may be called from here."
    if isinstance(error, outbound.UnusableResponse):
        return "The receiver answered with a redirect or a compressed answer."
    if isinstance(error, httpx2.TimeoutException):
        return f"No answer within {SECONDS:.0f} seconds."
    if isinstance(error, httpx2.ConnectError):
        return "No connection: name, port or certificate is wrong, or nobody listens."
    return "The connection broke before an answer came."
