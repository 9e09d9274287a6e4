"""Turns what a user called a file into a name that any file system takes, in a folder of ours."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from pipeline.analysis.languages import LANGUAGES

LONGEST_BYTES = 120
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # by Windows; separators are gone by then
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# With any ending these are devices on Windows.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.I)


def safe_name(filename: str, language: str) -> str:
    """The name without folders and without anything that hides, breaks or means something else.

    ``code`` with the language's ending where nothing is left.
    """
    last = filename.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last.replace("\t", " ") if unicodedata.category(c) not in _UNSEEN)
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", seen)).strip(" ").rstrip(". ")
    if not plain.strip("."):
        known = LANGUAGES.get(language)
        return f"code{known.extensions[0] if known else '.txt'}"
    return _shortened(f"_{plain}" if _RESERVED.match(plain) else plain)


def _shortened(name: str) -> str:
    """At most LONGEST_BYTES of UTF-8, with its ending kept if that is one."""
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending.encode()) <= 16 else ""
    room = LONGEST_BYTES - len(ending.encode())
    stem = name.removesuffix(ending).encode()[:room].decode(errors="ignore")
    return f"{stem.rstrip('. ')}{ending}"
