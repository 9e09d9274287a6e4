"""The container files: linted, without passwords, and each command in them really runs.

No container engine runs here. Each service's command is started by hand instead, in the
environment that docker-compose.yml gives it, on the database of this test run and a Redis of its
own.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
import yaml
from django.conf import settings
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from config.settings import env
from pipeline.models import Job, JobState, Worker
from pipeline.services import submit
from pipeline.tests.servers import OwnRedis, free_port, url_of_test_database, wait_for

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
OPERATORS = {
    "GOOGLE_CLIENT_ID": "client",
    "GOOGLE_REDIRECT_URI": "https://app.example.com/api/auth/google/callback",
    "SIGNIN_ALLOWED": "example.com",
    "ALLOWED_HOSTS": "app.example.com",
    "TRUSTED_PROXIES": "192.0.2.1",
}


def test_it_passes_the_dockerfile_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True)  # noqa: S603
    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_nobody_who_may_write_to_the_product() -> None:
    users = re.findall(r"(?m)^USER (.+)$", (ROOT / "Dockerfile").read_text())
    assert users == ["10001"]
    assert all(SERVICES[name]["read_only"] for name in OURS)


def test_it_checks_the_health_of_every_lasting_service() -> None:
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert without == {"migrate"}


def test_it_takes_every_secret_from_a_file() -> None:
    defined = set(COMPOSE["secrets"])
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == defined
    assert all(
        secret == {"file": f"./secrets/{name}"} for name, secret in COMPOSE["secrets"].items()
    )


def test_it_has_no_default_password() -> None:
    secret = re.compile(r"(?i)password|secret|token|_key$|_url$")
    values = {
        (service, name): str(value)
        for service, definition in SERVICES.items()
        for name, value in definition.get("environment", {}).items()
        if secret.search(name) and name != "MARIADB_RANDOM_ROOT_PASSWORD"
    }
    assert values
    assert all(name.endswith("_FILE") for _, name in values)
    assert all(value.startswith("/run/secrets/") for value in values.values())


def test_it_gives_only_variables_that_the_product_reads() -> None:
    declared = env.declared | {"GRANIAN_HOST", "GRANIAN_PORT"}
    given = {name for service in OURS for name in SERVICES[service]["environment"]}
    assert {name.removesuffix("_FILE") for name in given} - declared == set()


class Deployment:
    """What docker-compose.yml describes, started process by process on this machine."""

    def __init__(self, folder: Path, redis: OwnRedis) -> None:
        self.folder = folder
        self.port = free_port()
        self.metrics = folder / "metrics"
        self.metrics.mkdir()
        values = {"database_url": url_of_test_database(), "redis_url": redis.url}
        for name in COMPOSE["secrets"]:
            (folder / name).write_text(values.get(name, secrets.token_hex(32)))

    def environment(self, service: str) -> dict[str, str]:
        """The service's environment with this machine's folders and port in place."""
        given = {
            name: _interpolated(str(v)) for name, v in SERVICES[service]["environment"].items()
        }
        moved = {
            name: value.replace("/run/secrets", str(self.folder)).replace(
                "/run/metrics", str(self.metrics)
            )
            for name, value in given.items()
        }
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        here = {"PATH": path, "GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(self.port)}
        return {**moved, **here}

    @contextmanager
    def running(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        variables, log = self.environment(service), self.folder / f"{service}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603
                SERVICES[service]["command"], env=variables, cwd=ROOT, stdout=output, stderr=output
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            finally:
                process.kill()

    def is_healthy(self, service: str) -> bool:
        """What the service's own health check says."""
        _, *command = SERVICES[service]["healthcheck"]["test"]
        variables = self.environment(service)
        done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True)  # noqa: S603
        return done.returncode == 0

    def get(self, path: str) -> str:
        direct = build_opener(ProxyHandler({}))
        with direct.open(f"http://localhost:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())


def _interpolated(value: str) -> str:
    """Compose's ``${NAME:?reason}`` and ``${NAME:-default}``, from OPERATORS."""
    pattern = re.compile(r"\$\{(\w+):([?-])([^}]*)\}")
    return pattern.sub(
        lambda found: OPERATORS[found[1]] if found[2] == "?" else OPERATORS.get(found[1], found[3]),
        value,
    )


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    redis = OwnRedis(tmp_path)
    redis.start()
    yield Deployment(tmp_path, redis)
    redis.stop()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_it_serves_works_and_beats_when_each_command_runs_by_hand(
    deployment: Deployment, alice: User
) -> None:
    with ExitStack() as stack:
        migrate = stack.enter_context(deployment.running("migrate"))
        assert migrate.wait(timeout=120) == 0
        for service in ("web", "worker", "beat"):
            stack.enter_context(deployment.running(service))
        for service in ("web", "worker", "beat"):
            wait_for(lambda s=service: deployment.is_healthy(s), f"The health of {service}")  # type: ignore[misc]
        job = submit(user=alice, code="x = 1\n", language="python", counted=False).current_job
        assert job is not None
        done = Job.objects.filter(id=job.pk, state=JobState.SUCCEEDED)
        wait_for(done.exists, "The end of the job")
        health = json.loads(deployment.get("/health"))
        assert health["status"] == "ok"
        kinds = {worker["kind"] for worker in health["checks"]["workers"]["seen"]}
        assert kinds == {"celery", "beat"}
        assert 'aitp_jobs_ended_total{state="succeeded"} 1.0' in deployment.get("/metrics")
        assert set(PeriodicTask.objects.values_list("name", flat=True)) >= {"Sweep"}
    assert not Worker.objects.exists()


@pytest.mark.redis
def test_it_starts_redis_with_the_password_of_its_file(tmp_path: Path) -> None:
    program = shutil.which("redis-server")
    assert program
    (tmp_path / "redis_password").write_text("a-password")
    port = free_port()
    shell, flag, script = SERVICES["redis"]["command"]
    here = script.replace("$$", "$").replace("/run/secrets", str(tmp_path))
    process = subprocess.Popen(  # noqa: S603
        [shell, flag, f"{here} --port {port} --bind 127.0.0.1 --dir {tmp_path}"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: _says(port, "PING").startswith("-NOAUTH"), "Redis's refusal")
        assert _says(port, "AUTH a-password").startswith("+OK")
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the shell and the server that it started
        process.wait()


def _says(port: int, command: str) -> str:
    """Redis's answer to one inline command; empty while it does not answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(200).decode()
    except (OSError, URLError):
        return ""
