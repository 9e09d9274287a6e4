"""Our examination, bandit and ruff, each over the same text and measured alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.examining.cost import Cost, of_program, of_work
from benchmarks.examining.texts import Text
from config.workshop.processes import Family
from pipeline.analysis import engine
from pipeline.analysis.remembered import remembered
from pipeline.analysis.types import Check

PATIENCE_SECONDS = 60.0  # with another tool
TIMES = 3


@dataclass(frozen=True)
class Examined:
    """What one text cost, and what became of its examination; ``lost`` says why there was none."""

    text: Text
    ours: Cost
    theirs: dict[str, Cost] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    lost: str = ""


class Tools:
    """Keeps the analysis server and a folder for the file that the other tools read."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "code.py"
        engine.examine("x = 1\n", "python")  # starts the server, which no later text pays for
        (self.server,) = Family().living()

    def servers_that_died(self) -> int:
        """1 if it is no longer the one of the beginning."""
        return int(self.server not in Family().living())

    def all(self, text: Text) -> Examined:
        """Our examination, then the other tools."""
        ours = self.ours_alone(text)
        return Examined(text, ours.ours, self._theirs(text.code), ours.stopped, ours.lost)

    def work_of_others(self, text: Text) -> float:
        """Seconds of processor time that bandit and ruff work on a text once they are started.

        bandit runs in this process, the way the product calls it; ruff is a program, of whose time
        that for nothing is taken off. Of several times the shortest. Not for hostile texts.
        """
        self.file.write_text(text.code, encoding="utf-8")
        bandit = min(_bandit_seconds(self.file) for _ in range(TIMES))
        ruff = min(self._theirs(text.code, ("ruff",))["ruff"].cpu for _ in range(TIMES))
        return bandit + max(ruff - self._start_of_ruff, 0.0)

    def ours_alone(self, text: Text) -> Examined:
        """One examination from nothing; whatever it raises is told as its loss."""
        remembered.forget()
        checks: list[Check] = []
        lost = ""

        def work() -> None:
            nonlocal lost
            try:
                checks.extend(engine.examine(text.code, text.language).checks)
            except Exception as error:  # noqa: BLE001 - told, and counted against us
                lost = type(error).__name__

        cost = of_work(work, self.server)
        stopped = tuple(check.name for check in checks if not check.ran)
        if not lost and len(stopped) == len(checks):
            lost = "no check gave an answer"
        return Examined(text, cost, {}, stopped, lost)

    def _theirs(self, code: str, names: Sequence[str] = ("bandit", "ruff")) -> dict[str, Cost]:
        self.file.write_text(code, encoding="utf-8")
        commands = _commands()
        return {
            name: of_program([*commands[name], str(self.file)], PATIENCE_SECONDS) for name in names
        }

    @cached_property
    def _start_of_ruff(self) -> float:
        return min(self._theirs("", ("ruff",))["ruff"].cpu for _ in range(TIMES))


def _bandit_seconds(file: Path) -> float:
    from bandit.core.config import BanditConfig
    from bandit.core.manager import BanditManager

    manager = BanditManager(BanditConfig(), "file", ignore_nosec=True)
    before = time.process_time()
    manager.discover_files([str(file)])
    manager.run_tests()
    manager.get_issue_list()
    return time.process_time() - before


def _commands() -> dict[str, Sequence[str]]:
    """bandit and ruff with the rules that the product asks for, saying nothing to the shell."""
    import ruff  # type: ignore[import-untyped]

    from pipeline.analysis.scanners.ruff import SELECTED

    bandit = [sys.executable, "-m", "bandit", "--quiet", "--format", "json", "--exit-zero"]
    ours = ["check", "--isolated", "--no-cache", "--exit-zero", "--ignore-noqa"]
    ours += ["--output-format", "json-lines", "--select", SELECTED]
    return {"bandit": bandit, "ruff": [ruff.find_ruff_bin(), *ours]}
