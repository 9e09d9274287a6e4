"""`./dev run`: web server and worker pool together, from nothing to a page that answers."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from subprocess import DEVNULL, run
from types import FrameType

from . import environment
from .console import ROOT, StopError, complain, say
from .processes import Child, Family
from .variables import dotenv, variable

HOST = "127.0.0.1"
DEFAULT_PORT = "8000"
START_SECONDS = 60.0
POLL_SECONDS = 0.1
BLOCKING_THREADS = "4"


def serve() -> int:
    """Set up, start everything, wait; 0 after Ctrl-C or SIGTERM, 1 when a process died."""
    started = time.monotonic()
    port = wanted_port()
    refuse_taken(port)
    asked = _listen_for_the_end()
    environment.ensure(environment.RUN_FILES)
    env = development_environment(port)
    _prepare(env)
    if asked:
        return 0
    family = Family()
    try:
        return _watch(family, env, port, asked, started)
    finally:
        family.end()


def wanted_port() -> int:
    """PORT, 8000 unless set; StopError if it is not a port number."""
    text = variable("PORT", DEFAULT_PORT)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StopError(f"PORT={text!r} is not a port number (1 to 65535)")
    return int(text)


def refuse_taken(port: int) -> None:
    """StopError with one line when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StopError(
                f"port {port} cannot be used ({error.strerror}): try `PORT={port + 1} ./dev run`"
            ) from None


def development_environment(port: int) -> dict[str, str]:
    """The environment of every process that `./dev run` starts."""
    defaults = {"DEBUG": "1", "ENVIRONMENT": "development", "LOG_LEVEL": "WARNING"}
    return {**defaults, **dotenv(), **os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1"}


def _listen_for_the_end() -> list[int]:
    """Let Ctrl-C and SIGTERM add to the returned list; a second one ends this at once."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    return asked


def _prepare(env: Mapping[str, str]) -> None:
    """Bring database, defaults and static files up to date in one process."""
    command = [str(environment.python()), "-m", "config.workshop.prepare"]
    if run(command, env=env, cwd=ROOT, stdin=DEVNULL, check=False).returncode != 0:  # noqa: S603
        raise StopError("the database or the settings are not ready (see above)")


def _watch(
    family: Family, env: Mapping[str, str], port: int, asked: list[int], started: float
) -> int:
    """Start both processes and stay until someone asks for the end or one of them dies."""
    python = str(environment.python())
    family.start("web server", web_command(python, port), env)
    family.start("worker pool", [python, "manage.py", "work"], env)
    greeted, deadline = False, time.monotonic() + START_SECONDS
    while not asked:
        if dead := family.ended():
            complain(_obituary(dead))
            return 1
        if not greeted and _answers(port):
            greeted = True
            _greet(port, time.monotonic() - started)
        if not greeted and time.monotonic() > deadline:
            complain(f"the page did not answer within {START_SECONDS:.0f} s")
            return 1
        time.sleep(POLL_SECONDS)
    say("Ending the web server and the worker pool ...")
    return 0


def web_command(python: str, port: int) -> list[str]:
    """The web server's command line: granian, one process, a few threads, loopback only."""
    options = {
        "--interface": "wsgi",
        "--host": HOST,
        "--port": str(port),
        "--workers": "1",
        "--blocking-threads": BLOCKING_THREADS,
        "--log-level": "warning",
    }
    pairs = [word for pair in options.items() for word in pair]
    return [python, "-m", "granian", *pairs, "config.wsgi:application"]


def _obituary(child: Child) -> str:
    code = child.code or 0
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    return f"the {child.name} ended {how}; ending the rest"


def _answers(port: int) -> bool:
    """Whether the home page answers, whatever it says."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(f"http://{HOST}:{port}/", timeout=10).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        return True
    except OSError:
        return False
    return True


def _greet(port: int, seconds: float) -> None:
    say("")
    say(f"  AI to Production is ready after {seconds:.1f} s:  http://{HOST}:{port}/")
    say("  Sign in there with the developer sign-in, as user or as admin (/admin/).")
    say(f"  Ctrl-C ends it.  Python {sys.version_info[0]}.{sys.version_info[1]}, data in var/.")
    say("")
