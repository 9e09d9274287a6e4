"""Runs a job that kills whatever runs it: it ends dead after its attempts, its neighbours succeed.

The product has no way to make such a job, so the drill plays its part: as soon as a process has
claimed the job, that process is killed. The first time this is a Celery worker with other jobs
in flight, which is started again; from then on it is the process for isolated jobs.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

from benchmarks.laboratory import counting, killing, models, verdict
from benchmarks.laboratory.programs import wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.submitting import submit, used_today
from config.workshop.console import StopError, say
from config.workshop.processes import Child

ATTEMPTS = 3
LATENCY_SECONDS = 2.0
CLAIM_SECONDS = 60.0
END_SECONDS = 600.0
POLL_SECONDS = 0.005
KILL_SECONDS = 10.0


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    with open_laboratory("drill-poison", JOB_MAX_RETRIES=str(ATTEMPTS)) as laboratory:
        models.use_vendor(laboratory.vendor_port)
        laboratory.start_vendor(latency=LATENCY_SECONDS)
        laboratory.start_beat()
        worker = laboratory.start_celery("worker", wanted.neighbours + 1)
        neighbours = fill(wanted.neighbours)
        poison = Poison(submit(0, user="poisoner", counted=True))
        poison.act(laboratory, worker, wanted.neighbours + 1)
        ended = counting.all_end(END_SECONDS)
        left_behind = laboratory.end_product()
        return judge(poison, neighbours, ended, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how many neighbours."""
    parser = argparse.ArgumentParser(prog="./dev drill poison", description=__doc__)
    parser.add_argument("--neighbours", type=int, default=10)
    return parser.parse_args()


def fill(count: int) -> list[int]:
    """Submit the neighbours and wait until all are in flight; their ids."""
    neighbours = [submit(number) for number in range(1, count + 1)]
    if not wait_until(lambda: counting.states()["running"] == count, CLAIM_SECONDS):
        raise StopError(f"not all neighbours were in flight within {CLAIM_SECONDS:.0f} s")
    return neighbours


@dataclass
class Poison:
    """A job that kills what runs it. ``met`` are the neighbours of its first attempt."""

    job_id: int
    kills: int = 0
    met: list[int] = field(default_factory=list)

    def act(self, laboratory: Laboratory, worker: Child, slots: int) -> None:
        """Kill every process that claims the job until it has ended."""
        deadline = time.monotonic() + END_SECONDS
        while (state := state_of(self.job_id))[0] in counting.UNFINISHED:
            if time.monotonic() > deadline:
                return
            pid = killing.pid_in(state[1]) if state[0] == "running" else 0
            if pid and killing.kill(pid):
                self._note(state[1])
                if pid == worker.pid:
                    laboratory.family.wait(worker, KILL_SECONDS)
                    worker = laboratory.start_celery(worker.name, slots)
            time.sleep(POLL_SECONDS)

    def _note(self, owner: str) -> None:
        self.kills += 1
        beside = in_flight(owner, but=self.job_id)
        if self.kills == 1:
            self.met = beside
        say(f"attempt {self.kills}: its process was killed, with {len(beside)} more in flight")


def state_of(job_id: int) -> tuple[str, str]:
    """A job's state and who holds its lease."""
    from pipeline.models import Job

    return Job.objects.values_list("state", "lease_owner").get(pk=job_id)


def in_flight(owner: str, *, but: int) -> list[int]:
    """The other jobs that a process holds."""
    from pipeline.models import Job

    held = Job.objects.filter(state="running", lease_owner=owner).exclude(pk=but)
    return list(held.values_list("pk", flat=True))


def judge(poison: Poison, neighbours: list[int], ended: bool, left_behind: list[int]) -> int:
    """Say what was counted; the exit code."""
    from pipeline.models import DeadLetter, Job

    job = Job.objects.get(pk=poison.job_id)
    letters = list(DeadLetter.objects.values_list("job_id", "attempts"))
    beside = Job.objects.filter(pk__in=neighbours)
    succeeded = beside.filter(state="succeeded").count()
    most = max(beside.values_list("attempts", flat=True), default=0)
    used = used_today("poisoner")
    end = verdict.Verdict(
        f"the job ended dead after {ATTEMPTS} attempts and took no neighbour along."
    )
    end.check("all ended in time", ended)
    end.check("the job that kills is dead", job.state == "dead", f"{job.state}, {job.error_class}")
    end.check(
        f"it was tried exactly {ATTEMPTS} times",
        job.attempts == poison.kills == ATTEMPTS,
        f"{job.attempts} attempts, {poison.kills} kills",
    )
    end.check("it has one dead letter", letters == [(job.pk, ATTEMPTS)], letters)
    end.check("its user has the unit back", used == 0, f"{used} used today")
    end.check("neighbours were in flight with it", bool(poison.met), len(poison.met))
    end.check("every neighbour succeeded", succeeded == len(neighbours), succeeded)
    end.check("no neighbour was hit twice", most <= 2, f"{most} attempts at most")
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


if __name__ == "__main__":
    verdict.run(main)
