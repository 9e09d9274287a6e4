"""One running analysis server as its client sees it: process, pipes and awaited answers."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any, cast

from pipeline.analysis.frames import Frame, FrameReader, pack

ROOT = Path(__file__).resolve().parents[2]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from pipeline.analysis.server import main; main(sys.argv[2])"
)
READ_SIZE = 1 << 16
FAREWELL_SECONDS = 2.0


class ServerGone(Exception):
    """The server ended before it answered."""


class Link:
    """Starts a server and talks to it; safe to use from many threads."""

    def __init__(self) -> None:
        self.gone = False
        self.directory: str | None = None  # of the server, from its first frame
        self.awaited: dict[int, Future[Frame]] = {}
        self.answers_lock = threading.Lock()  # guards the two above
        self.write_lock = threading.Lock()  # never held while the other is wanted by the reader
        self.process = _start_server()
        self.requests = cast(IO[bytes], self.process.stdin)
        self.answers = cast(IO[bytes], self.process.stdout)
        self.reader = threading.Thread(target=self._read, name="analysis-answers", daemon=True)
        self.reader.start()

    def send(self, number: int, header: dict[str, Any]) -> Future[Frame]:
        """Hand a request over; raises ServerGone."""
        future: Future[Frame] = Future()
        with self.answers_lock:
            if self.gone:
                raise ServerGone
            self.awaited[number] = future
        self._write(pack({"id": number, **header}))
        return future

    def cancel(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        with self.answers_lock:
            self.awaited.pop(number, None)
        with contextlib.suppress(ServerGone):
            self._write(pack({"cancel": number}))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            with self.write_lock:
                while view:
                    view = view[self.requests.write(view) :]
        except (OSError, ValueError) as error:  # broken or closed
            self.gone = True  # known here before the reader has noticed
            raise ServerGone from error

    def _read(self) -> None:
        reader = FrameReader()
        with contextlib.suppress(OSError):
            while data := os.read(self.answers.fileno(), READ_SIZE):
                for frame in reader.feed(data):
                    self._deliver(frame)
        self._mourn()

    def _deliver(self, frame: Frame) -> None:
        self.directory = frame.header.get("directory", self.directory)
        with self.answers_lock:
            future = self.awaited.pop(frame.header["id"], None)
        if future is not None:
            future.set_result(frame)

    def _mourn(self) -> None:
        """The server is gone: collect it, close the pipes, tell everybody who waits."""
        with self.answers_lock:
            self.gone = True
            awaited, self.awaited = self.awaited, {}
        self._collect_process()
        for future in awaited.values():
            future.set_exception(ServerGone())
        with self.write_lock:
            self._close_pipes()

    def _collect_process(self) -> None:
        try:
            self.process.wait(FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.directory is not None:  # of no use to anybody if the server could not remove it
            shutil.rmtree(self.directory, ignore_errors=True)

    def _close_pipes(self) -> None:
        self.requests.close()
        self.answers.close()

    def close(self) -> None:
        """End the server by closing its input; it kills its children and removes its files."""
        with self.answers_lock:
            self.gone = True
        with self.write_lock:
            self.requests.close()
        self.reader.join(2 * FAREWELL_SECONDS)

    def forget(self) -> None:
        """In a forked copy of the client: let go of what belongs to the original."""
        self._close_pipes()
        self.process.returncode = 0  # not ours to wait for, and nothing to warn about


def _start_server() -> subprocess.Popen[bytes]:
    """A server with an empty environment, in its own session: Ctrl-C is for the client alone."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own constant
        [sys.executable, "-I", "-c", START, str(ROOT), tempfile.gettempdir()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={},
        bufsize=0,
        start_new_session=True,
    )
