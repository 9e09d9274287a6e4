"""What can be measured in any text: size, kinds of lines, and characters that deceive a reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pipeline.analysis.findings import Hit, build
from pipeline.analysis.languages import LANGUAGES, Language, label_of, other_language
from pipeline.analysis.positions import Positions
from pipeline.analysis.source import BOM, split_lines

SOURCE = "text"
LONG_LINE = 1000
MOST_OF_A_KIND = 20

BIDI = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u2060-\u2064\u3164\ufeff\uffa0"
JOINER_OUTSIDE_EMOJI = "(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
_SUSPICIOUS = {
    "bidi-control": re.compile(f"[{BIDI}]"),
    "invisible-character": re.compile(f"[{INVISIBLE}\U000e0000-\U000e007f]|{JOINER_OUTSIDE_EMOJI}"),
    "replacement-character": re.compile("\ufffd"),
    "control-character": re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]"),
}
IN_ASCII = ("control-character",)  # all others are looked for in vain
_WORD_WITH_OTHERS = re.compile(r"[^\W\d](?:\w{0,60}[^\x00-\x7f]\w{0,60})|[^\x00-\x7f\W]\w{1,60}")
LOOKALIKE_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")


def hits(code: str, language: str) -> Iterator[Hit]:
    """Everything suspicious about the characters of a text, at most twenty places of a kind."""
    text = " " + code[1:] if code.startswith(BOM) else code
    positions = Positions(text)
    for rule in IN_ASCII if text.isascii() else _SUSPICIOUS:
        yield from _character_hits(rule, text, positions)
    yield from _lookalikes(text, positions)
    yield from _long_lines(text)
    yield from _wrong_language(code, language)


def _character_hits(rule: str, text: str, positions: Positions) -> Iterator[Hit]:
    """One hit a line, naming the characters of that line."""
    seen: dict[int, list[tuple[int, str]]] = {}
    for match in _SUSPICIOUS[rule].finditer(text):
        line, column = positions.of(match.start())
        if line not in seen and len(seen) >= MOST_OF_A_KIND:
            break
        seen.setdefault(line, []).append((column, match[0]))
    for line, places in seen.items():
        names = sorted({_name(character) for _, character in places})
        yield Hit(SOURCE, rule, line, line, places[0][0], f"Found here: {', '.join(names[:5])}")


def _name(character: str) -> str:
    name = unicodedata.name(character, "control character")
    return f"U+{ord(character):04X} {name.lower()}"


def _lookalikes(text: str, positions: Positions) -> Iterator[Hit]:
    """Identifiers that mix ASCII letters with letters of scripts that look alike."""
    if text.isascii():
        return
    lines: set[int] = set()
    for match in _WORD_WITH_OTHERS.finditer(text):
        if not _mixes_scripts(match[0]):
            continue
        line, column = positions.of(match.start())
        if line not in lines:
            lines.add(line)
            odd = sorted({_name(c) for c in match[0] if not c.isascii()})
            detail = f"One word mixes ASCII with {', '.join(odd[:3])}"
            yield Hit(SOURCE, "lookalike-identifier", line, line, column, detail)
        if len(lines) >= MOST_OF_A_KIND:
            return


def _mixes_scripts(word: str) -> bool:
    if not any(character.isascii() and character.isalpha() for character in word):
        return False
    names = (unicodedata.name(character, "") for character in word if not character.isascii())
    return any(name.startswith(LOOKALIKE_SCRIPTS) for name in names)


def _long_lines(text: str) -> Iterator[Hit]:
    """One hit for all overlong lines together: they hide code from review, no more."""
    long = [
        (number, len(line))
        for number, line in enumerate(split_lines(text), 1)
        if len(line) > LONG_LINE
    ]
    if long:
        number, length = max(long, key=lambda pair: pair[1])
        more = f", and {len(long) - 1} more lines are overlong" if len(long) > 1 else ""
        yield Hit(SOURCE, "long-line", number, number, 1, f"{length:,} characters{more}")


def _wrong_language(code: str, language: str) -> Iterator[Hit]:
    other = other_language(code, language)
    if other is not None:
        detail = f"It reads like {label_of(other)}, and {label_of(language)} was chosen"
        yield Hit(SOURCE, "other-language", 1, 1, 1, detail)


def count_lines(lines: list[str], language: Language) -> tuple[int, int]:
    """How many lines hold code and how many only comment; the rest is blank.

    Read line by line: a comment mark inside a string that spans lines is taken for a comment.
    """
    code = comment = 0
    in_block = False
    for line in (each.strip() for each in lines):
        if not line:
            continue
        is_comment, in_block = _is_comment(line, in_block, language)
        comment += is_comment
        code += not is_comment
    return code, comment


def _is_comment(line: str, in_block: bool, language: Language) -> tuple[bool, bool]:
    """Whether the whole line is comment, and whether a block comment goes on after it."""
    start, end = language.block or ("", "")
    if in_block:
        return True, end not in line
    if language.block and line.startswith(start):
        closed = end in line[len(start) :]
        return not closed or line.endswith(end), not closed
    return line.startswith(language.comment) if language.comment else False, False


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code", "language"}`` to findings and measures."""
    code, language = payload["code"], payload["language"]
    lines = split_lines(code)
    code_lines, comment_lines = count_lines(lines, LANGUAGES[language])
    return {
        "findings": [build(hit, lines).model_dump(mode="json") for hit in hits(code, language)],
        "lines": len(lines) if code else 0,
        "code_lines": code_lines,
        "comment_lines": comment_lines,
        "size_bytes": len(code.encode("utf-8", "surrogatepass")),
        "longest_line": max(map(len, lines), default=0),
    }
