"""Reading SQL that a program puts together: which parts are values that a driver could pass.

The text is read as it stands in the source, so that a repair can cut exactly those bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: What must stand in front of a value that is not quoted: a plain column and a comparison, since
#: SQLite compares a number as text where the other side is an expression, or values before it.
COLUMN = r"(?:\b(?:WHERE|AND|OR|NOT|SET|ON)\b|[,(])\s*[\w.]+"
BEFORE_VALUE = re.compile(
    rf"({COLUMN}\s*(=|==|<>|!=|<=?|>=?|\bLIKE)|\bVALUES\s*\([^()]*[(,])\s*$", re.IGNORECASE
)
#: Statements that take parameters everywhere; PRAGMA, CREATE, ALTER and SET do not.
TAKES_PARAMETERS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b", re.IGNORECASE)
AFTER_VALUE = re.compile(r"\s|[,);]|$")
LOOK_BACK = 500  # characters in front of a value that are read to tell what it is
SAFE_ESCAPE = re.compile(r"\\[nt\n]|\\\r\n")

IDENTIFIER = (
    "Part of the statement itself is put together, such as the name of a table or column; only "
    "values can be passed separately. Check it against the names that are allowed."
)
NO_PARAMETERS = "Databases take no parameters in this kind of statement; check the value itself."
ODD = "The quotes, comments or escapes of the statement leave room for doubt about what is a value."


@dataclass(frozen=True)
class Piece:
    """A run of SQL text, or of program text where a value is put in (then ``value`` is its code).

    ``literal`` tells the Python string literals apart; ``tail`` is what a cut must leave behind;
    ``is_text`` says that the value is surely a string.
    """

    start: int
    end: int
    text: str = ""
    value: str = ""
    literal: int = 0
    tail: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Slot:
    """Bytes to be replaced by a placeholder, and the code of the value to pass instead."""

    start: int
    end: int
    value: str
    tail: str = ""


class UnclearError(Exception):
    """What the statement does with its parts is not clear; the message says why."""


@dataclass
class Reader:
    """Walks over the pieces of one statement, knowing whether it is inside of quotes."""

    slots: list[Slot] = field(default_factory=list)
    _seen: str = ""
    _quote: str = ""
    _opened: Piece | None = None
    _opened_at: int = 0
    _inside: list[Piece | str] = field(default_factory=list)

    def read(self, pieces: list[Piece]) -> list[Slot]:
        """The values in ``pieces``. Raises UnclearError."""
        for piece, following in zip(pieces, [*pieces[1:], Piece(0, 0)], strict=True):
            if piece.value:
                self._take_value(piece, following)
            else:
                self._take_text(piece)
        if self._quote or "--" in self._seen or "/*" in self._seen:
            raise UnclearError(ODD)
        if not TAKES_PARAMETERS.match(self._seen):
            raise UnclearError(NO_PARAMETERS)
        return self.slots

    def _take_value(self, piece: Piece, following: Piece) -> None:
        if self._quote == "'":
            self._inside.append(piece)
        elif (
            self._quote
            or not BEFORE_VALUE.search(self._seen[-LOOK_BACK:])
            or following.value
            or not AFTER_VALUE.match(following.text)
            or piece.value.isupper()
        ):
            raise UnclearError(IDENTIFIER)
        else:
            self.slots.append(Slot(piece.start, piece.end, piece.value, piece.tail))
            self._seen += "?"

    def _take_text(self, piece: Piece) -> None:
        if "\\" in SAFE_ESCAPE.sub("", piece.text):
            raise UnclearError(ODD)
        offset = piece.start
        for character in piece.text:
            self._take_character(piece, character, offset)
            offset += len(character.encode())

    def _take_character(self, piece: Piece, character: str, offset: int) -> None:
        if not self._quote:
            self._seen += character
            if character in "'\"`":
                self._quote, self._opened, self._opened_at = character, piece, offset
                self._inside = []
        elif character == self._quote:
            self._close(piece, offset)
        elif self._inside and isinstance(self._inside[-1], str):
            self._inside[-1] += character
        else:
            self._inside.append(character)

    def _close(self, piece: Piece, offset: int) -> None:
        """The end of a quoted text; one that holds values becomes a value as a whole."""
        self._quote, self._seen = "", self._seen + "'"
        values = [part for part in self._inside if isinstance(part, Piece)]
        if not values:
            return
        if self._opened is None or self._opened.literal != piece.literal or values[0].tail:
            raise UnclearError(ODD)
        code = _as_text(values[0]) if len(self._inside) == 1 else self._joined()
        self.slots.append(Slot(self._opened_at, offset + 1, code))

    def _joined(self) -> str:
        """Code of a text with values in it, such as the pattern of a LIKE."""
        parts = [f"{{{part.value}}}" if isinstance(part, Piece) else part for part in self._inside]
        text = "".join(parts)
        if '"' in text or "\\" in text or "\n" in text:
            raise UnclearError(ODD)
        return f'f"{text}"'


def _as_text(piece: Piece) -> str:
    """Code of the text that the value became between quotes: drivers refuse a Path or UUID, and
    PostgreSQL compares no number with a text."""
    return piece.value if piece.is_text else f"str({piece.value})"
