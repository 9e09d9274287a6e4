"""Measures one whole examination of a text, beside bandit and ruff alone on the same text.

Python modules of about 1,000 lines and of about 100 kB, then texts made to hurt whoever reads them,
in nine languages. Time, processor time and memory are printed with their ratios. What decides: an
ordinary file costs at most three times the processor time of bandit's and ruff's own work, no text
takes longer than the limits of its checks allow, and no examination is lost.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.examining import texts
from benchmarks.examining.bounds import allowed_seconds
from benchmarks.examining.cost import Cost
from benchmarks.examining.tools import Examined, Tools
from benchmarks.laboratory import machine, verdict
from benchmarks.laboratory.report import Report
from config.workshop.console import say

GOALS = ("a thousand lines", 1.0), ("a hundred kilobytes", 3.0)  # seconds, printed only
MOST_TIMES_SCANNERS = 3.0
ROUNDS = 3


def main() -> int:
    """Run the bench; 0 when every bound held."""
    parser = argparse.ArgumentParser(prog="./dev bench analysis", description=__doc__)
    parser.add_argument("--save", action="store_true", help="keep what was printed")
    wanted, report = parser.parse_args(), Report()
    with tempfile.TemporaryDirectory(prefix="bench-analysis-") as folder:
        tools = Tools(Path(folder))
        thousand, hundred = texts.of_a_thousand_lines(), texts.of_a_hundred_kilobytes()
        seen = [
            *ordinary(tools, report, *GOALS[0], thousand),
            *ordinary(tools, report, *GOALS[1], hundred),
            *hostile(tools, report),
        ]
        bounds(tools, report, seen)
    code = report.verdict()
    if wanted.save:
        say(f"Kept in {machine.save('analysis', report.lines)}.")
    return code


def ordinary(
    tools: Tools, report: Report, name: str, goal: float, chosen: Sequence[texts.Text]
) -> list[Examined]:
    """Files as people submit them: every tool in turns, so that a busy machine slows all alike."""
    report.section(name, f"{len(chosen)} modules of the standard library, {ROUNDS} rounds")
    rounds = [[tools.all(text) for text in chosen] for _ in range(ROUNDS)]
    for each in zip(*rounds, strict=True):
        report.figure(f"{each[0].text.name}, {each[0].text.size}", described(middle_of(each)))
    flat = [examined for each in rounds for examined in each]
    report.goal("slowest examination", max(e.ours.wall for e in flat) * 1000, goal * 1000)
    for what, read in MEASURES.items():
        report.figure(
            f"{what}, in times of bandit's and ruff's",
            f"{ratio(flat, read):.2f} (both started for each)",
        )
    work = ROUNDS * sum(map(tools.work_of_others, chosen))
    report.at_most(
        f"{name}: processor time, in times of what bandit and ruff work once started",
        sum(examined.ours.cpu for examined in flat) / work,
        MOST_TIMES_SCANNERS,
    )
    return flat


def hostile(tools: Tools, report: Report) -> list[Examined]:
    """Texts made to hurt, once each; bandit and ruff read those in Python as well."""
    seen = []
    for language, chosen in by_language(texts.hostile()).items():
        report.section(f"hostile {language}", f"{len(chosen)} texts of up to 100 kB")
        for text in chosen:
            examined = tools.all(text) if language == "python" else tools.ours_alone(text)
            stopped = f"; stopped: {', '.join(examined.stopped)}" if examined.stopped else ""
            report.figure(f"{text.name}, {text.size}", described(examined) + stopped)
            seen.append(examined)
    return seen


def bounds(tools: Tools, report: Report, seen: Sequence[Examined]) -> None:
    """What holds for all texts together."""
    report.section("bounds", f"{len(seen)} examinations")
    slowest = max(seen, key=lambda examined: examined.ours.wall)
    largest = max(examined.ours.memory_mb for examined in seen)
    report.figure("slowest", f"{slowest.ours.wall:.2f} s ({slowest.text.name})")
    report.figure("most memory, all processes of an examination", f"{largest:.0f} MB")
    most = max(examined.ours.wall / allowed_seconds(examined.text) for examined in seen)
    report.at_most("time taken, as a share of what the limits of the checks allow", most, 1.0)
    report.exactly("examinations lost", sum(bool(e.lost) for e in seen), 0)
    report.exactly("analysis servers that died", tools.servers_that_died(), 0)
    for examined in seen:
        if examined.lost:
            report.line(f"  lost: {examined.text.name} ({examined.lost})")


def by_language(chosen: Iterable[texts.Text]) -> dict[str, list[texts.Text]]:
    """The texts of each language, in their order."""
    found: dict[str, list[texts.Text]] = {}
    for text in chosen:
        found.setdefault(text.language, []).append(text)
    return found


def middle_of(several: Sequence[Examined]) -> Examined:
    """The one of several examinations of a text that took the middle time."""
    return sorted(several, key=lambda examined: examined.ours.wall)[len(several) // 2]


def described(examined: Examined) -> str:
    """Our time, processor time and memory, and beside them the scanners'."""
    said = cost_text(examined.ours)
    for name, cost in examined.theirs.items():
        said += f" | {name} {cost_text(cost) if cost.done else 'gave up'}"
    return said


def cost_text(cost: Cost) -> str:
    """Such as `0.21 s, 0.18 s CPU, 98 MB`."""
    return f"{cost.wall:.2f} s, {cost.cpu:.2f} s CPU, {cost.memory_mb:.0f} MB"


def ratio(seen: Sequence[Examined], read: Callable[[Cost], float]) -> float:
    """Of the medians: ours to those of bandit and ruff together."""
    theirs = [sum(map(read, examined.theirs.values())) for examined in seen]
    return statistics.median(read(e.ours) for e in seen) / statistics.median(theirs)


MEASURES: dict[str, Callable[[Cost], float]] = {
    "time": lambda cost: cost.wall,
    "processor time": lambda cost: cost.cpu,
    "memory": lambda cost: cost.memory_mb,
}


if __name__ == "__main__":
    verdict.run(main)
