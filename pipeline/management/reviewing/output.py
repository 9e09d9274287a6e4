"""Writes rebuilt code and the report into a folder, by the rules of the stand-alone client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from client.ai_to_production import output
from client.ai_to_production.errors import Misuse
from pipeline.management.reviewing.paths import Target
from pipeline.reports import ReviewedFile, readable_path, suffix_of


class CannotWrite(Exception):
    """The output folder cannot take the results; ``str(error)`` says why in one line."""


class OutputFolder:
    """``DIR/report.*`` and ``DIR/rebuilt/`` with the relative paths of the originals."""

    def __init__(self, folder: str, originals: Iterable[Target]) -> None:
        paths = [target.path for target in originals if target.path is not None]
        with _refusals():
            self._folder = output.OutputFolder(folder, paths)

    def write_rebuilt(self, files: Sequence[tuple[Target, ReviewedFile]]) -> None:
        """Write each rebuilt file, changed or not, so that the folder holds all of them."""
        with _refusals():
            for target, file in files:
                if file.rebuild is not None:
                    self._folder.write_rebuilt(target.inside, file.rebuild.code)

    def write_report(self, text: str, name: str) -> Path:
        """Write the report in the format ``name``; returns its path."""
        with _refusals():
            return self._folder.write(PurePosixPath(f"report{suffix_of(name)}"), text)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Misuse as error:
        raise CannotWrite(readable_path(str(error))) from None
