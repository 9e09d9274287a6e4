"""What the sections share: a laboratory with a vendor, full queues, workers that come and go."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.jobs.rehearsal import Rehearsal, rehearse
from benchmarks.laboratory import counting
from benchmarks.laboratory.models import use_vendor
from benchmarks.laboratory.programs import wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.servers import DATABASE, HOST
from benchmarks.laboratory.submitting import user_named
from config.workshop.console import StopError
from config.workshop.processes import Child

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SIGNIN_ALLOWED": "*",
    "ALLOWED_HOSTS": f"localhost,{HOST}",
    "TRUSTED_PROXIES": HOST,
    "LOG_LEVEL": "INFO",
}
SLOTS = 300  # production's, of one worker process
WORKER_USER = "worker"
START_SECONDS = 60.0
GRACE_SECONDS = 40.0
SUBMITTERS = 4
JOB_TABLES = (
    "evidence", "pipeline_results", "provider_calls", "dead_letter_queue", "jobs",
    "code_submissions",
)  # fmt: skip


@dataclass
class Stage:
    """An open laboratory in which one job was rehearsed."""

    laboratory: Laboratory
    rehearsal: Rehearsal

    @property
    def vendor_url(self) -> str:
        return f"http://{HOST}:{self.laboratory.vendor_port}/v1"

    @contextmanager
    def vendor(self, latency: float) -> Iterator[Child]:
        """The pretend vendor, answering after ``latency`` seconds, while the block runs."""
        with _vendor(self.laboratory, latency) as child:
            yield child

    @contextmanager
    def worker(
        self,
        name: str = "worker",
        *,
        analysis: str = "on",
        times: Path | None = None,
        slots: int = SLOTS,
        kind: str = "celery",
    ) -> Iterator[Child]:
        """One worker process while the block runs, as production starts it.

        ``analysis`` is on, off or timed, the latter into ``times``. ``kind`` is celery, or work:
        the worker without a broker.
        """
        module = ["-m", "celery", "-A", "config", "worker"]
        if kind == "work":
            module = ["manage.py", "work"]
        if analysis != "on":
            file = str(times or self.rehearsal.answers)
            module = ["-m", "benchmarks.jobs.worker", analysis, file, kind]
        own = (
            ["-c", str(slots), "-n", f"{name}@%h"] if kind == "celery" else ["--slots", str(slots)]
        )
        words = [*module, *own]
        self.laboratory.output_of(name).unlink(missing_ok=True)
        child = self.laboratory.start(name, *words, DATABASE_URL=self._worker_url)
        try:
            if not wait_until(lambda: ready(child.pid), START_SECONDS):
                raise StopError(f"{name} did not start: see {self.laboratory.output_of(name)}")
            yield child
        finally:
            end(self.laboratory, child)

    def fill_queue(self, jobs: int) -> None:
        """Submit so many samples, each a little different, as the product does."""
        user = user_named("bench")
        shares = [range(place, jobs, SUBMITTERS) for place in range(SUBMITTERS)]
        with ThreadPoolExecutor(SUBMITTERS) as pool:
            list(pool.map(partial(submit_all, user_id=user), shares))

    def clear(self) -> None:
        """Empty the job tables and the broker."""
        from django.core.cache import cache
        from django.db import connection
        from redis import Redis

        with connection.cursor() as cursor:
            cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            for table in JOB_TABLES:
                cursor.execute(f"TRUNCATE TABLE {table}")
            cursor.execute("SET FOREIGN_KEY_CHECKS = 1")
        Redis.from_url(self.laboratory.redis.url).flushall()
        cache.clear()

    def run_all(self, seconds: float = 900.0) -> None:
        """Wait for the end of all jobs. Raises StopError when they take too long or fail."""
        if not counting.all_end(seconds):
            raise StopError(f"the jobs did not end in {seconds:.0f} s")
        states = counting.states()
        if set(states) != {"succeeded"}:
            raise StopError(f"not all jobs succeeded: {counting.describe(states)}")

    @property
    def _worker_url(self) -> str:
        return f"mysql://{WORKER_USER}@{HOST}:{self.laboratory.mariadb.port}/{DATABASE}"


@contextmanager
def open_stage() -> Iterator[Stage]:
    """A stage with an empty queue until the block ends. Raises StopError."""
    with open_laboratory("bench-jobs", **PRODUCTION) as laboratory:
        _let_workers_in()
        use_vendor(laboratory.vendor_port, streams=False)  # nor does what stands beside it
        with _vendor(laboratory, 0.0):
            rehearsal = rehearse(laboratory.folder, submit(0, user_named("bench")))
        stage = Stage(laboratory, rehearsal)
        stage.clear()
        yield stage


@contextmanager
def _vendor(laboratory: Laboratory, latency: float) -> Iterator[Child]:
    words = ("--port", str(laboratory.vendor_port), "--latency", str(latency))
    child = laboratory.start("vendor", "manage.py", "fake_provider", *words)
    try:
        output = laboratory.output_of("vendor")
        if not wait_until(lambda: "Pretend vendor at" in _text(output, child), START_SECONDS):
            raise StopError(f"the pretend vendor did not start: see {output}")
        yield child
    finally:
        end(laboratory, child)
        output.unlink(missing_ok=True)


def _text(output: Path, child: Child) -> str:
    if child.code is not None:
        raise StopError(f"{child.name} ended: {output.read_text(encoding='utf-8')[-500:]}")
    return output.read_text(encoding="utf-8") if output.exists() else ""


def end(laboratory: Laboratory, child: Child) -> None:
    """Tell a process to end and wait for it."""
    laboratory.family.send(child, signal.SIGTERM)
    if not laboratory.family.wait(child, GRACE_SECONDS):
        raise StopError(f"{child.name} did not end within {GRACE_SECONDS:.0f} s")


def ready(pid: int) -> bool:
    """Whether the worker process has said that it is at work."""
    from pipeline.presence import seen_lately

    return seen_lately().filter(owner__contains=f":{pid}:").exists()


def code(number: int) -> str:
    """The sample of that number: the example that the product ships, made different by a line."""
    from pipeline.defaults import example_code

    return f"{example_code()}\nNUMBER = {number}\n"


def submit_all(numbers: range, user_id: int) -> None:
    """Hand in these samples, on a connection of this thread's own."""
    from django.db import connections

    try:
        for number in numbers:
            submit(number, user_id)
    finally:
        connections.close_all()


