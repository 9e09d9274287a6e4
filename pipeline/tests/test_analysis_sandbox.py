"""The sandbox holds its limits, cleans up behind hostile tasks and survives every death."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.analysis import link, sandbox
from pipeline.analysis.errors import TaskCrashed, TaskOutOfMemory, TaskRefused, TaskTimeout
from pipeline.analysis.limits import MEGABYTE, Limits

ROOT = Path(__file__).resolve().parents[2]
CORES = len(os.sched_getaffinity(0))


DEFAULT = Limits()


def probe(do: str, limits: Limits = DEFAULT, deadline: float | None = None, **more):
    return sandbox.run("probe", {"do": do, **more}, limits, deadline)


def wait_for_end(pid: int, seconds: float = 10) -> bool:
    """Whether the process is gone within the time; works for processes of others too."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def children_of(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/stat").read_text().split()[2] for child in listed]


def run_client(script: str) -> subprocess.Popen:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + script
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)  # noqa: S603


def test_it_answers_what_the_task_returns():
    assert probe("report", echo={"ä": [1, None]})["echo"] == {"ä": [1, None]}


def test_it_gives_a_task_no_environment_of_the_client(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVICE", "x")
    sandbox.close()
    assert set(probe("report")["environment"]) <= {"HOME", "TMPDIR", "LC_CTYPE"}


def test_it_leaves_a_task_no_descriptor_but_its_own():
    assert probe("report")["descriptors"] <= 5  # three standard ones, the answer, the listing


def test_it_runs_tasks_below_the_priority_of_everything_else():
    assert probe("report")["niceness"] >= os.nice(0) + 5


def test_it_stops_a_task_that_waits_too_long():
    with pytest.raises(TaskTimeout):
        probe("sleep", Limits(wall_seconds=0.2), seconds=60)


def test_it_stops_a_task_that_computes_too_long():
    with pytest.raises(TaskTimeout):
        probe("spin", Limits(wall_seconds=30, cpu_seconds=1))


def test_it_stops_a_task_that_takes_too_much_memory():
    with pytest.raises(TaskOutOfMemory):
        probe("allocate", Limits(memory_bytes=512 * MEGABYTE), bytes=2_000 * MEGABYTE)


def test_it_stops_a_task_that_says_too_much():
    with pytest.raises(TaskCrashed, match="output"):
        probe("talk", Limits(output_bytes=MEGABYTE), bytes=3 * MEGABYTE)


def test_it_stops_a_task_that_writes_too_much():
    with pytest.raises(TaskCrashed):
        probe("litter", Limits(file_bytes=MEGABYTE), bytes=3 * MEGABYTE)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_it_reports_a_task_that_dies(number):
    with pytest.raises(TaskCrashed):
        probe("die", signal=int(number))


def test_it_hands_a_refusal_on_in_its_words():
    with pytest.raises(TaskRefused, match="not with me"):
        probe("refuse", message="not with me")


def test_it_runs_nothing_outside_its_registry():
    with pytest.raises(TaskCrashed):
        sandbox.run("os:system", {"command": "true"})


def test_it_removes_the_files_of_a_task():
    path = Path(probe("litter", bytes=10)["path"])
    assert "ai2p-analysis-" in str(path)
    assert not path.exists()


def test_it_removes_the_files_of_a_task_that_it_killed():
    root = Path(probe("report")["directory"]).parent
    with pytest.raises(TaskTimeout):
        probe("litter", Limits(wall_seconds=0.3), bytes=10, seconds=60)
    assert [path.name for path in root.iterdir()] == ["lock"]


def test_it_kills_what_a_task_started():
    server = probe("report")["server"]
    with pytest.raises(TaskTimeout):
        probe("spawn", Limits(wall_seconds=0.5))
    assert children_of(server) == []


def test_it_leaves_no_zombies_behind():
    server = probe("report")["server"]
    for _ in range(5):
        with pytest.raises(TaskCrashed):
            probe("die", signal=int(signal.SIGKILL))
    assert children_of(server) == []


def test_it_opens_no_more_descriptors_with_every_task():
    server = probe("report")["server"]
    before = len(list(Path("/dev/fd").iterdir())), len(list(Path(f"/proc/{server}/fd").iterdir()))
    for _ in range(30):
        probe("report")
    after = len(list(Path("/dev/fd").iterdir())), len(list(Path(f"/proc/{server}/fd").iterdir()))
    assert after == before


def test_it_runs_at_most_one_task_a_core():
    with ThreadPoolExecutor(4 * CORES) as pool:
        spans = list(pool.map(lambda _: probe("sleep", seconds=0.1), range(4 * CORES)))
    for span in spans:
        overlapping = [s for s in spans if s["started"] <= span["started"] < s["ended"]]
        assert len(overlapping) <= CORES


def test_it_does_not_count_waiting_against_a_task():
    limits = Limits(wall_seconds=0.6)
    with ThreadPoolExecutor(6 * CORES) as pool:
        results = list(pool.map(lambda _: probe("sleep", limits, seconds=0.2), range(6 * CORES)))
    assert len(results) == 6 * CORES  # in all three times the limit, none stopped


def test_it_answers_each_thread_with_its_own_result():
    with ThreadPoolExecutor(16) as pool:
        echoes = pool.map(lambda n: probe("report", echo="x" * 100_000 + str(n))["echo"], range(48))
        assert [int(echo.lstrip("x")) for echo in echoes] == list(range(48))


def test_it_gives_up_at_the_deadline_of_the_caller():
    started = time.monotonic()
    with pytest.raises(TaskTimeout):
        probe("sleep", deadline=started + 0.2, seconds=60)
    assert time.monotonic() - started < 5
    assert probe("report")


def test_it_frees_the_place_of_a_task_given_up():
    server = probe("report")["server"]
    for _ in range(CORES + 1):
        with pytest.raises(TaskTimeout):
            probe("sleep", deadline=time.monotonic() + 0.05, seconds=60)
    assert probe("report")["server"] == server
    assert children_of(server) == []


def test_it_starts_a_new_server_when_the_old_one_died():
    old = probe("report")["server"]
    os.kill(old, signal.SIGKILL)
    assert probe("report")["server"] != old
    assert wait_for_end(old)


def test_it_repeats_a_task_whose_server_died_under_it():
    server = probe("report")["server"]
    pending = sandbox.submit("probe", {"do": "sleep", "seconds": 0.5})
    os.kill(server, signal.SIGKILL)
    assert pending.result()["ended"]


def test_it_kills_the_tasks_of_a_server_that_dies():
    server = probe("report")["server"]
    answers = []
    thread = threading.Thread(target=lambda: answers.append(probe("sleep", seconds=1.0)))
    thread.start()
    while not (listed := Path(f"/proc/{server}/task/{server}/children").read_text().split()):
        pass
    os.kill(server, signal.SIGKILL)
    assert wait_for_end(int(listed[0]))
    thread.join()
    assert answers


def test_it_removes_the_directory_of_a_server_that_was_killed():
    report = probe("report")
    os.kill(report["server"], signal.SIGKILL)
    assert wait_for_end(report["server"])
    probe("report")
    assert not Path(report["directory"]).parent.exists()


def test_it_removes_the_directory_when_it_is_closed():
    root = Path(probe("report")["directory"]).parent
    sandbox.close()
    assert not root.exists()


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), 9)", "os._exit(0)", "sys.exit()"])
def test_it_ends_the_server_with_its_client(ending):
    script = (
        "import os\nfrom pipeline.analysis import sandbox\n"
        "print(sandbox.run('probe', {'do': 'report'})['server'], flush=True)\n" + ending
    )
    with run_client(script) as client:
        server = int(client.stdout.read())
    assert wait_for_end(server)


