"""`./dev bench` and `./dev drill`: finds the scripts under benchmarks/ and runs one."""

import ast
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import environment
from .console import ROOT, StopError, say
from .variables import dotenv

FOLDER = ROOT / "benchmarks"
JOBS = "bench_jobs"  # its sections, in a folder of their own, open the laboratory


def run_script(kind: str, arguments: Sequence[str]) -> int:
    """Run benchmarks/<kind>_<name>.py with the rest as arguments, or list them without a name."""
    if not arguments:
        _list(kind)
        return 0
    path = find(kind, arguments[0])
    environment.ensure(_requirements(path))
    command = [str(environment.python()), "-m", f"benchmarks.{path.stem}", *arguments[1:]]
    return subprocess.run(command, env=_script_environment(), cwd=ROOT, check=False).returncode  # noqa: S603


def _requirements(script: Path) -> tuple[str, ...]:
    """The requirement files that a script needs: those that start a MariaDB open a laboratory."""
    on_mariadb = "laboratory.room" in script.read_text(encoding="utf-8") or script.stem == JOBS
    return environment.RUN_FILES + ((environment.MYSQL_FILE,) if on_mariadb else ())


def find(kind: str, name: str, folder: Path = FOLDER) -> Path:
    """The script of that name, in which - and _ are the same; StopError if there is none."""
    path = folder / f"{kind}_{name.replace('-', '_')}.py"
    if not path.is_file():
        known = ", ".join(_name_of(kind, script) for script in _scripts(kind, folder)) or "none"
        raise StopError(f"there is no {kind} {name!r}; there are: {known}")
    return path


def _list(kind: str) -> None:
    scripts = _scripts(kind, FOLDER)
    if not scripts:
        say(f"There is no {kind} yet.")
    for script in scripts:
        say(f"./dev {kind} {_name_of(kind, script):<16} {_purpose(script)}")


def _scripts(kind: str, folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{kind}_*.py"))


def _name_of(kind: str, script: Path) -> str:
    return script.stem.removeprefix(f"{kind}_").replace("_", "-")


def _purpose(script: Path) -> str:
    """The first line of the script's docstring."""
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def _script_environment() -> dict[str, str]:
    return {"ENVIRONMENT": "development", "PYTHONUNBUFFERED": "1", **dotenv(), **os.environ}
