"""What ./dev run starts ends with it: children, their children, those that left their group."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's prctl")
PATIENCE_SECONDS = 20.0

PRELUDE = """
import os, sys, time
from config.workshop.processes import Family
family = Family()
def start(name, code, *words):
    return family.start(name, [sys.executable, "-c", code, *words], os.environ)
"""
# Writes its own and its child's process id, and stays; the child has left for another session.
WITH_STRAY_GRANDCHILD = """
import os, pathlib, subprocess, sys, time
stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"],
                         start_new_session=True)
draft = pathlib.Path(sys.argv[1] + ".draft")
draft.write_text(f"{os.getpid()} {stray.pid}")
draft.rename(sys.argv[1])
time.sleep(300)
"""


def run_family(body: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script with a Family of its own: it reaps every child of its process."""
    command = [sys.executable, "-c", PRELUDE + body, *words]
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )


def is_running(pid: int) -> bool:
    """Whether the process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pids_from(path: Path) -> list[int]:
    """The process ids that a child wrote, as soon as it has."""
    assert eventually(path.exists)
    return [int(word) for word in path.read_text().split()]


def eventually(condition: object) -> bool:
    """Whether the condition comes true in bounded time."""
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@LINUX
def test_it_ends_a_grandchild_that_left_its_group(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    body = """
start("parent", sys.argv[2], sys.argv[1])
while not os.path.exists(sys.argv[1]):
    time.sleep(0.02)
family.end()
"""
    run_family(body, str(notes), WITH_STRAY_GRANDCHILD)
    assert [is_running(pid) for pid in pids_from(notes)] == [False, False]


@LINUX
def test_it_tells_the_children_when_it_is_killed_itself(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    body = 'start("child", sys.argv[2], sys.argv[1]); time.sleep(300)'
    command = [sys.executable, "-c", PRELUDE + body, str(notes), WITH_STRAY_GRANDCHILD]
    family = subprocess.Popen(command, cwd=ROOT)  # noqa: S603
    child, grandchild = pids_from(notes)
    family.kill()
    family.wait(timeout=PATIENCE_SECONDS)
    ended = eventually(lambda: not is_running(child))
    os.kill(grandchild, signal.SIGKILL)
    assert ended


def test_it_kills_a_child_that_will_not_listen() -> None:
    body = """
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
child = start("deaf", deaf)
family.end(grace_seconds=1.0)
print(child.code)
"""
    assert int(run_family(body).stdout) in (-signal.SIGKILL, -signal.SIGTERM)


def test_it_says_which_child_ended_and_how() -> None:
    body = """
start("lasting", "import time; time.sleep(300)")
start("failing", "raise SystemExit(7)")
while not (dead := family.ended()):
    time.sleep(0.02)
print(dead.name, dead.code)
family.end()
"""
    assert run_family(body).stdout == "failing 7\n"
