"""Builds .venv and keeps it at what the requirement files say, without doing anything twice."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .console import ROOT, StopError, say
from .variables import wants_mysql

NEWEST_TESTED = (3, 13)
RUN_FILES = ("requirements.txt",)
TEST_FILES = (*RUN_FILES, "requirements-dev.txt")
MYSQL_FILE = "requirements-mysql.txt"
# uv brings its own list of certificate authorities, which lacks a company's; two names, by version.
SYSTEM_CERTIFICATES = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
VENV_ADVICE = {
    "debian": "the Python module `venv` is missing: run `apt install python3-venv` and try again",
    "other": "this Python has no `venv` module: install it or another Python 3.11 to 3.13",
}


def python(root: Path = ROOT) -> Path:
    """The environment's interpreter; it need not exist yet."""
    return root / ".venv" / "bin" / "python"


def ensure(files: Sequence[str], root: Path = ROOT) -> None:
    """Make .venv and install what the named requirement files ask for, if that is not done yet.

    Raises StopError with one line when it cannot be done.
    """
    if _is_complete(files, root):
        return
    with _only_one(root):
        if not _works(root):
            _build(root)
        _install([name for name in files if not _stamp_is_current(name, root)], root)


def test_files() -> tuple[str, ...]:
    """The requirement files that the tests need with the present DATABASE_URL."""
    return (*TEST_FILES, MYSQL_FILE) if wants_mysql() else TEST_FILES


def _is_complete(files: Sequence[str], root: Path) -> bool:
    return all(_stamp_is_current(name, root) for name in files) and _works(root)


def _works(root: Path) -> bool:
    """Whether .venv has an interpreter that starts and is of a version that we support."""
    return _version_of(python(root)) == sys.version_info[:2]


def _version_of(interpreter: Path) -> tuple[int, ...] | None:
    if interpreter == Path(sys.executable):
        return sys.version_info[:2]
    ask = "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603
            [interpreter, "-I", "-c", ask], capture_output=True, text=True, check=True, timeout=30
        )
        return tuple(int(part) for part in answer.stdout.split("."))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _build(root: Path) -> None:
    """Make .venv anew with the Python that runs this."""
    folder = root / ".venv"
    _remove_old(folder)
    say(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]} ...")
    _warn_if_untested()
    uv = shutil.which("uv")
    if uv:
        _call([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], "uv venv failed")
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise StopError(VENV_ADVICE["debian" if shutil.which("apt-get") else "other"])
    _call([sys.executable, "-m", "venv", str(folder)], "the virtual environment was not made")


def _remove_old(folder: Path) -> None:
    """Remove a broken environment, and nothing that is not one."""
    if folder.is_symlink():
        folder.unlink()
    if not folder.exists():
        return
    if not (folder / "pyvenv.cfg").exists() and any(folder.iterdir()):
        raise StopError(f"{folder} is not a virtual environment: move it away and try again")
    say("The .venv here does not work with this Python; making it anew.")
    shutil.rmtree(folder)


def _warn_if_untested() -> None:
    if sys.version_info[:2] > NEWEST_TESTED:
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        say(f"Python {found} is untested here; 3.11 to 3.13 are. Going on with it.")


def _install(files: Sequence[str], root: Path) -> None:
    """Install the files in one go; their stamps are written only when all of it worked."""
    if not files:
        return
    for name in files:
        _stamp(name, root).unlink(missing_ok=True)
    say(f"Installing {', '.join(files)} ...")
    _call([*_installer(root), *_as_options(files, root)], _install_advice(files))
    for name in files:
        _stamp(name, root).write_text(_fingerprint(name, root), encoding="ascii")


def _installer(root: Path) -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", str(python(root))]
    if not _has_pip(root):
        _call([str(python(root)), "-m", "ensurepip"], VENV_ADVICE["other"])
    return [str(python(root)), "-m", "pip", "install", "--disable-pip-version-check"]


def _has_pip(root: Path) -> bool:
    command = [str(python(root)), "-c", "import pip"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def _as_options(files: Sequence[str], root: Path) -> list[str]:
    return [option for name in files for option in ("-r", str(root / name))]


def _install_advice(files: Sequence[str]) -> str:
    if MYSQL_FILE in files:
        return (
            "installing failed; on Debian or Ubuntu mysqlclient needs "
            "`apt install default-libmysqlclient-dev pkg-config gcc python3-dev`"
        )
    return "installing failed (see above); the next ./dev tries again"


def _call(command: Sequence[str], failure: str) -> None:
    """Run a command with its output shown; StopError with the given line if it fails."""
    env = {**SYSTEM_CERTIFICATES, **os.environ}
    done = subprocess.run(command, env=env, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode != 0:
        raise StopError(failure)


def _stamp(name: str, root: Path) -> Path:
    return root / ".venv" / f".installed-{name}"


def _stamp_is_current(name: str, root: Path) -> bool:
    try:
        return _stamp(name, root).read_text(encoding="ascii") == _fingerprint(name, root)
    except (OSError, UnicodeDecodeError):
        return False


def _fingerprint(name: str, root: Path) -> str:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}\n".encode()
    return hashlib.sha256(version + (root / name).read_bytes()).hexdigest()


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Hold the project folder's lock: two set-ups at once would break each other's environment."""
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another ./dev is setting up; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
