"""Does what a newcomer does: clone, ./dev run, sign in, submit, read the verdict, end, start again.

Uses the standard library only, an empty HOME and a folder with a space in its name. Prints the
times that the README states; exits with 1 and a reason when a step fails.
"""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
# After these a start counts as hung, on a busy machine too; what it took is printed.
FIRST_START_SECONDS = 240.0
SECOND_START_SECONDS = 60.0
RESULT_SECONDS = 90.0
CODE = "import hashlib\n\n\ndef fingerprint(data):\n    return hashlib.md5(data).hexdigest()\n"


class Visitor:
    """A browser without a screen: keeps cookies and follows redirects."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str) -> str:
        """The page's text."""
        with self.opener.open(self.origin + path, timeout=20) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form_page: str, **fields: str) -> str:
        """Send a form with the token that stands in the given page; the address it leads to."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form_page)
        if token is None:
            fail(f"the page with the form for {path} has no token")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.origin + path, body)  # noqa: S310 - http only
        request.add_header("Origin", self.origin)
        with self.opener.open(request, timeout=20) as answer:
            return urllib.parse.urlsplit(str(answer.url)).path


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="first steps ") as folder:
        clone, home = Path(folder) / "a clone", Path(folder) / "home"
        home.mkdir()
        source = os.environ.get("FIRST_STEPS_SOURCE", str(ROOT))
        subprocess.run(["git", "clone", "-q", source, str(clone)], check=True)  # noqa: S603, S607
        visit("first start", clone, home, FIRST_START_SECONDS, submit_and_read)
        visit("second start", clone, home, SECOND_START_SECONDS, look_at_the_page)


def visit(
    name: str, clone: Path, home: Path, most_seconds: float, then: Callable[[int, float], None]
) -> None:
    """Start ./dev run, wait for the page, do something with it, and end it by SIGTERM."""
    port = free_port()
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "PORT": str(port)}
    env |= {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_"))}
    started = time.monotonic()
    dev = subprocess.Popen(["./dev", "run"], cwd=clone, env=env)
    try:
        wait_until(lambda: answers(port), most_seconds, f"{name}: the page", dev)
        print_time(f"{name}: page", started)
        then(port, started)
    finally:
        dev.send_signal(signal.SIGTERM)
        code = dev.wait(timeout=40)
    if code != 0 or answers(port):
        fail(f"{name}: ./dev run did not end cleanly (exit code {code})")


def submit_and_read(port: int, started: float) -> None:
    """Sign in as the developer user, submit code and wait for the verdict."""
    visitor = Visitor(port)
    visitor.post("/sign-in/", visitor.get("/sign-in/"), role="user")
    submitted = time.monotonic()
    path = visitor.post(
        "/submissions/", visitor.get("/"), code=CODE, language="python", comments="", file=""
    )
    wait_until(
        lambda: "What remains" in visitor.get(f"{path}?tab=verdict"), RESULT_SECONDS, "the verdict"
    )
    print_time("submission to verdict", submitted)
    print_time("first start to verdict", started)
    if "md5" not in visitor.get(f"{path}?tab=findings"):
        fail("the findings do not name the weak hash")


def look_at_the_page(port: int, _started: float) -> None:
    """Nothing more than that it is there."""
    Visitor(port).get("/")


def answers(port: int) -> bool:
    try:
        Visitor(port).get("/")
    except urllib.error.HTTPError as answer:
        fail(f"the page answers with {answer.code}")
    except OSError:
        return False
    return True


def wait_until(
    condition: Callable[[], bool],
    most_seconds: float,
    what: str,
    process: subprocess.Popen[bytes] | None = None,
) -> None:
    deadline = time.monotonic() + most_seconds
    while not condition():
        if process is not None and process.poll() is not None:
            fail(f"{what}: ./dev run ended with {process.returncode}")
        if time.monotonic() > deadline:
            fail(f"{what} was not there after {most_seconds:.0f} s")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def print_time(what: str, since: float) -> None:
    sys.stdout.write(f"MEASURED {what}: {time.monotonic() - since:.1f} s\n")
    sys.stdout.flush()


def fail(reason: str) -> NoReturn:
    raise SystemExit(f"first steps: {reason}")


if __name__ == "__main__":
    main()
