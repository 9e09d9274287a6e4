"""Writes rebuilt code and the report into a folder: never over originals, never outside of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from pipeline.management.reviewing.paths import Target
from pipeline.reports import ReviewedFile, readable_path, suffix_of

REBUILT = "rebuilt"


class CannotWrite(Exception):
    """The output folder cannot take the results; ``str(error)`` says why in one line."""


class OutputFolder:
    """``DIR/report.*`` and ``DIR/rebuilt/`` with the relative paths of the originals."""

    def __init__(self, folder: str, originals: Iterable[Target]) -> None:
        self.folder = Path(folder)
        self._originals = {
            os.path.realpath(target.path) for target in originals if target.path is not None
        }
        self._taken: set[PurePosixPath] = set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(self.folder, error) from None
        if not os.access(self.folder, os.W_OK):
            raise CannotWrite(f"{readable_path(folder)}: this folder cannot be written to.")

    def write_rebuilt(self, files: Sequence[tuple[Target, ReviewedFile]]) -> None:
        """Write each rebuilt file, changed or not, so that the folder holds all of them."""
        for target, file in files:
            if file.rebuild is not None:
                place = PurePosixPath(REBUILT) / self._free(target.inside)
                self._write(place, file.rebuild.code)

    def write_report(self, text: str, name: str) -> Path:
        """Write the report in the format ``name``; returns its path."""
        return self._write(PurePosixPath(f"report{suffix_of(name)}"), text)

    def _free(self, inside: PurePosixPath) -> PurePosixPath:
        """The path itself, or with a number when another original has the same one."""
        number, free = 1, inside
        while free in self._taken:
            number += 1
            free = inside.with_name(f"{inside.stem}-{number}{inside.suffix}")
        self._taken.add(free)
        return free

    def _write(self, inside: PurePosixPath, text: str) -> Path:
        path = self.folder / inside
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._check(path)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
                file.write(text.encode("utf-8"))
        except OSError as error:
            raise _refused(path, error) from None
        return path

    def _check(self, path: Path) -> None:
        parent = path.parent.resolve()
        if not parent.is_relative_to(self.folder.resolve()):
            raise CannotWrite(f"{readable_path(str(path))}: a link leads out of the output folder.")
        if str(parent / path.name) in self._originals or path.is_symlink():
            raise CannotWrite(f"{readable_path(str(path))}: this would overwrite an original.")


def _refused(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"{readable_path(str(path))}: {error.strerror or error}.")
