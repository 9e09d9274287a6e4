"""Reviews 40 files of the standard library and times each, beside bandit and ruff alone.

A review is all three steps of the built-in engine: dossier, rebuilt code, verdict. The other two
are started once a file, as a shell would. All run in turn on the same file, so that a busy machine
slows them alike. The goal is 2 s a file; what fails is a review that does not finish, or a median
of more than three times that of bandit and ruff together.
"""

import argparse
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from config.workshop.console import say
from pipeline.analysis import engine

GOAL_SECONDS = 2.0
MOST_TIMES_SLOWER = 3.0
DEADLINE_SECONDS = 60.0
SMALLEST_BYTES, LARGEST_BYTES = 1_000, 100_000
BANDIT = ("-m", "bandit", "--quiet", "--format", "json", "--exit-zero")
RUFF = ("-m", "ruff", "check", "--isolated", "--no-cache", "--select", "S", "--exit-zero")


def main() -> int:
    """Time everything and print it; 1 if reviewing is too slow beside the scanners alone."""
    files = choose(parse().files)
    review(files[0])  # starts the warm analysis server, which no later file pays for
    times: dict[str, list[float]] = {"review": [], "bandit": [], "ruff": []}
    for file in files:
        times["review"].append(seconds(partial(review, file)))
        times["bandit"].append(seconds(partial(run, BANDIT, file)))
        times["ruff"].append(seconds(partial(run, RUFF, file)))
        say(f"{file.name:<24} {file.stat().st_size:>7} bytes  {times['review'][-1]:6.2f} s")
    return summary(times)


def parse() -> argparse.Namespace:
    """The command line: how many files."""
    parser = argparse.ArgumentParser(prog="./dev bench review", description=__doc__)
    parser.add_argument("--files", type=int, default=40)
    return parser.parse_args()


def choose(count: int) -> list[Path]:
    """The given number of library modules, spread evenly over the alphabet."""
    library = Path(sysconfig.get_path("stdlib"))
    fitting = [
        path
        for path in sorted(library.glob("*.py"))
        if SMALLEST_BYTES <= path.stat().st_size <= LARGEST_BYTES
    ]
    step = max(1, len(fitting) // count)
    return fitting[::step][:count]


def review(file: Path) -> None:
    """Dossier, rebuilt code and verdict of one file, as a submission gets them."""
    code = file.read_text(encoding="utf-8")
    dossier = engine.forensic(
        code, "python", file.name, comments="", deadline_seconds=DEADLINE_SECONDS
    )
    rebuilt = engine.rebuild(
        code,
        "python",
        findings=dossier.findings,
        filename=file.name,
        deadline_seconds=DEADLINE_SECONDS,
    )
    engine.quality(
        code,
        rebuilt.code,
        "python",
        changes=rebuilt.changes,
        refusals=rebuilt.refusals,
        deadline_seconds=DEADLINE_SECONDS,
    )


def run(arguments: Sequence[str], file: Path) -> None:
    """Start another tool on the file."""
    command = [sys.executable, *arguments, str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def seconds(action: Callable[[], None]) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def summary(times: dict[str, list[float]]) -> int:
    """Print medians, maxima and ratios; the exit code."""
    say("")
    for name, taken in times.items():
        say(f"{name:<8} p50 {statistics.median(taken):5.2f} s   max {max(taken):5.2f} s")
    ours = statistics.median(times["review"])
    both = statistics.median(map(sum, zip(times["bandit"], times["ruff"], strict=True)))
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"review is {ours / both:.2f} times bandit and ruff alone (Python {version})")
    slow = sum(taken > GOAL_SECONDS for taken in times["review"])
    count = len(times["review"])
    say(f"{slow} of {count} files took longer than the goal of {GOAL_SECONDS:.0f} s")
    return 1 if ours > MOST_TIMES_SLOWER * both else 0


if __name__ == "__main__":
    sys.exit(main())
