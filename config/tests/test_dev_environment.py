"""./dev builds .venv once, redoes what was interrupted, and says in one line what is missing."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.workshop import environment
from config.workshop.console import StopError

FILES = ("requirements.txt",)


class Calls(list[list[str]]):
    """Stands for running a command: remembers it, and makes what `venv` would make."""

    fails = False

    def __call__(self, command: Sequence[str], failure: str) -> None:
        self.append(list(command))
        if "venv" in command:
            make_environment(Path(command[-1]))
        elif self.fails:
            raise StopError(failure)


def make_environment(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    (folder / "bin" / "python").symlink_to(sys.executable)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    recorder = Calls()
    monkeypatch.setattr(environment, "_call", recorder)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: None)
    return recorder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def test_it_makes_the_environment_and_installs(root: Path, calls: Calls) -> None:
    environment.ensure(FILES, root)
    assert [call[1:3] for call in calls] == [["-m", "venv"], ["-m", "pip"]]


def test_it_installs_nothing_the_second_time(root: Path, calls: Calls) -> None:
    environment.ensure(FILES, root)
    calls.clear()
    environment.ensure(FILES, root)
    assert calls == []


def test_it_installs_again_when_a_requirement_changes(root: Path, calls: Calls) -> None:
    environment.ensure(FILES, root)
    calls.clear()
    (root / "requirements.txt").write_text("# something\n")
    environment.ensure(FILES, root)
    assert [call[2] for call in calls] == ["pip"]


def test_it_redoes_an_install_that_did_not_finish(root: Path, calls: Calls) -> None:
    calls.fails = True
    with pytest.raises(StopError, match="tries again"):
        environment.ensure(FILES, root)
    calls.clear()
    calls.fails = False
    environment.ensure(FILES, root)
    assert [call[2] for call in calls] == ["pip"]


def test_it_makes_a_broken_environment_anew(root: Path, calls: Calls) -> None:
    environment.ensure(FILES, root)
    (root / ".venv" / "bin" / "python").unlink()
    (root / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    calls.clear()
    environment.ensure(FILES, root)
    assert [call[2] for call in calls] == ["venv", "pip"]


def test_it_leaves_a_folder_alone_that_is_no_environment(root: Path, calls: Calls) -> None:
    (root / ".venv").mkdir()
    (root / ".venv" / "letter").write_text("mine")
    with pytest.raises(StopError, match="move it away"):
        environment.ensure(FILES, root)
    assert (root / ".venv" / "letter").read_text() == "mine"


def test_it_uses_uv_when_there_is_one(
    root: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/opt/{name}")
    environment.ensure(FILES, root)
    assert [call[:2] for call in calls] == [["/opt/uv", "venv"], ["/opt/uv", "pip"]]


def test_it_names_the_package_that_brings_the_venv_module(
    root: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(
        environment.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    with pytest.raises(StopError, match="apt install python3-venv"):
        environment.ensure(FILES, root)
    assert not (root / ".venv").exists()


def test_it_asks_for_the_mysql_client_only_with_such_a_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mariadb://root@127.0.0.1/app")
    with_server = environment.test_files()
    monkeypatch.setenv("DATABASE_URL", "sqlite:///var/db.sqlite3")
    assert set(with_server) - set(environment.test_files()) == {"requirements-mysql.txt"}
