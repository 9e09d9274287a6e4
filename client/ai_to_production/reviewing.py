"""Has files reviewed, several at a time: hands in, waits for the end, fetches the findings."""

from __future__ import annotations

import hashlib
import json
import queue
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Thread

from .connection import Server
from .errors import ClientError, NoAnswer, NotAdmitted, Refused, Stopped
from .files import Target, read
from .findings import Finding, Outcome
from .imported import Json, about

POLL_SECONDS = 2.0
LOOK_SECONDS = 0.2
NO_SENSE = "the server's answer is of a version that this client does not know."


@dataclass(frozen=True)
class Wishes:
    """What goes with every file. ``again`` makes the server forget nothing, but run it anew."""

    language: str | None = None
    comments: str = ""
    timeout: float = 900.0
    again: str = ""
    logs: Sequence[Json] = field(default_factory=tuple)


def review(
    server: Server, targets: Sequence[Target], wishes: Wishes, jobs: int
) -> Iterator[Outcome | None]:
    """Outcomes as they come, and None a few times a second between them.

    Raises NotAdmitted for all of them at once. Whoever stops taking must set ``server.stop``.
    """
    todo: queue.SimpleQueue[Target] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome | ClientError | None] = queue.SimpleQueue()
    for target in targets:
        todo.put(target)

    def work() -> None:
        while not server.stop.is_set():
            try:
                done.put(review_one(server, todo.get_nowait(), wishes))
            except queue.Empty:
                return
            except (NotAdmitted, Stopped) as error:
                done.put(error)
                return

    # Daemons: one that waits for the network must not keep the program from ending.
    for _ in range(min(jobs, len(targets))):
        Thread(target=work, daemon=True).start()
    yield from _taken(done, len(targets))


def _taken(
    done: queue.SimpleQueue[Outcome | ClientError | None], missing: int
) -> Iterator[Outcome | None]:
    while missing:
        try:
            outcome = done.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if isinstance(outcome, ClientError):
            raise outcome
        missing -= 1
        yield outcome


def review_one(server: Server, target: Target, wishes: Wishes) -> Outcome:
    """What came of one file. Raises NotAdmitted and Stopped; other failures are its ``error``."""
    known = ""
    try:
        code = read(target)
        if not code.strip() and not target.named:
            return Outcome(target)  # such as many an __init__.py
        body = {
            "code": code,
            "language": wishes.language,
            "filename": target.path.name,
            "comments": wishes.comments,
        }
        if sarif := about(wishes.logs, target.shown):
            body["sarif"] = sarif
        known = str(server.submit(body, key_of(body, wishes.again)).body["id"])
        return _outcome(server, target, known, wishes.timeout)
    except (NotAdmitted, Stopped):
        raise
    except ClientError as error:
        return Outcome(target, id=known, address=_page(server, known), error=str(error))
    except (KeyError, TypeError, ValueError):
        return Outcome(target, id=known, address=_page(server, known), error=NO_SENSE)


def key_of(body: dict[str, str | None], again: str = "") -> str:
    """The idempotency key: of what is sent alone, so that sending it later again has it too."""
    text = json.dumps(["ai-to-production review", 1, body, again], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _outcome(server: Server, target: Target, known: str, timeout: float) -> Outcome:
    page = _page(server, known)
    status = _ended(server, known, timeout)
    if status["state"] != "succeeded":
        why = status["message"] or f"the run ended as {status['state']}."
        return Outcome(target, id=known, address=page, error=f"{why} --again runs it anew.")
    try:
        items = server.ask("code.getFindings", id=known).body["items"]
        result = server.ask("code.getResult", id=known).body
    except Refused as error:
        return Outcome(target, id=known, address=page, error=str(error))
    verdict, rebuild = result["verdict"] or {}, result["rebuild"] or {}
    return Outcome(
        target,
        tuple(Finding.of(item) for item in items),
        known,
        page,
        confidence=str(verdict.get("confidence", "")),
        sentence=str(verdict.get("sentence", "")),
        rebuilt=rebuild.get("code"),
    )


def _ended(server: Server, known: str, timeout: float) -> Json:
    """The status of a run that ended. Raises NoAnswer when that takes too long."""
    give_up = time.monotonic() + timeout
    answer = None
    while True:
        answer = server.ask("code.getJobStatus", before=answer, id=known)
        if answer.body["ended"]:
            return answer.body
        if time.monotonic() > give_up:
            raise NoAnswer(
                f"not done after {timeout:.0f} s. It goes on at the server: run this again later."
            )
        server.wait(answer.retry_after or POLL_SECONDS)


def _page(server: Server, known: str) -> str:
    return f"{server.address}/submissions/{known}/" if known else ""
