"""The laboratory itself: opens it, sets the product up in it, starts the product's processes."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import FrameType

from benchmarks.laboratory.programs import free_port, wait_until
from benchmarks.laboratory.servers import HOST, MariaDB, Redis
from config.workshop import environment
from config.workshop.console import StopError, say
from config.workshop.processes import Child, Family
from config.workshop.serve import web_command

START_SECONDS = 60.0
GRACE_SECONDS = 30.0
PLENTY = "1000000"
# What a file or a developer's own variables could add to the product; here nothing does.
NOTHING = (
    "DATABASE_URL_FILE", "REDIS_URL_FILE", "JWT_SECRET_FILE", "ENCRYPTION_KEY_FILE",
    "ENCRYPTION_KEYS_OLD", "PROVIDER_PROXY", "PROVIDER_CA_BUNDLE",
    "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "OIDC_ISSUER", "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET", "TRUSTED_PROXIES", "SIGNIN_ALLOWED",
)  # fmt: skip

COMMON = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ENVIRONMENT": "development",
    "DEBUG": "off",
    "LOG_LEVEL": "ERROR",
    "PYTHONUNBUFFERED": "1",
    "MAX_DAILY_SUBMISSIONS": PLENTY,
}


@dataclass
class Laboratory:
    """Servers that run, the product's variables, and the family of all that was started."""

    folder: Path
    family: Family
    mariadb: MariaDB
    redis: Redis
    vendor_port: int
    web_port: int
    variables: dict[str, str]

    @property
    def vendor_log(self) -> Path:
        """What the pretend vendor was asked, a line a call."""
        return self.log_of("vendor")

    def log_of(self, vendor: str) -> Path:
        """The same of a vendor of another name."""
        return self.folder / f"{vendor}.jsonl"

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    def start(self, name: str, *words: str, **variables: str) -> Child:
        """Start a process of the product; what it writes goes to the file ``output_of(name)``."""
        env = {**os.environ, **variables}
        return self.family.start(name, [sys.executable, *words], env, self.output_of(name))

    def output_of(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self, name: str, word: str) -> int:
        """How often the process of that name has written that word."""
        return self.output_of(name).read_text(encoding="utf-8", errors="replace").count(word)

    def start_celery(self, name: str, slots: int, **variables: str) -> Child:
        """Start a Celery worker."""
        words = ("-m", "celery", "-A", "config", "worker", "-c", str(slots), "-n", f"{name}@%h")
        return self.start(name, *words, **variables)

    def start_beat(self) -> Child:
        """Start Celery's beat, which sends the sweep."""
        return self.start("beat", "-m", "celery", "-A", "config", "beat")

    def start_pool(self, name: str, slots: int, **variables: str) -> Child:
        """Start a worker pool without Celery."""
        return self.start(name, "manage.py", "work", "--slots", str(slots), **variables)

    def start_web(self, *, workers: int = 1, threads: int = 4, application: str = "") -> None:
        """Start the production web server and wait until it answers.

        ``application`` is where another WSGI application than the product's stands.
        """
        command = web_command(sys.executable, self.web_port)
        command[-1] = application or command[-1]
        command[command.index("--workers") + 1] = str(workers)
        command[command.index("--blocking-threads") + 1] = str(threads)
        self.start("web", *command[1:])
        self._wait_for_port("web", self.web_port)

    def start_vendor(
        self, *, latency: float = 0.0, name: str = "vendor", port: int | None = None
    ) -> None:
        """Start a pretend vendor, which notes every call, and wait until it answers."""
        port = port or self.vendor_port
        words = ("--port", str(port), "--latency", str(latency), "--log", str(self.log_of(name)))
        self.start(name, "manage.py", "fake_provider", *words)
        self._wait_for_port(name, port)

    def died(self) -> list[str]:
        """The names of the product's processes that are no longer there."""
        servers = (self.mariadb.name, self.redis.name)
        mine = [child for child in self.family.children if child.name not in servers]
        return [child.name for child in mine if not self.family.is_running(child)]

    def end_product(self, grace_seconds: float = GRACE_SECONDS) -> list[int]:
        """Ask all but the servers to end; the processes that are still there after the wait."""
        servers = {server.child.pid for server in (self.mariadb, self.redis) if server.child}
        for child in self.family.children:
            if child.pid not in servers:
                self.family.send(child, signal.SIGTERM)
        wait_until(lambda: set(self.family.living()) <= servers, grace_seconds)
        return sorted(set(self.family.living()) - servers)

    def _wait_for_port(self, name: str, port: int) -> None:
        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex((HOST, port)) == 0

        if not wait_until(answers, START_SECONDS):
            raise StopError(f"{name} did not start: see {self.output_of(name)}")


@contextmanager
def open_laboratory(name: str, **variables: str) -> Iterator[Laboratory]:
    """A laboratory with running servers and the product set up, until the block ends.

    ``variables`` are the product's, for this process and all that it starts. Raises StopError.
    """
    environment.ensure((*environment.RUN_FILES, environment.MYSQL_FILE))
    signal.signal(signal.SIGTERM, _leave)  # so that the servers end and the folder goes
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        family = Family()
        try:
            laboratory = _furnish(Path(folder), family, variables)
            _set_up(laboratory.variables)
            yield laboratory
        finally:
            family.kill()


def _furnish(folder: Path, family: Family, variables: Mapping[str, str]) -> Laboratory:
    """Start both servers."""
    mariadb, redis = MariaDB(folder, family), Redis(folder, family)
    vendor_port, web_port = free_port(), free_port()
    say(f"MariaDB on port {mariadb.port}, Redis on port {redis.port}, in {folder}.")
    mariadb.install()
    mariadb.start()
    redis.start()
    metrics = folder / "metrics"
    metrics.mkdir()
    own = {
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "DATABASE_URL": mariadb.url,
        "REDIS_URL": redis.url,
        "PROVIDER_ALLOWED_HOSTS": HOST,
        "JWT_SECRET": secrets.token_hex(32),
        "ENCRYPTION_KEY": secrets.token_hex(32),
    }
    every = {**dict.fromkeys(NOTHING, ""), **COMMON, **own, **variables}
    return Laboratory(folder, family, mariadb, redis, vendor_port, web_port, every)


def _set_up(variables: Mapping[str, str]) -> None:
    """Point this process and its children at the servers and make the tables."""
    os.environ.update(variables)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_defaults", stdout=StringIO())
    _lift_bursts()


def _lift_bursts() -> None:
    """Let one user submit as often as a drill wants; the daily limit is another matter."""
    from operations import runtime_config
    from pipeline.parameters import SUBMISSIONS_PER_MINUTE

    highest = SUBMISSIONS_PER_MINUTE
    runtime_config.change(highest.name, str(highest.maximum), reason="laboratory")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)
