"""Has files reviewed, several at a time: hands in, waits for the end, fetches the findings."""

from __future__ import annotations

import hashlib
import json
import os
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
    targets_left: queue.SimpleQueue[Target] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome | ClientError] = queue.SimpleQueue()
    for target in targets:
        targets_left.put(target)

    def work() -> None:
        while not server.stop.is_set():
            try:
                done.put(review_one(server, targets_left.get_nowait(), wishes))
            except queue.Empty:
                return
            except (NotAdmitted, Stopped) as error:
                done.put(error)
                return

    # Daemons: one that waits for the network must not keep the program from ending.
    workers = [Thread(target=work, daemon=True) for _ in range(min(jobs, len(targets)))]
    for worker in workers:
        worker.start()
    yield from _taken(done, len(targets), workers)


def _taken(
    done: queue.SimpleQueue[Outcome | ClientError], missing: int, workers: Sequence[Thread]
) -> Iterator[Outcome | None]:
    while missing:
        at_work = any(worker.is_alive() for worker in workers)  # before looking: all is in by then
        try:
            outcome = done.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            if not at_work:
                raise ClientError(
                    "something broke in this client, and the lines above say what."
                ) from None
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
        if not code.strip():  # such as many an __init__.py, which a hook may name
            return Outcome(target, is_empty=True)
        body = {
            "code": code,
            "language": wishes.language,
            "filename": os.fsencode(target.path.name).decode("utf-8", "replace"),
            "comments": wishes.comments,
        }
        if sarif := about(wishes.logs, target.shown):
            body["sarif"] = sarif
        known = str(server.submit(body, key_of(body, wishes.again)).body["id"])
        return _outcome(server, target, known, wishes.timeout)
    except (NotAdmitted, Stopped):
        raise
    except ClientError as error:
        return Outcome(target, id=known, address=_page(server, known), error=_why(error))
    except (AttributeError, KeyError, TypeError, ValueError):
        return Outcome(target, id=known, address=_page(server, known), error=NO_SENSE)


def _why(error: ClientError) -> str:
    if isinstance(error, Refused) and error.field == "language":
        return "the language cannot be told from the file's name. --language names it."
    return str(error)


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
        left = give_up - time.monotonic()
        if left < 0:
            raise NoAnswer(
                f"not done after {timeout:.0f} s. It goes on at the server: run this again later."
            )
        server.wait(min(answer.retry_after or POLL_SECONDS, left))


def _page(server: Server, known: str) -> str:
    return f"{server.address}/submissions/{known}/" if known else ""
