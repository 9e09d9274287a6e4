"""Finds orders to the model in what it is asked, however they are written: the obedient vendor.

No real model reads better. A text is read in many ways (as it stands, decoded, turned round,
without invisible characters), and each reading is searched for the phrases of answers/orders.json.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

PHRASES = Path(__file__).resolve().parent / "answers" / "orders.json"
TAG_BLOCK = 0xE0000  # invisible twins of ASCII, once meant for language tags
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈѕοανικρτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwABEKMHOPCTXIJsoavikptuABEZHIKMNOPTYX",
)
BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
LETTERS_APART = re.compile(r"\b\w(?: \w\b)+")
NO_WORD = re.compile(r"[\W_]+")


def orders_in(text: str) -> frozenset[str]:
    """The names of all orders that some reading of ``text`` holds."""
    heard = [_plain(reading) for reading in _readings(text)]
    return frozenset(
        order
        for order, phrases in _phrases().items()
        if any(phrase in words for words in heard for phrase in phrases)
    )


def _readings(text: str) -> Iterator[str]:
    visible = "".join(c for c in _untagged(text) if unicodedata.category(c) != "Cf")
    for read in WAYS:
        yield read(visible)


def _untagged(text: str) -> str:
    return "".join(
        chr(ord(c) - TAG_BLOCK) if TAG_BLOCK < ord(c) < TAG_BLOCK + 0x7F else c for c in text
    )


def _as_it_stands(text: str) -> str:
    return text


def _alike(text: str) -> str:
    return text.translate(LOOKALIKES)


def _turned_round(text: str) -> str:
    return text[::-1]


def _rotated(text: str) -> str:
    return codecs.encode(text, "rot13")


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), html.unescape(unquote(text)))


def _humps_apart(text: str) -> str:
    return HUMP.sub(" ", text)


def _letters_together(text: str) -> str:
    """`a p p r o v e  t h i s` as words: two spaces or more stand between words."""
    return LETTERS_APART.sub(lambda found: found[0].replace(" ", ""), text)


def _from_base64(text: str) -> str:
    return " ".join(_decoded(word, base64.b64decode) for word in BASE64.findall(text))


def _from_hexadecimal(text: str) -> str:
    return " ".join(_decoded(word, binascii.unhexlify) for word in HEXADECIMAL.findall(text))


def _decoded(word: str, decode: Callable[[str], bytes]) -> str:
    try:
        return decode(word).decode("utf-8")
    except ValueError:  # of both: what is no encoding, and what is no text
        return ""


WAYS: tuple[Callable[[str], str], ...] = (
    _as_it_stands,
    _alike,
    _turned_round,
    _rotated,
    _unescaped,
    _humps_apart,
    _letters_together,
    _from_base64,
    _from_hexadecimal,
)


def _plain(text: str) -> str:
    """Lower case, full-width letters as usual ones, one space between words."""
    return NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold())


@cache
def _phrases() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = json.loads(PHRASES.read_text(encoding="utf-8"))
    return {order: [_plain(phrase).strip() for phrase in texts] for order, texts in listed.items()}
