"""A MariaDB and a Redis of one's own: started, stopped, frozen, started again on the same data."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
from pathlib import Path

from redis import Redis as RedisClient
from redis.exceptions import RedisError

from benchmarks.laboratory.programs import free_port, program, wait_until
from config.workshop.console import StopError
from config.workshop.processes import Child, Family

HOST = "127.0.0.1"
DATABASE = "laboratory"
TEXT = "CHARACTER SET utf8mb4"
GREETING = b"\x0a"  # version 10 of the protocol, after the four bytes of the packet's head
START_SECONDS = 60.0
STOP_SECONDS = 60.0


class Server:
    """A server process that keeps its port and its data over any number of starts."""

    name = "server"

    def __init__(self, folder: Path, family: Family) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self.log = folder / f"{self.name}.log"
        self.family = family
        self.port = free_port()
        self.child: Child | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises StopError if it does not."""
        self.child = child = self.family.start(self.name, self.command(), os.environ, self.log)
        answered = wait_until(
            lambda: self.answers() or not self.family.is_running(child), START_SECONDS
        )
        if not answered or not self.family.is_running(child):
            raise StopError(f"{self.name} did not start: {_last_line(self.log)}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal and wait for its end."""
        if self.child is None:
            return
        self.family.send(self.child, how)
        if not self.family.wait(self.child, STOP_SECONDS):
            raise StopError(f"{self.name} did not end within {STOP_SECONDS:.0f} s")
        self.child = None

    def freeze(self) -> None:
        """Let it accept connections and do nothing, until ``thaw``."""
        if self.child is not None:
            self.family.send(self.child, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was frozen."""
        if self.child is not None:
            self.family.send(self.child, signal.SIGCONT)

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError


class MariaDB(Server):
    """A small MariaDB in another time zone than UTC, so that no test passes by luck of the zone."""

    name = "mariadb"

    @property
    def url(self) -> str:
        """DATABASE_URL of its one database."""
        return f"mysql://root@{HOST}:{self.port}/{DATABASE}"

    def install(self) -> None:
        """Make its data folder."""
        command = [
            program("mariadb-install-db"),
            *self._place(),
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]
        with self.log.open("ab") as log:
            made = subprocess.run(command, stdout=log, stderr=log, check=False)  # noqa: S603
        if made.returncode != 0:
            raise StopError(f"mariadb-install-db failed: {_last_line(self.log)}")
        self._first_words.write_text(f"CREATE DATABASE IF NOT EXISTS {DATABASE} {TEXT};\n")

    def command(self) -> list[str]:
        return [
            program("mariadbd"),
            *self._place(),
            f"--socket={self.folder / 'server.sock'}",
            f"--pid-file={self.folder / 'server.pid'}",
            f"--init-file={self._first_words}",
            f"--bind-address={HOST}",
            f"--port={self.port}",
            "--default-time-zone=+05:00",
            "--max-connections=500",
            "--innodb-buffer-pool-size=128M",
            "--innodb-log-file-size=64M",
            "--key-buffer-size=1M",
            "--performance-schema=OFF",
        ]

    def answers(self) -> bool:
        """Whether it greets: the first thing that this protocol's servers say."""
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as client:
                return client.recv(5)[4:] == GREETING
        except OSError:
            return False

    @property
    def _first_words(self) -> Path:
        return self.folder / "init.sql"

    def _place(self) -> list[str]:
        return ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={self.folder}"]


class Redis(Server):
    """A Redis that keeps nothing on disk: stopped, it forgets everything."""

    name = "redis"

    @property
    def url(self) -> str:
        """REDIS_URL."""
        return f"redis://{HOST}:{self.port}/0"

    def command(self) -> list[str]:
        options = {"port": self.port, "bind": HOST, "save": "", "dir": self.folder}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [program("redis-server"), *words]

    def answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except RedisError:
            return False

    def pause(self, seconds: float) -> None:
        """Let it accept commands and answer none for a while."""
        self._client().client_pause(int(seconds * 1000), all=True)

    def _client(self) -> RedisClient:
        return RedisClient(host=HOST, port=self.port, socket_timeout=2, socket_connect_timeout=2)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"
