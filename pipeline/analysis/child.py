"""What a forked child of the analysis server does: confine itself, run one task, answer, exit."""

from __future__ import annotations

import gc
import json
import os
import tempfile
from typing import Any, NoReturn

from pipeline.analysis import tasks
from pipeline.analysis.errors import SandboxError, TaskRefused
from pipeline.analysis.limits import Limits, confine, die_with_parent

RESULT = 3  # the only descriptor a child keeps beside the three standard ones
HIGHEST_DESCRIPTOR = 4096
SELDOM = (50_000, 20, 100)  # a text is soon done; going through its tree again and again costs more


def main(
    task: str, payload: dict[str, Any], limits: Limits, result: int, directory: str
) -> NoReturn:
    """Run one task and end the process; the answer goes to the descriptor ``result``."""
    code = 1
    try:
        _settle_in(result, directory)
        confine(limits)
        gc.set_threshold(*SELDOM)
        _answer(_outcome(task, payload))
        code = 0
    finally:
        os._exit(code)


def _settle_in(result: int, directory: str) -> None:
    """Own process group, own directory, no descriptor of anybody else."""
    os.setpgid(0, 0)
    die_with_parent()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.dup2(result, RESULT)
    os.closerange(RESULT + 1, HIGHEST_DESCRIPTOR)
    os.chdir(directory)
    tempfile.tempdir = directory
    os.environ["HOME"] = os.environ["TMPDIR"] = directory


def _outcome(task: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The answer, or what went wrong in words that hold nothing of the code."""
    try:
        return {"ok": tasks.find(task)(payload)}
    except TaskRefused as error:
        return {"error": "refused", "message": str(error)}
    except SandboxError as error:
        return {"error": "crashed", "message": str(error)}
    except MemoryError:
        gc.collect()
        return {"error": "memory", "message": f"{task} ran out of memory"}
    except RecursionError:
        return {"error": "crashed", "message": f"{task} met code nested too deeply for it"}
    except ImportError as error:
        return {"error": "crashed", "message": f"{task} is not installed here ({error.name})"}
    except Exception as error:  # noqa: BLE001 - whatever happened is the answer of this process
        return {"error": "crashed", "message": f"{task} failed ({type(error).__name__})"}


def _answer(outcome: dict[str, Any]) -> None:
    view = memoryview(json.dumps(outcome).encode("ascii"))
    while view:
        view = view[os.write(RESULT, view) :]
