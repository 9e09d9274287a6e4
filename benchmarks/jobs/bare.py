"""The named thing beside the product: a job's own three calls in bare asyncio, through one client.

Run as a program it prints one JSON object. It writes nothing down, checks nothing and retries
nothing: what an afternoon's script does. The calls of a job follow one another, jobs overlap.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.workshop.console import say


@dataclass(frozen=True)
class Outcome:
    """``seconds`` has each job's time from its start to its last answer."""

    jobs_per_second: float
    cpu_ms_per_job: float
    seconds: list[float]


def run(url: str, requests: Path, *, jobs: int, at_once: int = 0, rate: float = 0.0) -> Outcome:
    """Run it in a process of its own: ``at_once`` jobs all the time, or ``rate`` jobs a second."""
    command = [sys.executable, "-m", "benchmarks.jobs.bare", url, str(requests)]
    words = ["--jobs", str(jobs), "--at-once", str(at_once), "--rate", str(rate)]
    done = subprocess.run([*command, *words], check=True, capture_output=True, text=True)  # noqa: S603
    return Outcome(**json.loads(done.stdout))


async def job(client: Any, requests: list[dict[str, Any]]) -> float:
    """Make the calls of one job; how long that took."""
    started = time.perf_counter()
    for request in requests:
        answer = await client.chat.completions.create(**request)
        if not answer.choices[0].message.content:
            raise RuntimeError("The pretend vendor gave an empty answer.")
    return time.perf_counter() - started


async def crowded(
    client: Any, requests: list[dict[str, Any]], jobs: int, at_once: int
) -> list[float]:
    """So many jobs at once, a new one whenever one ends."""
    numbers = iter(range(jobs))

    async def lane(numbers: Iterator[int]) -> list[float]:
        return [await job(client, requests) for _ in numbers]

    lanes = await asyncio.gather(*(lane(numbers) for _ in range(at_once)))
    return [seconds for lane_ in lanes for seconds in lane_]


async def steady(
    client: Any, requests: list[dict[str, Any]], jobs: int, rate: float
) -> list[float]:
    """Start a job every ``1 / rate`` seconds, however long each takes."""
    started, tasks = time.perf_counter(), []
    for number in range(jobs):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(job(client, requests)))
    return list(await asyncio.gather(*tasks))


async def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Make one job's calls to warm up, then all."""
    from openai import AsyncOpenAI

    requests = json.loads(wanted.requests.read_text(encoding="utf-8"))
    async with AsyncOpenAI(api_key="any", base_url=wanted.url, max_retries=0) as client:
        await job(client, requests)
        started, cpu = time.perf_counter(), time.process_time()
        if wanted.rate:
            seconds = await steady(client, requests, wanted.jobs, wanted.rate)
        else:
            seconds = await crowded(client, requests, wanted.jobs, wanted.at_once)
        passed = time.perf_counter() - started
    return {
        "jobs_per_second": wanted.jobs / passed,
        "cpu_ms_per_job": (time.process_time() - cpu) / wanted.jobs * 1000,
        "seconds": seconds,
    }


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("requests", type=Path, help="a JSON file: the calls' arguments")
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--at-once", type=int, default=0)
    parser.add_argument("--rate", type=float, default=0.0, help="jobs a second")
    return parser.parse_args()


if __name__ == "__main__":
    say(json.dumps(asyncio.run(measure(parse()))))
