"""The errors of the analysis sandbox.

SandboxError
├── TaskTimeout       the task used up its wall clock or its CPU seconds
│   └── DeadlinePassed    the caller's own deadline came first
├── TaskOutOfMemory   the task needed more address space than it was given
├── TaskCrashed       the task's process died, said too much or failed unexpectedly
│   └── ServerLost        the server died, or could not be started: trying again may help
└── TaskRefused       the task will not look at such input; the message may be shown to the user
"""

from __future__ import annotations


class SandboxError(Exception):
    """A task gave no result. ``str(error)`` is one plain sentence without code in it."""


class TaskTimeout(SandboxError):
    """Wall clock, CPU seconds or the caller's deadline ran out."""


class DeadlinePassed(TaskTimeout):
    """The caller would not wait any longer; says nothing about the code."""


class TaskOutOfMemory(SandboxError):
    """The address space limit was reached."""


class TaskCrashed(SandboxError):
    """The process died or failed in a way that says nothing about the submitted code."""


class ServerLost(TaskCrashed):
    """There was no server to run the task; says nothing about the code."""


class TaskRefused(SandboxError):
    """The task does not apply to this input."""
