"""Runs one job of the sample in this process and keeps what it asked and what analysis said.

Bare asyncio sends these very requests, and workers whose analysis is off give these very answers,
so that both sides of a comparison carry texts of the same length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.jobs.worker import ANALYSES

STEPS = 3


@dataclass(frozen=True)
class Rehearsal:
    """Files: the arguments of the job's calls, and what analysis said."""

    requests: Path
    answers: Path


def rehearse(folder: Path, job_id: int) -> Rehearsal:
    """Run the queued job here, with analysis and the vendor that is set."""
    from pipeline.analysis import sandbox
    from pipeline.heartbeat import Heartbeat
    from pipeline.runner import run_job

    requests: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    with recorded(requests, answers):
        run_job(job_id, Heartbeat())
    sandbox.close()
    if len(requests) != STEPS or set(answers) != {*ANALYSES, "secrets_in", "words_in"}:
        raise RuntimeError("The rehearsal did not make its three calls.")
    rehearsal = Rehearsal(folder / "requests.json", folder / "answers.json")
    rehearsal.requests.write_text(json.dumps(requests), encoding="utf-8")
    rehearsal.answers.write_text(json.dumps(answers), encoding="utf-8")
    return rehearsal


@contextmanager
def recorded(requests: list[dict[str, Any]], answers: dict[str, Any]) -> Iterator[None]:
    """While the block runs, note the arguments of each call and each analysis."""
    from pipeline.analysis import secret_search, word_search
    from pipeline.steps import built_in
    from providers.adapters.openai import CompatibleAdapter

    body = CompatibleAdapter.body

    def noted_body(*arguments: Any) -> dict[str, Any]:
        requests.append(body(*arguments))
        return requests[-1]

    told: list[tuple[Any, str, Callable[[Any], Any]]] = [
        *((built_in, name, lambda value: value.model_dump(mode="json")) for name in ANALYSES),
        (secret_search, "secrets_in", list),
        (word_search, "words_in", astuple),
    ]
    with ExitStack() as stack:
        stack.enter_context(patch.object(CompatibleAdapter, "body", noted_body))
        for module, name, as_json in told:
            noted = _noted(name, getattr(module, name), as_json, answers)
            stack.enter_context(patch.object(module, name, noted))
        yield


def _noted(
    name: str, analysis: Callable[..., Any], as_json: Callable[[Any], Any], answers: dict[str, Any]
) -> Any:
    def noted(*asked: Any) -> Any:
        value = analysis(*asked)
        answers[name] = as_json(value)
        return value

    return noted
