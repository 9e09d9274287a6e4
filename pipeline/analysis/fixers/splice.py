"""Applying byte edits to a text, and knowing afterwards which line came from where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from functools import cached_property

from pipeline.analysis.fixers.base import Edit
from pipeline.analysis.fixers.source import NEWLINE


class Taken:
    """Places that edits want already; none of them overlaps another."""

    def __init__(self, edits: Iterable[Edit] = ()) -> None:
        self._edits = sorted(edits)

    def is_free(self, edit: Edit) -> bool:
        """Whether ``edit`` overlaps none of them: only neighbours can, since they are apart."""
        place = bisect_left(self._edits, edit)
        return not any(edit.overlaps(near) for near in self._edits[max(place - 2, 0) : place + 2])

    def add(self, edits: Iterable[Edit]) -> None:
        """Take the places of ``edits`` too."""
        for edit in edits:
            insort(self._edits, edit)


class Splice:
    """``text`` with ``edits`` made; edits must not overlap and may come in any order."""

    def __init__(self, text: str, edits: Iterable[Edit]) -> None:
        self._old = text.encode()
        self._pieces: list[bytes] = []
        self._marks: list[tuple[int, int]] = [(0, 0)]  # (new offset, old offset) of kept runs
        self._apply(sorted(edits))

    def _apply(self, edits: list[Edit]) -> None:
        old = new = 0
        for edit in edits:
            added = edit.text.encode()
            self._pieces += [self._old[old : edit.start], added]
            new += edit.start - old + len(added)
            old = edit.end
            self._marks.append((new, old))
        self._pieces.append(self._old[old:])

    @cached_property
    def text(self) -> str:
        """The edited text."""
        return b"".join(self._pieces).decode()

    @cached_property
    def line_count(self) -> int:
        """Lines of the edited text, the one after the last line end included."""
        return len(NEWLINE.findall(self.text.encode())) + 1

    @cached_property
    def lines(self) -> list[int]:
        """For each line of the edited text, the line of the old text that its start came from."""
        starts = [0, *(match.end() for match in NEWLINE.finditer(self._old))]
        news = [0, *(match.end() for match in NEWLINE.finditer(self.text.encode()))]
        return [bisect_right(starts, self._old_offset(new)) for new in news]

    def _old_offset(self, new: int) -> int:
        place = bisect_right([mark for mark, _ in self._marks], new) - 1
        new_mark, old_mark = self._marks[place]
        return min(old_mark + new - new_mark, len(self._old))
