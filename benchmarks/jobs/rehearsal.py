"""Runs one job of the sample in this process and keeps what it asked and what analysis said.

Bare asyncio sends these very requests, and workers whose analysis is off give these very answers,
so that both sides of a comparison carry texts of the same length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
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
    if len(requests) != STEPS or set(answers) != {*ANALYSES, "secrets_in"}:
        raise RuntimeError("The rehearsal did not make its three calls.")
    rehearsal = Rehearsal(folder / "requests.json", folder / "answers.json")
    rehearsal.requests.write_text(json.dumps(requests), encoding="utf-8")
    rehearsal.answers.write_text(json.dumps(answers), encoding="utf-8")
    return rehearsal


@contextmanager
def recorded(requests: list[dict[str, Any]], answers: dict[str, Any]) -> Iterator[None]:
    """While the block runs, note the arguments of each call and each analysis."""
    from pipeline.analysis import secret_search
    from pipeline.steps import built_in
    from providers.adapters.openai import CompatibleAdapter

    body = CompatibleAdapter.body

    def noted_body(*arguments: Any) -> dict[str, Any]:
        requests.append(body(*arguments))
        return requests[-1]

    with ExitStack() as stack:
        stack.enter_context(patch.object(CompatibleAdapter, "body", noted_body))
        for name in ANALYSES:
            noted = _noted(name, getattr(built_in, name), answers)
            stack.enter_context(patch.object(built_in, name, noted))
        noted = _noted_secrets(secret_search.secrets_in, answers)
        stack.enter_context(patch.object(secret_search, "secrets_in", noted))
        yield


def _noted_secrets(search: Callable[..., tuple[str, ...]], answers: dict[str, Any]) -> Any:
    def noted(*texts: Any) -> tuple[str, ...]:
        answers["secrets_in"] = search(*texts)
        return tuple(answers["secrets_in"])

    return noted


def _noted(name: str, analysis: Callable[..., Any], answers: dict[str, Any]) -> Any:
    def noted(*asked: Any) -> Any:
        value = analysis(*asked)
        answers[name] = value.model_dump(mode="json")
        return value

    return noted