def submit(number: int, user_id: int) -> int:
    """Hand in the sample of that number; returns the job's id."""
    from accounts.models import User
    from pipeline import services

    submission = services.submit(
        user=User.objects.get(pk=user_id),
        code=code(number),
        language="python",
        filename=f"{number}.py",
        counted=False,
    )
    if submission.current_job is None:
        raise StopError("a submission without a job was accepted")
    return submission.current_job.pk


@contextmanager
def built_in_routes() -> Iterator[None]:
    """While the block runs, the built-in engine is the engine of all steps."""
    from pipeline import routing
    from pipeline.models import ModelConfig

    before = list(ModelConfig.objects.values("pk", "provider", "model"))
    ModelConfig.objects.update(provider=None, model=None)
    routing.forget_routes()
    try:
        yield
    finally:
        for row in before:
            routes = ModelConfig.objects.filter(pk=row["pk"])
            routes.update(provider=row["provider"], model=row["model"])
        routing.forget_routes()


def _let_workers_in() -> None:
    """A database user of the workers' own, by whose name their connections are counted."""
    from django.db import connection

    with connection.cursor() as cursor:
        for host in (HOST, "localhost"):
            cursor.execute(f"CREATE USER '{WORKER_USER}'@'{host}'")
            cursor.execute(f"GRANT ALL ON {DATABASE}.* TO '{WORKER_USER}'@'{host}'")
