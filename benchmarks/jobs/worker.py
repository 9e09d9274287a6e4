"""A worker of the product in which analysis is replaced by a stored answer, or timed.

    python -m benchmarks.jobs.worker off|timed FILE celery CELERY-ARGUMENTS...
    python -m benchmarks.jobs.worker off|timed FILE work ARGUMENTS-OF-MANAGE-WORK...

``off`` reads from FILE what analysis said of the sample and says it of every submission; ``timed``
leaves analysis as it is and adds to FILE a line ``JOB SECONDS`` for each. The product has no
switch for either: this module changes the functions before the worker takes its first job.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any

ANALYSES = ("dossier_of", "verdict_on")


def main(mode: str, file: Path, kind: str, arguments: list[str]) -> None:
    """Be the worker until it is told to end."""
    change = {"off": answer_from, "timed": time_into}[mode]
    {"celery": be_celery, "work": be_pool}[kind](partial(change, file), arguments)


def be_celery(change: Callable[[], None], arguments: list[str]) -> None:
    """A Celery worker; it changes the functions as soon as Django is set up."""
    from celery import signals
    from celery.bin.celery import main as celery

    signals.worker_init.connect(partial(_changed, change), weak=False)
    sys.argv = ["celery", "-A", "config", "worker", *arguments]
    celery()


def be_pool(change: Callable[[], None], arguments: list[str]) -> None:
    """The worker that needs no broker."""
    import django
    from django.core.management import call_command

    django.setup()
    change()
    call_command("work", *arguments)


def _changed(change: Callable[[], None], **_: Any) -> None:
    change()


def answer_from(file: Path) -> None:
    """Replace analysis by the stored dossier and verdict."""
    from pipeline.analysis import secret_search, word_search
    from pipeline.analysis.types import Dossier, Verdict
    from pipeline.steps import built_in

    stored = json.loads(file.read_text(encoding="utf-8"))
    dossier = Dossier.model_validate(stored["dossier_of"])
    verdict = Verdict.model_validate(stored["verdict_on"])
    setattr(built_in, "dossier_of", lambda assignment: dossier)  # noqa: B010 - not ours to define
    setattr(built_in, "verdict_on", lambda assignment, rebuild: verdict)  # noqa: B010
    # As if they had been found on the way of the analysis.
    secrets, words = tuple(stored["secrets_in"]), word_search.Words(*stored["words_in"])
    setattr(secret_search, "secrets_in", lambda *asked: secrets)  # noqa: B010
    setattr(word_search, "words_in", lambda *asked: words)  # noqa: B010


@contextmanager
def originals() -> Iterator[None]:
    """Put analysis back as it was when the block ends."""
    from pipeline.steps import built_in

    kept = {name: getattr(built_in, name) for name in ANALYSES}
    try:
        yield
    finally:
        for name, analysis in kept.items():
            setattr(built_in, name, analysis)


def time_into(file: Path) -> None:
    """Write down how long each analysis took."""
    from pipeline.steps import built_in

    for name in ANALYSES:
        setattr(built_in, name, _timed(getattr(built_in, name), file))


def _timed(analysis: Callable[..., Any], file: Path) -> Callable[..., Any]:
    @wraps(analysis)
    def timed(assignment: Any, *rest: Any) -> Any:
        started = time.perf_counter()
        value = analysis(assignment, *rest)
        seconds = time.perf_counter() - started
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{assignment.job_id} {seconds:.6f}\n")
        return value

    return timed


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
