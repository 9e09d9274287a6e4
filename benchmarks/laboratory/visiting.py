"""Visitors of the web server: signed in by a session of their own, they submit over HTTP."""

from __future__ import annotations

import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from benchmarks.laboratory.submitting import CODE, user_named

PATIENCE_SECONDS = 60.0
NO_ANSWER = 0
SIGN_IN = "sign-in"
ACCEPTED = (202, 302)


@dataclass(frozen=True)
class Answer:
    """What a submission was answered, and how long that took; NO_ANSWER without one."""

    status: int
    seconds: float
    sent_at: float
    place: str = ""
    retry_after: str = ""

    @property
    def accepted(self) -> bool:
        return self.status in ACCEPTED and SIGN_IN not in self.place

    @property
    def is_server_error(self) -> bool:
        return self.status == NO_ANSWER or self.status >= 500


class Visitor:
    """One signed-in user. Threads may share one; each has a connection of its own then."""

    def __init__(self, url: str, user: str) -> None:
        self.csrf = secrets.token_hex(16)  # a token of the form that Django gives out itself
        cookies = {"sessionid": new_session(user), "csrftoken": self.csrf}
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        self.client = httpx2.Client(
            base_url=url, cookies=cookies, timeout=PATIENCE_SECONDS, limits=limits
        )

    def submit(self, number: int, *, token: str = "") -> Answer:
        """Send the form with the code of that number; ``token`` is the form's hidden one."""
        form = {**_content(number), "token": token, "csrfmiddlewaretoken": self.csrf}
        return self._post("/submissions/", data=form)

    def submit_by_api(self, number: int, *, key: str) -> Answer:
        """Send the same to the JSON API, under an Idempotency-Key."""
        headers = {"X-CSRFToken": self.csrf, "Idempotency-Key": key}
        return self._post("/api/v1/code/submit", json=_content(number), headers=headers)

    def _post(self, path: str, **sent: Any) -> Answer:
        """Whatever happens is an answer."""
        started = time.monotonic()
        try:
            reply = self.client.post(path, **sent)
        except httpx2.HTTPError:
            return Answer(NO_ANSWER, time.monotonic() - started, started)
        return Answer(
            reply.status_code,
            time.monotonic() - started,
            started,
            reply.headers.get("Location", ""),
            reply.headers.get("Retry-After", ""),
        )


def _content(number: int) -> dict[str, str]:
    code = CODE.format(number=number)
    return {"code": code, "language": "python", "filename": f"{number}.py"}


def new_session(user: str) -> str:
    """The key of a new session in which the user of that name is signed in."""
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from accounts.models import User
    from accounts.views import BACKEND

    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = SessionStore()
    login(request, User.objects.get(pk=user_named(user)), backend=BACKEND)
    request.session.save()
    return str(request.session.session_key)


@dataclass
class Load:
    """Submissions at a steady rate from several visitors, however slow the answers are."""

    visitors: Sequence[Visitor]
    per_second: float
    answers: list[Answer] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Submit while the block runs; afterwards all answers are there."""
        threads = [
            threading.Thread(target=self._submit, args=(place,), daemon=True)
            for place in range(len(self.visitors))
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()

    def _submit(self, place: int) -> None:
        count = len(self.visitors)
        started, number = time.monotonic(), place
        while not self._ended.wait(max(0.0, started + number / self.per_second - time.monotonic())):
            self.answers.append(self.visitors[place].submit(number))
            number += count

    @property
    def accepted(self) -> int:
        return sum(answer.accepted for answer in self.answers)


def statuses(answers: Sequence[Answer]) -> Counter[str]:
    """How often each status came; NO_ANSWER in words."""
    return Counter(
        "no answer" if answer.status == NO_ANSWER else str(answer.status) for answer in answers
    )


def percentile(seconds: Sequence[float], share: int) -> float:
    """The given percentile (1 to 99) of the times."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]
