"""Meets every fault of the pretend vendor, on the first model and on the fallback, and a breaker.

For each fault one job runs whose first step asks a model that fails in that way and then a good
one, and one job whose fallback fails in the same way too. Told are what its user sees, what was
tried and what it cost. Then a breaker is opened by failures, called by many, and half-opened by
eight processes at the same moment.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from benchmarks.laboratory import models, verdict
from benchmarks.laboratory.faults import FIRST, GOOD, JOB_SECONDS, meet_faults
from benchmarks.laboratory.programs import free_port
from benchmarks.laboratory.room import Laboratory, open_laboratory
from config.workshop.console import ROOT, say

PROCESSES = 8
PROBE_SECONDS = 5.0  # longer than the processes differ in when they ask
HEAD_START_SECONDS = 12.0  # for the processes to set themselves up
SETTINGS = {"JOB_MAX_RETRIES": "1", "JOB_TIMEOUT_MS": str(int(JOB_SECONDS * 1000))}


def main() -> int:
    """Run the drill; 0 when all promises held."""
    argparse.ArgumentParser(prog="./dev drill providers", description=__doc__).parse_args()
    end = verdict.Verdict("no fault of a vendor hurt more than the one call that met it.")
    with open_laboratory("drill-providers", **SETTINGS) as laboratory:
        laboratory.start_vendor()
        meet_faults(laboratory.vendor_port, end)
        meet_breaker(laboratory, end)
    return end.give()


def meet_breaker(laboratory: Laboratory, end: verdict.Verdict) -> None:
    """Open it by failures, call it while it is open, then let eight processes find it due."""
    from providers.models import ApiProvider, ProviderBreaker

    ProviderBreaker.objects.all().delete()
    provider = ApiProvider.objects.get(name=FIRST)
    before = asked(laboratory, "fault-500")
    outcomes = [call_once(provider.pk, "fault-500") for _ in range(30)]
    received = asked(laboratory, "fault-500") - before
    say(f"  30 calls of a model that fails: {received} reached it, then {outcomes[-1]}")
    end.check("failures opened the breaker", outcomes[-1] == "circuit-open", outcomes[-1])
    before = asked(laboratory, "fault-500")
    refused = [call_once(provider.pk, "fault-500") for _ in range(50)]
    reached = asked(laboratory, "fault-500") - before
    end.check("an open breaker let none of 50 calls through", not reached, reached)
    end.check("each was told why", set(refused) == {"circuit-open"}, ", ".join(set(refused)))
    meet_half_open(laboratory, end)


def meet_half_open(laboratory: Laboratory, end: verdict.Verdict) -> None:
    """Eight processes find a breaker due, whose model answers after all of them have asked."""
    from operations.clock import database_now
    from providers.models import ApiProvider, ProviderBreaker

    port = free_port()
    models.use_vendor(port, name="Slow vendor")
    laboratory.start_vendor(name="slow", port=port, latency=PROBE_SECONDS)
    slow = ApiProvider.objects.get(name="Slow vendor")
    ProviderBreaker.objects.create(
        provider=slow, model=GOOD, state="open", reason="server", probe_at=database_now()
    )
    said = probe_at_once(slow.pk)
    probes = len(laboratory.log_of("slow").read_text(encoding="utf-8").splitlines())
    say(f"  {PROCESSES} processes at one moment: {', '.join(sorted(said))}")
    state = ProviderBreaker.objects.get(provider=slow, model=GOOD).state
    end.check(f"half-open let exactly 1 of {PROCESSES} processes through", probes == 1, probes)
    end.check("its answer closed the breaker", state == "closed", state)


def call_once(provider: int, model: str) -> str:
    """What came of one call here."""
    from benchmarks.laboratory.prober import outcome

    return outcome(provider, model, 0.0)


def probe_at_once(provider: int) -> list[str]:
    """What came of one call in each of several processes at the same moment."""
    moment = time.time() + HEAD_START_SECONDS
    command = [sys.executable, "-m", "benchmarks.laboratory.prober", str(provider), GOOD]
    started = [
        subprocess.Popen([*command, str(moment)], cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(PROCESSES)
    ]
    return [process.communicate(timeout=60)[0].strip() for process in started]


def asked(laboratory: Laboratory, model: str) -> int:
    """How often the vendor was asked for that model."""
    text = laboratory.vendor_log.read_text(encoding="utf-8")
    return sum(f'"{model}"' in line for line in text.splitlines())


if __name__ == "__main__":
    verdict.run(main)
