"""CPU of one file's analysis beside what bandit and ruff themselves work on that file.

Run as a program, since it counts all CPU time of its children, it prints one JSON object. The files
are the standard library's modules of about 200 lines. bandit runs in this warm process, the way
the product calls it; ruff is a program, of whose time that for an empty file is taken off.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.jobs import measure
from config.workshop.console import say
from config.workshop.processes import Family

SHORTEST, LONGEST = 180, 220
MOST_FILES = 20
REPEATS = 5


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds a file (mean), and the files that were taken."""

    analysis: float
    bandit: float
    ruff: float
    ruff_start: float
    files: int
    lines: float

    @property
    def times_both(self) -> float:
        """How many times bandit's and ruff's own work together an analysis costs."""
        return self.analysis / (self.bandit + self.ruff)


def run() -> Cost:
    """Measure it in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.jobs.scanning"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return Cost(**json.loads(done.stdout))


def choose() -> list[str]:
    """The texts of up to MOST_FILES library modules of about 200 lines, in order of name."""
    texts = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" not in path.parts and "test" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="replace")
            if SHORTEST <= text.count("\n") <= LONGEST and "\ufffd" not in text:
                texts.append(text)
    step = max(1, len(texts) // MOST_FILES)
    return texts[::step][:MOST_FILES]


def analysis_ms(texts: list[str]) -> float:
    """This process, the warm analysis server and all its children, per examination."""
    from pipeline.analysis import engine
    from pipeline.analysis.remembered import remembered

    engine.examine(texts[0], "python")  # starts the server, which no later file pays for
    (server,) = Family().living()
    own, served = time.process_time(), measure.cpu_seconds(server, with_children=True)
    for _ in range(REPEATS):
        for text in texts:
            engine.examine(text, "python")
        remembered.forget()
    used = time.process_time() - own + measure.cpu_seconds(server, with_children=True) - served
    return used / REPEATS / len(texts) * 1000


def bandit_ms(texts: list[str]) -> float:
    """bandit's manager over each file, its plugins loaded."""
    from bandit.core.config import BanditConfig
    from bandit.core.manager import BanditManager

    config, file = BanditConfig(), Path("code.py")

    def scan(text: str) -> None:
        file.write_text(text, encoding="utf-8")
        manager = BanditManager(config, "file", ignore_nosec=True)
        manager.discover_files([str(file)])
        manager.run_tests()
        manager.get_issue_list()

    return _mean_ms(scan, texts, time.process_time)


def ruff_ms(texts: list[str]) -> float:
    """The ruff program with the product's rules, with its start."""
    import ruff  # type: ignore[import-untyped]

    from pipeline.analysis.scanners.ruff import SELECTED

    command = [ruff.find_ruff_bin(), "check", "--isolated", "--no-cache", "--exit-zero"]
    command += ["--ignore-noqa", "--output-format", "json-lines", "--select", SELECTED, "-"]

    def scan(text: str) -> None:
        subprocess.run(command, input=text, check=True, capture_output=True, text=True)  # noqa: S603

    return _mean_ms(scan, texts, _children_seconds)


def _mean_ms(scan: Callable[[str], None], texts: list[str], clock: Callable[[], float]) -> float:
    scan(texts[0])
    before = clock()
    for _ in range(REPEATS):
        for text in texts:
            scan(text)
    return (clock() - before) / REPEATS / len(texts) * 1000


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure all three in a temporary folder and print them."""
    texts = choose()
    with tempfile.TemporaryDirectory(prefix="bench-scanning-") as folder:
        os.chdir(folder)
        with_start, start = ruff_ms(texts), ruff_ms([""] * len(texts))
        cost = Cost(
            analysis=analysis_ms(texts),
            bandit=bandit_ms(texts),
            ruff=with_start - start,
            ruff_start=start,
            files=len(texts),
            lines=statistics.mean(text.count("\n") for text in texts),
        )
    say(json.dumps(cost.__dict__))


if __name__ == "__main__":
    main()
