"""The difference between two texts, as a unified diff and as rows for a side-by-side view.

It runs in the calling process, so its work is bounded: common ends are cut off first, then lines
that occur once on both sides are matched (patience diff), and only small gaps in between are
compared by difflib, up to a budget. What lies beyond it is shown as replaced as a whole: always a
correct diff, only a longer one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pipeline.analysis.source import split_lines

CONTEXT = 3
FEW = 2  # unchanged lines that are shown rather than counted
BUDGET = 200_000  # pairs of lines that difflib may be given in one diff
LARGEST_GAP = 10_000  # pairs of lines in one gap
SHOWN_WIDTH = 2_000  # characters of a line in a row; the unified diff is never cut

Tag = Literal["equal", "replace", "delete", "insert"]
Opcode = tuple[Tag, int, int, int, int]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """One row of the side-by-side view; a line number is None where a side has no line.

    A ``skipped`` row stands for ``count`` unchanged lines that are not shown.
    """

    kind: Literal["same", "changed", "removed", "added", "skipped"]
    left_line: int | None = None
    left: str = ""
    right_line: int | None = None
    right: str = ""
    count: int = 0


def unified(original: str, rebuilt: str, filename: str = "") -> str:
    """A unified diff that ``patch`` understands; "" for equal texts. Line ends count as text."""
    old, new = original.split("\n"), rebuilt.split("\n")
    name = " ".join(filename.split()) or "code"
    parts = [f"--- a/{name}\n+++ b/{name}\n"] if original != rebuilt else []
    for group in _groups(opcodes(_ended(old), _ended(new))):
        parts.extend(_hunk(group, _ended(old), _ended(new)))
    return "".join(parts)


def rows(
    original: str, rebuilt: str, context: int = CONTEXT, *, ignore_space: bool = False
) -> tuple[Row, ...]:
    """The side-by-side view: changes with ``context`` unchanged lines around them.

    With ``ignore_space`` lines that differ in spaces alone are the same; empty ones stay lines.
    """
    old, new = split_lines(original), split_lines(rebuilt)
    compared = (_spaceless(old), _spaceless(new)) if ignore_space else (old, new)
    shown: list[Row] = []
    done = 0
    for group in _groups(opcodes(*compared), context):
        _, first, _, first_new, _ = group[0]
        shown.extend(_between(done, first, first_new - first, old, new))
        for opcode in group:
            shown.extend(_rows(opcode, old, new))
        done = group[-1][2]
    if not shown:
        return ()
    return (*shown, *_between(done, len(old), len(new) - len(old), old, new))


def _spaceless(lines: Sequence[str]) -> list[str]:
    return ["".join(line.split()) for line in lines]


def opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """Like ``SequenceMatcher.get_opcodes``, in bounded time."""
    result: list[Opcode] = []
    i = j = 0
    for start_old, start_new, length in _blocks(_matches(old, new), len(old), len(new)):
        if i < start_old or j < start_new:
            result.append((_tag(i, start_old, j, start_new), i, start_old, j, start_new))
        i, j = start_old + length, start_new + length
        if length:
            result.append(("equal", start_old, i, start_new, j))
    return result


def _tag(i: int, end_old: int, j: int, end_new: int) -> Tag:
    if i == end_old:
        return "insert"
    return "delete" if j == end_new else "replace"


def _blocks(pairs: list[Pair], old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """Runs of matched lines as (start, start, length); an empty one closes the list."""
    start, length = (0, 0), 0
    for i, j in pairs:
        if length and (i, j) == (start[0] + length, start[1] + length):
            length += 1
            continue
        if length:
            yield *start, length
        start, length = (i, j), 1
    if length:
        yield *start, length
    yield old, new, 0


def _matches(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs of indexes of lines taken as the same, rising on both sides."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    end_old, end_new = len(old) - tail, len(new) - tail
    pairs = [(n, n) for n in range(head)]
    budget = BUDGET
    last = (head, head)
    for anchor in [*_anchors(old, new, head, end_old, end_new), (end_old, end_new)]:
        size = (anchor[0] - last[0]) * (anchor[1] - last[1])
        if 0 < size <= min(budget, LARGEST_GAP):
            budget -= size
            pairs += _small(old, new, last, anchor)
        if anchor != (end_old, end_new):
            pairs.append(anchor)
        last = anchor[0] + 1, anchor[1] + 1
    return pairs + [(end_old + n, end_new + n) for n in range(tail)]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are equal from the start."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _anchors(
    old: Sequence[str], new: Sequence[str], start: int, end_old: int, end_new: int
) -> list[Pair]:
    """Lines that occur once on each side, as the longest series that rises on both."""
    once_old = _once(old, start, end_old)
    once_new = _once(new, start, end_new)
    pairs = [(i, once_new[line]) for line, i in once_old.items() if line in once_new]
    return _longest_rising(pairs)


def _once(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(lines[start:end])
    return {line: n for n, line in enumerate(lines[start:end], start) if counts[line] == 1}


def _longest_rising(pairs: list[Pair]) -> list[Pair]:
    """The longest subsequence whose second numbers rise (patience sorting)."""
    tops: list[int] = []
    top_pairs: list[int] = []
    before: list[int | None] = []
    for index, (_, second) in enumerate(pairs):
        pile = bisect_left(tops, second)
        before.append(top_pairs[pile - 1] if pile else None)
        tops[pile : pile + 1] = [second]
        top_pairs[pile : pile + 1] = [index]
    result: list[Pair] = []
    at = top_pairs[-1] if top_pairs else None
    while at is not None:
        result.append(pairs[at])
        at = before[at]
    return result[::-1]


def _small(old: Sequence[str], new: Sequence[str], start: Pair, end: Pair) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, old[start[0] : end[0]], new[start[1] : end[1]], autojunk=False)
    for block in matcher.get_matching_blocks():
        for n in range(block.size):
            yield start[0] + block.a + n, start[1] + block.b + n


def _groups(all_opcodes: list[Opcode], context: int = CONTEXT) -> Iterator[list[Opcode]]:
    """Changes with unchanged lines around them; far apart ones stand in groups of their own."""
    group: list[Opcode] = []
    for index, (tag, i, end_old, j, end_new) in enumerate(all_opcodes):
        if tag != "equal":
            group.append((tag, i, end_old, j, end_new))
            continue
        last = index == len(all_opcodes) - 1
        after = min(context, end_old - i) if group else 0
        before = 0 if last else min(context, end_old - i)
        if group and not last and end_old - i <= 2 * context:
            group.append((tag, i, end_old, j, end_new))
            continue
        if group:
            yield [*group, ("equal", i, i + after, j, j + after)] if after else group
        group = [("equal", end_old - before, end_old, end_new - before, end_new)] if before else []
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _rows(opcode: Opcode, old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    tag, i, end_old, j, end_new = opcode
    for n in range(max(end_old - i, end_new - j)):
        left, right = i + n < end_old, j + n < end_new
        kind: Literal["same", "changed", "removed", "added"] = "same"
        if tag != "equal":
            kind = "changed" if left and right else "removed" if left else "added"
        yield Row(
            kind,
            i + n + 1 if left else None,
            old[i + n][:SHOWN_WIDTH] if left else "",
            j + n + 1 if right else None,
            new[j + n][:SHOWN_WIDTH] if right else "",
        )


def _between(
    start: int, end: int, shift: int, old: Sequence[str], new: Sequence[str]
) -> Iterator[Row]:
    """Unchanged lines between changes: their number, or themselves where it takes no less room."""
    if end - start > FEW:
        yield Row("skipped", count=end - start)
    else:
        yield from _rows(("equal", start, end, start + shift, end + shift), old, new)


def _ended(lines: list[str]) -> list[str]:
    """Lines with their ends, as ``patch`` counts them; only LF ends a line there."""
    ended = [line + "\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _hunk(group: list[Opcode], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    first, last = group[0], group[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for tag, i, end_old, j, end_new in group:
        if tag == "equal":
            yield from (_line(" ", line) for line in old[i:end_old])
            continue
        yield from (_line("-", line) for line in old[i:end_old])
        yield from (_line("+", line) for line in new[j:end_new])


def _range(start: int, end: int) -> str:
    """Start and length of a hunk; an empty one names the line before it."""
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _line(mark: str, line: str) -> str:
    return (
        f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
    )
