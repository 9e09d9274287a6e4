"""Writes what came back into a folder: never over what was reviewed, never outside of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from .errors import Misuse
from .files import Target

REBUILT = "rebuilt"


class OutputFolder:
    """``DIR/`` with the report and ``DIR/rebuilt/`` with the paths of what was reviewed."""

    def __init__(self, folder: str, originals: Iterable[Path]) -> None:
        """Raises Misuse where nothing can be written."""
        self.folder = Path(folder)
        self._originals = {os.path.realpath(path) for path in originals}
        self._taken: set[PurePosixPath] = set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(self.folder, error) from None
        if not os.access(self.folder, os.W_OK):
            raise Misuse(f"{folder}: this folder cannot be written to.")

    def write_rebuilt(self, place: PurePosixPath, code: str) -> Path:
        """Write a rebuilt file under the path of its original. Raises Misuse."""
        return self.write(PurePosixPath(REBUILT) / self._free(place), code)

    def write(self, place: PurePosixPath, text: str) -> Path:
        """Write one file, character for character. Raises Misuse."""
        path = self.folder / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._check(path)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
                file.write(text.encode("utf-8"))
        except OSError as error:
            raise _refused(path, error) from None
        return path

    def _free(self, place: PurePosixPath) -> PurePosixPath:
        """The path itself, or with a number when another original has the same one."""
        number, free = 1, place
        while free in self._taken:
            number += 1
            free = place.with_name(f"{place.stem}-{number}{place.suffix}")
        self._taken.add(free)
        return free

    def _check(self, path: Path) -> None:
        parent = path.parent.resolve()
        if not parent.is_relative_to(self.folder.resolve()):
            raise Misuse(f"{path}: a link leads out of the output folder.")
        if str(parent / path.name) in self._originals or path.is_symlink():
            raise Misuse(f"{path}: this would overwrite an original.")


def _refused(path: Path, error: OSError) -> Misuse:
    return Misuse(f"{path}: it cannot be written ({error.strerror or error}).")


def inside(shown: str) -> PurePosixPath:
    """Where a file goes below a folder: its path without a root and without ``..``."""
    parts = [part for part in PurePosixPath(shown).parts if part not in ("/", "..", ".", "//")]
    return PurePosixPath(*parts)


def without_rebuilt(targets: Sequence[Target], folder: str | None) -> list[Target]:
    """The files without those that an earlier run wrote into the folder, unless they are named."""
    if folder is None:
        return list(targets)
    written = Path(folder).resolve() / REBUILT
    return [
        target
        for target in targets
        if target.named or not target.path.resolve().is_relative_to(written)
    ]
