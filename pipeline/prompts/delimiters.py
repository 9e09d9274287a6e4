"""Puts hostile text between delimiters that it cannot contain, so that it stays data."""

from __future__ import annotations

import secrets


def enclosed(label: str, text: str) -> str:
    """``text`` between two marker lines that carry a fresh random number.

    Whoever wrote the text could not know the number, so nothing in it can close the enclosure.
    """
    number = secrets.token_hex(8)
    while number in text:
        number = secrets.token_hex(8)
    return f"<<<BEGIN {label} {number}>>>\n{text}\n<<<END {label} {number}>>>"
