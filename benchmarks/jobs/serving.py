"""How many status polls and submissions a second the web server answers, at 32 connections.

granian, as production starts it, beside gunicorn's threaded worker with the same application, as
many processes and threads, and the same signed-in visitors, each with a connection of their own.
Both run all the time and are loaded in short turns, so that a busy machine slows both alike.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from urllib.parse import urlencode

from benchmarks.jobs import load, measure
from benchmarks.jobs.load import UNIQUE, Outcome
from benchmarks.jobs.stage import Stage, code, end, submit
from benchmarks.laboratory.programs import free_port, wait_until
from benchmarks.laboratory.report import Report
from benchmarks.laboratory.servers import HOST
from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import new_session
from config.workshop import environment
from config.workshop.console import StopError

CONNECTIONS = 32
PURPOSE = f"polls and submissions at {CONNECTIONS} connections, granian beside gunicorn gthread"
PROCESSES, THREADS = "2", "4"  # as docker-compose.yml says
TURNS = 8
SECONDS, WARM_SECONDS = 3.0, 0.5
START_SECONDS = 60.0
GOAL_P99_MS = 25.0
LEAST_SHARE = 0.9  # not slower, with room for a machine that does other things too
GRANIAN = (
    "granian", "--interface", "wsgi", "--host", HOST, "--log-level", "warning",
    "--workers", PROCESSES, "--blocking-threads", THREADS,
)  # fmt: skip
GUNICORN = (
    "gunicorn", "--worker-class", "gthread", "--log-level", "warning",
    "--workers", PROCESSES, "--threads", THREADS,
)  # fmt: skip
EXPECTED = {"status poll": "204", "submission": "302"}
COMMON_HEADERS = {
    "Host": "localhost",
    "X-Forwarded-Proto": "https",
    "Origin": "https://localhost",
    "Referer": "https://localhost/",
    "HX-Request": "true",
}


@dataclass(frozen=True)
class Turn:
    """What came back in one turn, and the server's CPU milliseconds a request."""

    outcome: Outcome
    cpu_ms: float


@dataclass(frozen=True)
class Visitor:
    """What one signed-in user sends."""

    poll: str
    submission: str


def run(stage: Stage, report: Report) -> None:
    """Load both servers in turns and compare."""
    stage.clear()
    _let_the_queue_grow()
    visitors = [visitor(number) for number in range(CONNECTIONS)]
    plans = {
        "status poll": [visitor.poll for visitor in visitors],
        "submission": [visitor.submission for visitor in visitors],
    }
    with servers(stage) as running:
        for what, plan in plans.items():
            found: dict[str, list[Turn]] = {name: [] for name in running}
            for _ in range(TURNS):
                for name, server in running.items():
                    found[name].append(server.loaded(stage, plan))
            _compare(report, what, found["granian"], found["gunicorn"])


@dataclass(frozen=True)
class Server:
    """A web server that runs: the process that was started, and its port."""

    pid: int
    port: int

    def loaded(self, stage: Stage, plan: list[str]) -> Turn:
        """Send it one kind of request for a while."""
        folder, before = stage.laboratory.folder, self._cpu_seconds()
        outcome = load.run(self.port, plan, folder, seconds=SECONDS, warm=WARM_SECONDS)
        cpu = self._cpu_seconds() - before
        return Turn(outcome, cpu / (outcome.per_second * (SECONDS + WARM_SECONDS)) * 1000)

    def _cpu_seconds(self) -> float:
        """Of all its processes."""
        return sum(map(measure.cpu_seconds, [self.pid, *measure.children_of(self.pid)]))


@contextmanager
def servers(stage: Stage) -> Iterator[dict[str, Server]]:
    """Both servers while the block runs: the same application, processes and threads."""
    environment.ensure(environment.test_files())  # gunicorn is no part of the product
    granian, gunicorn = free_port(), free_port()
    application = "config.wsgi:application"
    commands = {
        "granian": (granian, [*GRANIAN, "--port", str(granian), application]),
        "gunicorn": (gunicorn, [*GUNICORN, "--bind", f"{HOST}:{gunicorn}", application]),
    }
    with ExitStack() as stack:
        running = {}
        for name, (port, command) in commands.items():
            child = stage.laboratory.start(name, "-m", *command)
            stack.callback(end, stage.laboratory, child)
            running[name] = Server(child.pid, port)
        for name, server in running.items():
            if not wait_until(partial(listens, server.port), START_SECONDS):
                output = stage.laboratory.output_of(name)
                raise StopError(f"{name} did not start: see {output}")
        yield running


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def visitor(number: int) -> Visitor:
    """A user with a session and a submission in the queue, whose page knows its present state."""
    from pipeline.models import Job
    from pipeline.views.progress import progress_of

    name = f"visitor{number}"
    session, csrf = new_session(name), secrets.token_hex(16)
    job = Job.objects.select_related("submission").get(pk=submit(number, user_named(name)))
    query = urlencode({"seen": progress_of(job, {}).seen, "shown": "0"})
    form = {
        "csrfmiddlewaretoken": csrf,
        "code": code(number),
        "language": "python",
        "filename": f"{number}.py",
    }
    headers = {
        **COMMON_HEADERS,
        "X-Forwarded-For": f"192.0.2.{number}",
        "Cookie": f"sessionid={session}; csrftoken={csrf}",
    }
    return Visitor(
        poll=_request("GET", f"/submissions/{job.submission.public_id}/progress/?{query}", headers),
        submission=_request("POST", "/submissions/", headers, f"{urlencode(form)}&token={UNIQUE}"),
    )


def _request(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    sized = {**headers, "Content-Type": "application/x-www-form-urlencoded"} if body else headers
    lines = [f"{name}: {value}" for name, value in sized.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", body])


def _compare(report: Report, what: str, granian: list[Turn], gunicorn: list[Turn]) -> None:
    for name, turns in (("granian", granian), ("gunicorn gthread", gunicorn)):
        rate, cpu = median(turn.outcome.per_second for turn in turns), _cpu(turns)
        report.figure(f"{what}, {name}", f"{rate:.0f} requests/s, {cpu:.2f} ms of CPU each")
        p99 = median(turn.outcome.p99 for turn in turns)
        report.goal(f"{what}, {name}: p99", p99, GOAL_P99_MS)
    busiest = max(turn.outcome.busy for turn in (*granian, *gunicorn))
    report.figure("the load generator's own share of a core at most", f"{busiest:.0%}")
    pairs = zip(granian, gunicorn, strict=True)
    share = median(ours.outcome.per_second / other.outcome.per_second for ours, other in pairs)
    report.at_least(f"{what}: granian's requests/s in times of gunicorn's", share, LEAST_SHARE)
    report.exactly(f"{what}: other answers than {EXPECTED[what]}", _others(what, granian), 0)


def _cpu(turns: list[Turn]) -> float:
    return median(turn.cpu_ms for turn in turns)


def _others(what: str, turns: list[Turn]) -> int:
    return sum(
        count
        for turn in turns
        for status, count in turn.outcome.statuses.items()
        if status != EXPECTED[what]
    )


def _let_the_queue_grow() -> None:
    """No worker takes these submissions, and none is to be refused for that."""
    from operations import runtime_config
    from pipeline.parameters import QUEUE_LIMIT

    runtime_config.change(QUEUE_LIMIT.name, str(QUEUE_LIMIT.maximum), reason="bench")
