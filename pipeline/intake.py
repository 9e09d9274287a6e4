"""What may be submitted: turns bytes and form fields into a draft, or says what is wrong."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pipeline.analysis import sarif_in
from pipeline.analysis.languages import LANGUAGES, language_for
from pipeline.refusals import InvalidSubmission

MAX_FILENAME = 255
MAX_COMMENTS = 5_000
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Draft:
    """A submission that passed every check."""

    code: str
    language: str
    filename: str
    comments: str
    imported: dict[str, Any] | None = None


def decode_upload(data: bytes) -> str:
    """The text of an uploaded file, character for character. Raises InvalidSubmission."""
    _refuse_too_many(len(data))
    if data.startswith(UTF16_MARKS):
        raise InvalidSubmission("The file is UTF-16. Save it as UTF-8 and try again.", field="file")
    if b"\0" in data:
        raise InvalidSubmission(
            "The file is binary: it holds NUL bytes. Send source code.", field="file"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidSubmission(
            f"The file is not UTF-8 text (line {line}). Save it as UTF-8 and try again.",
            field="file",
        ) from None


def check(
    *,
    code: str,
    language: str | None,
    filename: str = "",
    comments: str = "",
    sarif: str = "",
) -> Draft:
    """A draft of what was sent, or InvalidSubmission. An empty language is read off the file.

    ``sarif``: another tool's log, of which the results for this file are taken.
    """
    _check_code(code)
    name = _checked_filename(filename)
    return Draft(
        code=code,
        language=_checked_language(language, name, code),
        filename=name,
        comments=_checked_comments(comments),
        imported=_imported(sarif, name, code) if sarif.strip() else None,
    )


def _imported(sarif: str, filename: str, code: str) -> dict[str, Any] | None:
    limit = settings.MAX_CODE_SIZE_BYTES
    if len(sarif) > limit:
        raise InvalidSubmission(
            f"The SARIF file is longer than {limit:,} bytes. Send the results for this file only.",
            field="sarif",
            status=413,
        )
    try:
        found = sarif_in.findings_in(sarif_in.read_log(sarif), filename, code)
    except sarif_in.NotSarif as error:
        raise InvalidSubmission(f"The SARIF file cannot be read. {error}", field="sarif") from None
    if not found.findings and found.named:
        named = ", ".join(_printable(name)[:80] for name in found.named[:3])
        raise InvalidSubmission(
            f"The SARIF file has no result with a place in this file; it is about {named}.",
            field="sarif",
        )
    return sarif_in.together([found])


def _check_code(code: str) -> None:
    if not code.strip("\ufeff \t\r\n\f\v"):
        raise InvalidSubmission("There is no code yet. Paste some or choose a file.", field="code")
    if "\0" in code:
        raise InvalidSubmission(
            "The code holds NUL characters, so it is not source text.", field="code"
        )
    try:
        size = len(code.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = code.count("\n", 0, error.start) + 1
        raise InvalidSubmission(
            f"The code is not valid Unicode: half of a surrogate pair stands in line {line}.",
            field="code",
        ) from None
    _refuse_too_many(size)


def _refuse_too_many(size: int) -> None:
    limit = settings.MAX_CODE_SIZE_BYTES
    if size > limit:
        raise InvalidSubmission(
            f"The code is {size:,} bytes long; {limit:,} are allowed. Send a part of it.",
            field="code",
            status=413,
        )


def _checked_language(language: str | None, filename: str, code: str) -> str:
    chosen = (language or "").strip().lower() or language_for(filename, code)
    if chosen is None:
        raise InvalidSubmission(
            "The language cannot be told from the file's name. Choose one.", field="language"
        )
    if chosen not in LANGUAGES:
        raise InvalidSubmission(
            f"“{_printable(chosen)[:40]}” is not one of the languages: {', '.join(LANGUAGES)}.",
            field="language",
        )
    return chosen


def _checked_filename(filename: str) -> str:
    """The last part of the path, without characters that could disguise it."""
    name = _printable(filename.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if len(name) > MAX_FILENAME:
        raise InvalidSubmission(
            f"The file's name is longer than {MAX_FILENAME} characters. Rename it.", field="file"
        )
    return name


def _checked_comments(comments: str) -> str:
    comments = comments.replace("\r\n", "\n")
    if len(comments) > MAX_COMMENTS:
        raise InvalidSubmission(
            f"The comments are longer than {MAX_COMMENTS:,} characters.", field="comments"
        )
    if comments != _encodable(comments) or "\0" in comments:
        raise InvalidSubmission(
            "The comments hold characters that are not valid Unicode text.", field="comments"
        )
    return comments.strip()


def _printable(text: str) -> str:
    return UNPRINTABLE.sub("", _encodable(text))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
