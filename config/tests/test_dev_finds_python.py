"""./dev picks a Python that works from what a machine happens to have."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DEV = Path(__file__).resolve().parents[2] / "dev"


class Machine:
    """A project folder and a PATH with invented Pythons, each of which says so when chosen."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a project"
        self.bin = folder / "bin"
        self.root.mkdir()
        self.bin.mkdir()
        (self.bin / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
        shutil.copy(DEV, self.root / "dev")

    def add(
        self, name: str, version: str, can_build: str = "yes", folder: Path | None = None
    ) -> None:
        """Put a Python on the PATH (or elsewhere) that reports the given version."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        probed, chosen = f"printf '3 {version} {can_build}'", f"echo 'chosen 3.{version}'"
        path.write_text(f'#!/bin/sh\ncase "$3" in *ensurepip*) {probed} ;; *) {chosen} ;; esac\n')
        path.chmod(0o755)

    def add_failing_shim(self, name: str) -> None:
        """Put a program on the PATH that exists and fails, as a version manager's shim does."""
        path = self.bin / name
        path.write_text("#!/bin/sh\nexit 127\n")
        path.chmod(0o755)

    def dev(self) -> subprocess.CompletedProcess[str]:
        """Start ./dev as a shell would."""
        return subprocess.run(  # noqa: S603
            ["/bin/sh", str(self.root / "dev"), "run"],
            env={"PATH": str(self.bin), "HOME": ""},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_takes_the_newest_supported_python(machine: Machine) -> None:
    machine.add("python3.11", "11")
    machine.add("python3.12", "12")
    assert machine.dev().stdout == "chosen 3.12\n"


def test_it_passes_over_a_shim_that_fails(machine: Machine) -> None:
    machine.add_failing_shim("python3.13")
    machine.add("python3", "11")
    assert machine.dev().stdout == "chosen 3.11\n"


def test_it_prefers_a_supported_python_to_a_newer_one(machine: Machine) -> None:
    machine.add("python3", "14")
    machine.add("python3.11", "11")
    assert machine.dev().stdout == "chosen 3.11\n"


def test_it_takes_a_newer_python_when_there_is_nothing_else(machine: Machine) -> None:
    machine.add("python3", "9")
    machine.add("python3.14", "14")
    assert machine.dev().stdout == "chosen 3.14\n"


def test_it_prefers_a_python_that_can_build_environments(machine: Machine) -> None:
    machine.add("python3.13", "13", can_build="no")
    machine.add("python3.11", "11")
    assert machine.dev().stdout == "chosen 3.11\n"


def test_it_keeps_the_environment_that_is_there(machine: Machine) -> None:
    machine.add("python3.13", "13")
    machine.add("python", "12", folder=machine.root / ".venv" / "bin")
    assert machine.dev().stdout == "chosen 3.12\n"


def test_it_leaves_an_environment_of_an_old_python(machine: Machine) -> None:
    machine.add("python3.13", "13")
    machine.add("python", "10", folder=machine.root / ".venv" / "bin")
    assert machine.dev().stdout == "chosen 3.13\n"


def test_it_finds_a_python_of_a_version_manager(machine: Machine, tmp_path: Path) -> None:
    machine.add("python3", "12", folder=tmp_path / "pyenv" / "versions" / "3.12.4" / "bin")
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", str(machine.root / "dev")],
        env={"PATH": str(machine.bin), "PYENV_ROOT": str(tmp_path / "pyenv")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "chosen 3.12\n"


def test_it_says_in_one_line_what_to_install_without_a_usable_python(machine: Machine) -> None:
    machine.add("python3", "9")
    done = machine.dev()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "found: 3.9" in done.stderr
    assert "apt install python3" in done.stderr


def test_it_starts_from_any_folder_through_a_relative_path(machine: Machine) -> None:
    machine.add("python3.13", "13")
    done = subprocess.run(
        ["/bin/sh", "-c", "'a project/dev' run"],
        cwd=machine.root.parent,
        env={"PATH": str(machine.bin), "HOME": os.devnull},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "chosen 3.13\n"
