"""Takes the rebuilt file out of a model's answer: out of fences, prose and half-closed blocks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*$")
BOM = "\ufeff"


@dataclass(frozen=True)
class Block:
    """A fenced block; ``closed`` is False when the answer ended inside of it."""

    code: str
    closed: bool


def extract_code(answer: str, original: str) -> Block | None:
    """The block of ``answer`` that is the rebuilt file, or None if there is no code in it.

    Of several blocks the one that shares most lines with the original is taken, so that an
    example in the prose or a shell command does not win. Without any fence the whole answer is
    taken, less a first or last paragraph of prose.
    """
    lines = answer.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = [block for block in (*_blocks(lines), *_outermost(lines)) if block.code.strip()]
    if not blocks:
        bare = _without_prose(lines, original)
        blocks = [Block(bare, closed=True)] if bare.strip() else []
    return max(blocks, key=lambda block: _likeness(block.code, original), default=None)


def like_original(code: str, original: str) -> str:
    """``code`` with the original's line endings, final newline and byte order mark."""
    text = code.removeprefix(BOM).rstrip("\n")
    if original.endswith(("\n", "\r")):
        text += "\n"
    ending = _line_ending(original)
    if ending != "\n":
        text = text.replace("\n", ending)
    return BOM + text if original.startswith(BOM) else text


def _blocks(lines: list[str]) -> list[Block]:
    """Every fenced block; a fence is closed by one as long of the same kind without a language."""
    blocks, opened, start = [], "", 0
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence is None:
            continue
        if not opened:
            opened, start = fence[1], number + 1
        elif fence[1].startswith(opened) and not fence[2]:
            blocks.append(Block("\n".join(lines[start:number]), closed=True))
            opened = ""
    if opened:
        blocks.append(Block("\n".join(lines[start:]), closed=False))
    return blocks


def _outermost(lines: list[str]) -> list[Block]:
    """All between the first and the last fence: the file, when it holds fences of its own."""
    fences = [number for number, line in enumerate(lines) if FENCE.match(line)]
    if len(fences) < 4:
        return []
    return [Block("\n".join(lines[fences[0] + 1 : fences[-1]]), closed=True)]


def _without_prose(lines: list[str], original: str) -> str:
    """The answer without a paragraph before or after the code that no line of the original has."""
    if any(FENCE.match(line) for line in lines):
        return ""  # a block without content
    known = _line_counts(original)
    text = "\n".join(lines).strip("\n")
    before, gap, rest = text.partition("\n\n")
    if _is_prose(before, known):
        text = rest.lstrip("\n") if gap else ""
    rest, gap, after = text.rpartition("\n\n")
    if gap and _is_prose(after, known):
        text = rest.rstrip("\n")
    return text


def _is_prose(paragraph: str, known: Counter[str]) -> bool:
    """A sentence to the reader: no line of the original, and it ends as sentences do."""
    said = paragraph.strip()
    return (
        not (_line_counts(said) & known)
        and said.endswith((":", ".", "!", "?"))
        and said[:1].isupper()
        and "\n    " not in said
    )


def _likeness(code: str, original: str) -> tuple[int, int]:
    """Lines shared with the original, less lines foreign to it that look like a fence."""
    counts = _line_counts(code)
    shared = (counts & _line_counts(original)).total()
    fences = sum(1 for line in code.split("\n") if FENCE.match(line))
    own_fences = sum(1 for line in original.split("\n") if FENCE.match(line))
    return shared - max(0, fences - own_fences) * 2, len(code)


def _line_counts(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.strip())


def _line_ending(text: str) -> str:
    crlf = text.count("\r\n")
    counts = {
        "\r\n": crlf,
        "\n": text.count("\n") - crlf,
        "\r": text.count("\r") - crlf,
    }
    return max(counts, key=lambda ending: counts[ending]) if any(counts.values()) else "\n"
