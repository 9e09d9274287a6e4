"""Measures what providers.complete costs a call, beside the same call by the bare SDK.

Both call the pretend vendor on loopback, which answers at once, from one thread of this process.
The product's call reads the provider, its key and its model anew, checks the address, keeps a
deadline and writes two rows on a MariaDB of the bench's own. What those rows cost is measured by
itself and printed beside. Ratios and counts decide.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from benchmarks.laboratory import machine, verdict
from benchmarks.laboratory.models import KEY, MODEL, use_vendor
from benchmarks.laboratory.report import Report
from benchmarks.laboratory.room import open_laboratory
from benchmarks.laboratory.servers import HOST
from config.workshop.console import say

CALLS, WARM, ROUNDS = 1000, 50, 3
MOST_TIMES_SDK = 1.5
SYSTEM, QUESTION = "You review code.", "print('hello')\n" * 200


@dataclass(frozen=True)
class Cost:
    """Of one call: processor time of this process, and time until the answer is there."""

    cpu_ms: float
    p50_ms: float


def main() -> int:
    """Run the bench; 0 when every bound held."""
    parser = argparse.ArgumentParser(prog="./dev bench providers", description=__doc__)
    parser.add_argument("--save", action="store_true", help="keep what was printed")
    wanted, report = parser.parse_args(), Report()
    with open_laboratory("bench-providers") as laboratory:
        laboratory.start_vendor()
        use_vendor(laboratory.vendor_port)
        compare(report, f"http://{HOST}:{laboratory.vendor_port}/v1")
    code = report.verdict()
    if wanted.save:
        say(f"Kept in {machine.save('providers', report.lines)}.")
    return code


def compare(report: Report, url: str) -> None:
    """Measure all three in turns and print them, with the ratio that decides."""
    ask, rows, bare = by_complete(), rows_alone(), by_sdk(url)
    report.section("complete", f"{CALLS} calls in a row, {ROUNDS} rounds in turns")
    opened = counted_connections()
    rounds = [[measured(work) for work in (bare, ask, rows)] for _ in range(ROUNDS)]
    sdk, whole, written = (middle(costs) for costs in zip(*rounds, strict=True))
    report.figure("the bare SDK: CPU, p50 a call", f"{sdk.cpu_ms:.2f} ms, {sdk.p50_ms:.2f} ms")
    report.figure("complete(): CPU, p50 a call", f"{whole.cpu_ms:.2f} ms, {whole.p50_ms:.2f} ms")
    report.figure(
        "its two rows alone: CPU, p50 a call", f"{written.cpu_ms:.2f} ms, {written.p50_ms:.2f} ms"
    )
    report.figure("overhead with its rows: p50 a call", f"{whole.p50_ms - sdk.p50_ms:.2f} ms")
    without = (whole.cpu_ms - written.cpu_ms) / sdk.cpu_ms
    report.at_most(
        "CPU of complete() without its rows, in times of the SDK's", without, MOST_TIMES_SDK
    )
    report.at_most("connections that its calls of a round opened", len(opened) / ROUNDS, 1)


def measured(work: Callable[[], object]) -> Cost:
    """``CALLS`` calls of ``work``, after some to warm up."""
    for _ in range(WARM):
        work()
    times, cpu = [], time.process_time()
    for _ in range(CALLS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    used = (time.process_time() - cpu) / CALLS
    return Cost(used * 1000, statistics.median(times) * 1000)


def middle(costs: tuple[Cost, ...]) -> Cost:
    """The medians of several rounds."""
    return Cost(
        statistics.median(cost.cpu_ms for cost in costs),
        statistics.median(cost.p50_ms for cost in costs),
    )


def by_sdk(url: str) -> Callable[[], object]:
    """The call as a script would make it, with one client for all."""
    from openai import OpenAI

    client = OpenAI(api_key=KEY, base_url=url, max_retries=0)
    messages: list[Any] = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": QUESTION},
    ]

    def call() -> str:
        answer = client.chat.completions.create(model=MODEL, messages=messages)
        return answer.choices[0].message.content or ""

    return call


def by_complete() -> Callable[[], object]:
    """The product's call."""
    from providers.complete import complete
    from providers.types import CompletionRequest, Route

    request = CompletionRequest(system=SYSTEM, user=QUESTION)
    routes = [Route(provider_id=provider_id(), model=MODEL)]
    return lambda: complete(request, routes, deadline_seconds=60)


def rows_alone() -> Callable[[], object]:
    """The rows that a call writes: its intent in a transaction, then its outcome."""
    from django.db import transaction

    from providers import calls
    from providers.types import Answer, Finish, Reference, Usage

    provider, answer = provider_id(), Answer("text", Usage(10, 10), Finish.STOP)

    def write() -> None:
        call_id = uuid4()
        with transaction.atomic():
            calls.begin(
                call_id,
                provider_id=provider,
                provider_name="bench",
                model=MODEL,
                reference=Reference(),
            )
        calls.succeeded(call_id, answer=answer, cost=None, latency_ms=1)

    return write


def provider_id() -> int:
    """The pretend vendor's row."""
    from providers.models import ApiProvider

    return ApiProvider.objects.get().pk


def counted_connections() -> list[str]:
    """The connections that the product's client opens from now on, as they come."""
    from operations.connecting import Connector

    opened: list[str] = []
    connect = Connector.connect_tcp

    def counting(self: Any, host: str, *rest: Any, **named: Any) -> Any:
        opened.append(host)
        return connect(self, host, *rest, **named)

    Connector.connect_tcp = counting  # type: ignore[method-assign]
    return opened


if __name__ == "__main__":
    verdict.run(main)
