"""Measures how fast jobs are run, shown and taken in, each figure beside a named one.

Everything runs on a MariaDB and a Redis of the bench's own, against the pretend vendor. Ratios and
counts decide: the exit code is 1 if a bound is broken. Milliseconds are printed with the goal that
they would like to meet. Sections run alone by their names.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from benchmarks.jobs.stage import open_stage
from benchmarks.laboratory import machine, verdict
from benchmarks.laboratory.report import Report
from config.workshop.console import say

SECTIONS = ("latency", "capacity", "throughput", "analysis", "serving", "growth")


def main() -> int:
    """Run the sections; 0 when every bound held."""
    wanted = parse()
    report = Report()
    with open_stage() as stage:
        for name in wanted.sections or SECTIONS:
            section = import_module(f"benchmarks.jobs.{name}")
            report.section(name, section.PURPOSE)
            section.run(stage, report)
    code = report.verdict()
    if wanted.save:
        say(f"Kept in {machine.save('-'.join(['jobs', *wanted.sections]), report.lines)}.")
    return code


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench jobs", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument(
        "--save", action="store_true", help="keep what was printed, with the machine described"
    )
    wanted = parser.parse_args()
    for name in wanted.sections:
        if name not in SECTIONS:
            parser.error(f"there is no section {name!r}; there are: {', '.join(SECTIONS)}")
    return wanted


if __name__ == "__main__":
    verdict.run(main)
