"""Speaks with the server: one token, verified TLS, no redirects, and patience that ends.

What may succeed later (no connection, a status of PASSING, a key in use) is asked again after what
``Retry-After`` says, else after a growing pause. Asking again is safe: reading changes nothing, and
what submits carries an idempotency key.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from threading import Event, Lock
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request

from . import VERSION
from .credentials import Token
from .errors import Misuse, NoAnswer, NotAdmitted, Refused, Stopped
from .opening import opener_for

TIMEOUT_SECONDS = 30.0
PATIENCE_SECONDS = 300.0
GREETING_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
BODY_SECONDS = 60.0
MOST_BYTES = 32_000_000
PART_BYTES = 65_536
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
NOT_MODIFIED = 304
NOT_FOUND = 404
IN_USE = "idempotency-key-in-use"
PROBLEM = "urn:ai-to-production:problem:"


@dataclass(frozen=True)
class Answer:
    """What the server said: the JSON of its body, and how long to wait before asking again.

    ``etag`` names this state of what was asked for, if the server does that.
    """

    status: int
    body: dict[str, Any]
    retry_after: float | None
    etag: str = ""

    @property
    def kind(self) -> str:
        """The name of a problem, or nothing."""
        return str(self.body.get("type", "")).removeprefix(PROBLEM)

    @property
    def detail(self) -> str:
        return str(self.body.get("detail") or f"The server answered {self.status}.")


class Server:
    """One server as one user. Threads may share it: all of them wait when it asks for that."""

    def __init__(
        self,
        address: str,
        token: Token,
        *,
        ca_bundle: str | None = None,
        stop: Event | None = None,
    ) -> None:
        self.address = address
        self.stop = stop or Event()
        self._token = token
        self._opener = opener_for(address, ca_bundle)
        self._lock = Lock()
        self._not_before = 0.0

    def ask(self, name: str, *, before: Answer | None = None, **query: str) -> Answer:
        """Read something, such as ``code.getResult``. Raises ClientError.

        ``before`` is what was answered last: a server that says "not modified" means that.
        """
        end = f"?{urlencode(query)}" if query else ""
        request = self._request(name, end)
        if before is not None and before.etag:
            request.add_header("If-None-Match", before.etag)
        answer = self._insist(request)
        if before is None or answer.status != NOT_MODIFIED:
            return answer
        return replace(before, retry_after=answer.retry_after)

    def greet(self) -> dict[str, Any]:
        """Who the token's user is, asked with little patience. Raises ClientError."""
        try:
            answer = self._insist(self._request("auth.me"), patience=GREETING_SECONDS)
        except Refused as error:
            if error.status != NOT_FOUND:
                raise
            raise Misuse(
                f"{self.address} has no API below it. Name the server alone, without /api/v1."
            ) from None
        person = answer.body.get("user")
        if not isinstance(person, dict):
            raise Misuse(f"{self.address} does not know tokens: its version is too old.")
        return person

    def submit(self, body: dict[str, Any], key: str) -> Answer:
        """Hand in code under an idempotency key. Raises ClientError."""
        request = self._request("code.submit", data=json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", key)
        return self._insist(request, together=True)

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Stopped as soon as the review is stopped."""
        if self.stop.wait(seconds):
            raise Stopped("stopped.")

    def _request(self, name: str, end: str = "", data: bytes | None = None) -> Request:
        request = Request(  # noqa: S310 - http or https, see credentials.address_from
            f"{self.address}/api/v1/{name.replace('.', '/')}{end}", data=data
        )
        request.add_unredirected_header("Authorization", f"Bearer {self._token.reveal()}")
        request.add_header("Accept", "application/json")
        request.add_header("User-Agent", f"ai-to-production/{VERSION}")
        return request

    def _insist(
        self, request: Request, *, together: bool = False, patience: float = PATIENCE_SECONDS
    ) -> Answer:
        give_up = time.monotonic() + patience
        pauses = 0
        while True:
            if together:
                self._wait_for_others()
            answer, why = self._attempt(request)
            if answer is not None and not _may_pass(answer):
                return _accepted(answer)
            pause = _pause(pauses) if answer is None else answer.retry_after or _pause(pauses)
            if time.monotonic() + pause > give_up:
                raise _given_up(answer, f"{self.address} cannot be reached: {why}.")
            if together and answer is not None and answer.status in (429, 503):
                self._make_others_wait(pause)
            pauses += 1
            self.wait(pause)

    def _attempt(self, request: Request) -> tuple[Answer | None, str]:
        """An answer of the server, or why there was none."""
        try:
            with self._answer_to(request) as response:
                return self._read(response.status, response.headers, _all_of(response))
        except URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise Misuse(
                    f"The certificate of {self.address} is not trusted: "
                    f"{error.reason.verify_message.rstrip('.')}. "
                    "--ca-bundle names your own authority."
                ) from None
            return None, str(getattr(error.reason, "strerror", None) or error.reason)
        except (OSError, HTTPException) as error:
            return None, str(error) or type(error).__name__

    def _answer_to(self, request: Request) -> HTTPResponse:
        """What the server says, be it that something is wrong."""
        try:
            return cast(HTTPResponse, self._opener.open(request, timeout=TIMEOUT_SECONDS))
        except HTTPError as error:
            return cast(HTTPResponse, error)  # which passes all that is asked on to the answer

    def _read(self, status: int, headers: Message, data: bytes) -> tuple[Answer | None, str]:
        if status == NOT_MODIFIED:
            return Answer(status, {}, _seconds_of(headers.get("Retry-After"))), ""
        if 300 <= status < 400:
            raise Misuse(f"{self.address} redirects elsewhere. Name the server's own address.")
        wait = _seconds_of(headers.get("Retry-After"))
        try:
            body = json.loads(data) if len(data) <= MOST_BYTES else None
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict) and (status < 400 or PROBLEM in str(body.get("type"))):
            return Answer(status, body, wait, headers.get("ETag") or ""), ""
        if status in PASSING:  # of a proxy in front, which knows no problems
            return Answer(status, {}, wait), ""
        if status == 413:
            raise Misuse("too long for what stands in front of the server (413).")
        raise Misuse(f"{self.address} does not answer as an AI to Production server ({status}).")

    def _wait_for_others(self) -> None:
        with self._lock:
            pause = self._not_before - time.monotonic()
        if pause > 0:
            self.wait(pause)

    def _make_others_wait(self, pause: float) -> None:
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + pause)


def _all_of(response: HTTPResponse) -> bytes:
    """The body, or of a longer one a little more than MOST_BYTES.

    Raises OSError when it breaks off, which ``read`` leaves unsaid, or dribbles on for too long.
    """
    give_up = time.monotonic() + BODY_SECONDS
    data = bytearray()
    while len(data) <= MOST_BYTES and (part := response.read1(PART_BYTES)):
        data += part
        if time.monotonic() > give_up:
            raise TimeoutError("the answer takes too long")
    if len(data) <= MOST_BYTES and response.length:
        raise ConnectionError("the answer broke off")
    return bytes(data)


def _may_pass(answer: Answer) -> bool:
    return answer.status in PASSING or (answer.status == 409 and answer.kind == IN_USE)


def _accepted(answer: Answer) -> Answer:
    if answer.status < 400:
        return answer
    if answer.status == 401 or answer.kind == "missing-scope":
        raise NotAdmitted(answer.detail, status=answer.status, kind=answer.kind)
    field = str(answer.body.get("field") or "")
    raise Refused(answer.detail, status=answer.status, kind=answer.kind, field=field)


def _given_up(answer: Answer | None, why: str) -> Refused | NoAnswer:
    if answer is None:
        return NoAnswer(why)
    return Refused(answer.detail, status=answer.status, kind=answer.kind)


def _pause(before: int) -> float:
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(before, 10))
    return float(longest * random.uniform(0.5, 1))  # noqa: S311 - not a secret


def _seconds_of(header: str | None) -> float | None:
    """Retry-After in seconds, given as such or as a date; None for nonsense."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