def test_it_ends_without_a_word_when_its_client_is_gone_before_it_is_ready():
    command = [sys.executable, "-I", "-c", link.START, str(link.ROOT), tempfile.gettempdir()]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env={}, start_new_session=True, **pipes) as server:  # noqa: S603
        server.stdout.close()
        assert server.stderr.read() == b""
    assert server.returncode == 0


def test_it_gives_a_forked_client_a_server_of_its_own():
    script = """
import os, warnings
from pipeline.analysis import sandbox
def server(): return sandbox.run("probe", {"do": "report"})["server"]
first = server()
warnings.simplefilter("ignore")
pid = os.fork()
print(server() == first, flush=True)
if pid: os.waitpid(pid, 0)
if pid: print(server() == first, flush=True)
"""
    with run_client(script) as client:
        printed = client.stdout.read().split()
    assert sorted(printed[:2]) == ["False", "True"]
    assert printed[2] == "True"


def test_it_ends_the_server_although_a_forked_child_of_the_client_lives_on():
    script = """
import os, sys, time, warnings
from pipeline.analysis import sandbox
server = sandbox.run("probe", {"do": "report"})["server"]
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    os.close(1)
    time.sleep(60)
print(server, child, flush=True)
os._exit(0)
"""
    with run_client(script) as client:
        server, child = map(int, client.stdout.read().split())
    try:
        assert wait_for_end(server)
    finally:
        os.kill(child, signal.SIGKILL)


def test_it_starts_a_new_server_before_the_death_of_the_old_one_was_noticed(monkeypatch):
    old = probe("report")["server"]
    link = sandbox._sandbox.connected()
    monkeypatch.setattr(link, "_mourn", lambda: None)  # as if the reader were never scheduled
    os.kill(old, signal.SIGKILL)
    assert wait_for_end(old)
    assert probe("report")["server"] != old
    link.process.wait()
    link._close_pipes()
