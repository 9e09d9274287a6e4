"""Finds the files that a review is about, and reads them in bounded size."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

from pipeline.analysis.languages import language_for
from pipeline.reports import readable_path
from pipeline.services import InvalidSubmission, decode_upload

STDIN = "-"
# fmt: off
SKIPPED_FOLDERS = frozenset({
    ".git", ".hg", ".svn", ".bzr", ".venv", "venv", ".tox", ".nox", ".eggs", "site-packages",
    "node_modules", "bower_components", "__pycache__", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", ".hypothesis", ".idea", ".vscode", ".terraform",
})
# fmt: on


class CannotRead(Exception):
    """A path cannot be reviewed; ``str(error)`` says why in one line."""


@dataclass(frozen=True)
class Target:
    """One file to review.

    ``shown`` names it in the report. ``inside`` is where it goes in an output folder: relative,
    without ``..``. ``named`` is whether the user named the file itself, not a folder around it.
    """

    path: Path | None  # None is standard input
    shown: str
    inside: PurePosixPath
    named: bool = True


def targets_of(paths: Iterable[str], language: str | None) -> Iterator[Target | CannotRead]:
    """All files to review, each once, in the order given; folders sorted by name.

    In folders only files whose name or ``#!`` line tells a known language count, of
    ``language`` alone if that is set.
    """
    seen: set[str] = set()
    for path in paths:
        for target in _expand(path, language):
            key = STDIN if isinstance(target, Target) and target.path is None else str(target)
            if isinstance(target, Target) and target.path is not None:
                key = os.path.realpath(target.path)
            if key not in seen:
                seen.add(key)
                yield target


def _expand(path: str, language: str | None) -> Iterator[Target | CannotRead]:
    if path == STDIN:
        yield Target(None, "stdin", PurePosixPath("stdin"))
        return
    place = Path(path)
    if place.is_dir():
        yield from _folder(place, language)
    elif place.exists():
        yield _target(place, place.parent, named=True)
    else:
        yield CannotRead(f"{readable_path(path)}: there is no such file or folder.")


def _folder(folder: Path, language: str | None) -> Iterator[Target | CannotRead]:
    found = 0
    for item in _walk(folder):
        if isinstance(item, CannotRead):
            yield item
        elif _is_source(item, language):
            found += 1
            yield _target(item, folder, named=False)
    if not found:
        kind = f"{language} " if language else ""
        yield CannotRead(f"{readable_path(str(folder))}: no {kind}source files in this folder.")


def _walk(folder: Path) -> Iterator[Path | CannotRead]:
    """Regular files below a folder. Links to folders are not followed, so there are no loops."""
    errors: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(here, name)))
        yield from (Path(here, name) for name in sorted(files))
        yield from (_unreadable(error.filename, error) for error in errors)
        errors.clear()


def _is_skipped(folder: Path) -> bool:
    is_environment = (folder / "pyvenv.cfg").is_file()
    return folder.name in SKIPPED_FOLDERS or is_environment


def _is_source(path: Path, language: str | None) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        start = "" if path.suffix else _shebang(path)
    except OSError:
        return bool(path.suffix) and language_for(path.name, "") is not None
    known = language_for(path.name, start)
    return known is not None and language in (None, known)


def _shebang(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(200).decode("utf-8", "replace")


def _target(path: Path, root: Path, *, named: bool) -> Target:
    absolute = _absolute(path)
    here = Path.cwd()
    if absolute.is_relative_to(here):
        inside = absolute.relative_to(here)
        return Target(path, readable_path(inside.as_posix()), PurePosixPath(inside), named)
    base = _absolute(root)
    inside = Path(base.name) / absolute.relative_to(base) if not named else Path(absolute.name)
    return Target(path, readable_path(absolute.as_posix()), PurePosixPath(inside), named)


def _absolute(path: Path) -> Path:
    """Without ``..``, but with links as the user named them: what Path has no method for."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def read(target: Target) -> str:
    """The file's text, character for character. Raises CannotRead.

    Never reads more than one byte over the size limit, so that endless files end.
    """
    try:
        data = _bytes_of(target)
    except OSError as error:
        raise _unreadable(target.shown, error) from None
    limit = settings.MAX_CODE_SIZE_BYTES
    if len(data) > limit:
        raise CannotRead(f"{target.shown}: larger than the {limit:,} bytes that are allowed.")
    try:
        return decode_upload(data)
    except InvalidSubmission as error:
        raise CannotRead(f"{target.shown}: {error.message}") from None


def _bytes_of(target: Target) -> bytes:
    most = settings.MAX_CODE_SIZE_BYTES + 1
    if target.path is None:
        return sys.stdin.buffer.read(most)
    with target.path.open("rb") as file:
        return file.read(most)


def _unreadable(path: str | bytes | None, error: OSError) -> CannotRead:
    name = readable_path(os.fsdecode(path or "?"))
    return CannotRead(f"{name}: {error.strerror or error}.")
