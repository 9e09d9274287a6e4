"""What may be submitted, and what is said about everything else."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from pipeline.intake import InvalidSubmission, check, decode_upload


def refused(**fields: str | None) -> InvalidSubmission:
    with pytest.raises(InvalidSubmission) as caught:
        check(**{"code": "x = 1\n", "language": "python", **fields})  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("code", ["", " \n\t", "\ufeff", "\r\n\r\n"])
def test_it_refuses_code_that_is_empty(code: str) -> None:
    assert "no code" in refused(code=code).message


def test_it_counts_bytes_not_characters(settings: Settings) -> None:
    settings.MAX_CODE_SIZE_BYTES = 1_000
    assert check(code="a" * 1_000, language="python").code
    error = refused(code="é" * 501)
    assert (error.status, "1,002 bytes" in error.message) == (413, True)


def test_it_refuses_nul_characters() -> None:
    assert "NUL" in refused(code="a\0b").message


def test_it_refuses_half_a_surrogate_pair_and_names_the_line() -> None:
    assert "line 2" in refused(code="a\n\ud800").message


def test_it_names_the_languages_when_one_is_unknown() -> None:
    message = refused(language="brainfuck").message
    assert "brainfuck" in message and "python" in message


def test_it_asks_for_a_language_that_no_name_tells() -> None:
    assert refused(language="", filename="notes").field == "language"


def test_it_reads_the_language_off_the_files_name() -> None:
    assert check(code="x", language="", filename="a/b/Main.java").language == "java"


def test_it_goes_by_the_choice_when_name_and_choice_differ() -> None:
    assert check(code="x", language="go", filename="a.py").language == "go"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.py", "passwd.py"),
        ("C:\\code\\a.py", "a.py"),
        ("evil\u202eyp.exe", "evilyp.exe"),
        ("line\r\nbreak.py", "linebreak.py"),
    ],
)
def test_it_keeps_only_a_plain_file_name(given: str, kept: str) -> None:
    assert check(code="x", language="python", filename=given).filename == kept


def test_it_refuses_a_name_that_is_too_long_to_keep() -> None:
    assert refused(filename="n" * 256).field == "file"


def test_it_refuses_comments_that_are_too_long() -> None:
    assert refused(comments="c" * 5_001).field == "comments"


def test_it_refuses_comments_that_are_not_text() -> None:
    assert refused(comments="\ud800").field == "comments"
    assert refused(comments="a\0").field == "comments"


@pytest.mark.parametrize("code", ["x = 1", "x = 1\r\n", "\ufeffx = 1\n", "# \u202e bidi\n"])
def test_it_changes_no_character_of_the_code(code: str) -> None:
    assert check(code=code, language="python").code == code
    assert decode_upload(code.encode()) == code


def test_it_names_the_line_of_bytes_that_are_not_utf8() -> None:
    with pytest.raises(InvalidSubmission, match=r"line 3"):
        decode_upload(b"a\nb\n\xff\n")


def test_it_calls_a_binary_file_binary() -> None:
    with pytest.raises(InvalidSubmission, match="binary"):
        decode_upload(b"\x7fELF\x02\x01\x00\x00")


def test_it_says_what_to_do_with_utf16() -> None:
    with pytest.raises(InvalidSubmission, match="UTF-8"):
        decode_upload("x = 1".encode("utf-16"))


def test_it_refuses_a_large_file_before_decoding_it(settings: Settings) -> None:
    settings.MAX_CODE_SIZE_BYTES = 1_000
    with pytest.raises(InvalidSubmission) as caught:
        decode_upload(b"\xff" * 1_001)
    assert caught.value.status == 413


def test_it_keeps_one_kind_of_line_end_in_comments() -> None:
    assert check(code="x = 1\n", language="python", comments="a\r\nb\n").comments == "a\nb"
