"""Finds the files to review, in folders and by what changed in git, and reads them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import CannotRead, Misuse
from .languages import SHEBANG_BYTES, is_source

MOST_BYTES = 5_000_000  # more than any server takes; each refuses what is too long for it
# fmt: off
SKIPPED_FOLDERS = frozenset({
    ".git", ".hg", ".svn", ".bzr", ".venv", "venv", ".tox", ".nox", ".eggs", "site-packages",
    "node_modules", "bower_components", "__pycache__", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", ".hypothesis", ".idea", ".vscode", ".terraform",
})
# fmt: on


@dataclass(frozen=True)
class Target:
    """One file. ``shown`` names it in reports, relative where it can be; ``named`` is whether the
    user named it, and not a folder around it."""

    path: Path
    shown: str
    named: bool


def targets_of(paths: Iterable[str]) -> list[Target]:
    """All files to review, each once, in the order given; folders sorted by name. Raises Misuse."""
    found: dict[str, Target] = {}
    for path in paths:
        for target in _expand(Path(path)):
            found.setdefault(os.path.realpath(target.path), target)
    return list(found.values())


def changed_since(base: str) -> set[str]:
    """Real paths of all files that differ from where this branch left ``base``, new ones too.

    A link that changed stands for itself, not for what it leads to. Raises Misuse where git cannot
    tell.
    """
    top = os.path.realpath(_git("rev-parse", "--show-toplevel").rstrip("\n"))
    _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}", about=base)
    common = _git("merge-base", "--", base, "HEAD", about=base).strip()
    only = ("--name-only", "--no-relative", "--no-renames", "--diff-filter=d")
    changed = _git("diff", *only, "-z", common, "--")
    new = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", top)
    return {f"{top}/{name}" for name in (changed + new).split("\0") if name}


def read(target: Target) -> str:
    """The file's text, character for character. Raises CannotRead."""
    try:
        with target.path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CannotRead(f"{error.strerror or error}.") from None
    if len(data) > MOST_BYTES:
        raise CannotRead(f"larger than {MOST_BYTES:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotRead("not UTF-8 text. Save it as UTF-8.") from None


def _expand(place: Path) -> Iterator[Target]:
    if place.is_dir():
        yield from (_target(path, named=False) for path in _walk(place) if _is_code(path))
    elif place.is_file():
        yield _target(place, named=True)
    elif place.exists():
        raise Misuse(f"{place}: this is neither a file nor a folder.")
    else:
        raise Misuse(f"{place}: there is no such file or folder.")


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder. Links to folders are not followed, so there are no loops; those to
    files neither (see ``_is_code``)."""
    for here, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(here, name)))
        yield from (Path(here, name) for name in sorted(files))


def _refuse(error: OSError) -> None:
    raise Misuse(f"{error.filename}: {error.strerror}.") from None


def _is_skipped(folder: Path) -> bool:
    return folder.name in SKIPPED_FOLDERS or (folder / "pyvenv.cfg").is_file()


def _is_code(path: Path) -> bool:
    """Not a link: a stranger's branch could lead it to a file that is to stay on this machine."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = b"" if path.suffix else file.read(SHEBANG_BYTES)
    except OSError:
        return is_source(path.name, b"")  # its review says why it cannot be read
    return is_source(path.name, start)


def _target(path: Path, *, named: bool) -> Target:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - without following links
    here = Path.cwd()
    shown = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    return Target(path, shown.as_posix(), named)


def _git(*arguments: str, about: str = "") -> str:
    """What git prints, with file names as they are. Raises Misuse."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise Misuse(f"--diff needs git: {error.strerror}.") from None
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    if about:
        raise Misuse(
            f"git knows no common history with {about!r}. A shallow clone needs more of it: "
            "fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab CI."
        )
    said = " ".join(os.fsdecode(done.stderr).split())  # with what git advises, such as for owners
    raise Misuse(f"git: {said or 'failed'}")
