"""Finds the processes that run jobs by the leases they hold, and kills them, never another's."""

from __future__ import annotations

import os
import select
import signal

from config.workshop.processes import parent_of

LONGEST_END_SECONDS = 10.0


def holders() -> list[int]:
    """The process ids that hold leases of running jobs, by their own word in ``lease_owner``."""
    from operations.clock import Now
    from pipeline.models import Job

    running = Job.objects.filter(state="running", lease_expires_at__gt=Now())
    owners = running.values_list("lease_owner", flat=True).distinct()
    pids = {pid_in(owner) for owner in owners}
    return sorted(pid for pid in pids if is_ours(pid))


def pid_in(owner: str) -> int:
    """The process id in a lease's owner, which is host:process:random."""
    return int(owner.split(":")[1])


def is_ours(pid: int) -> bool:
    """Whether a living process descends from this one."""
    parent = parent_of(pid)
    while parent and parent != os.getpid():
        parent = parent_of(parent)
    return parent == os.getpid()


def kill(pid: int) -> bool:
    """Kill a descendant of this process and wait for its end; False if there is none any more."""
    try:
        handle = os.pidfd_open(pid)  # means this very process, even if its number is given away
    except ProcessLookupError:
        return False
    try:
        if not is_ours(pid):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], LONGEST_END_SECONDS)  # readable when it has ended
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True
