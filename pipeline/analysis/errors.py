"""The errors of the analysis sandbox.

SandboxError
├── TaskTimeout       the task used up its wall clock, its CPU seconds or the caller's deadline
├── TaskOutOfMemory   the task needed more address space than it was given
├── TaskCrashed       the task's process died, said too much or failed unexpectedly
└── TaskRefused       the task will not look at such input; the message may be shown to the user
"""

from __future__ import annotations


class SandboxError(Exception):
    """A task gave no result. ``str(error)`` is one plain sentence without code in it."""


class TaskTimeout(SandboxError):
    """Wall clock, CPU seconds or the caller's deadline ran out."""


class TaskOutOfMemory(SandboxError):
    """The address space limit was reached."""


class TaskCrashed(SandboxError):
    """The process died or failed in a way that says nothing about the submitted code."""


class TaskRefused(SandboxError):
    """The task does not apply to this input."""
