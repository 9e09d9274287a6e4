"""Deceiving characters are found in any language, and lines are counted as editors count them."""

import pytest

from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.text import count_lines, hits, task


def rules(code: str, language: str = "python") -> list[str]:
    return [hit.rule for hit in hits(code, language)]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("a = 'x\u202e y'", "bidi-control"),
        ("a = 'x\u2066y'", "bidi-control"),
        ("pass\u200bword = 1", "invisible-character"),
        ("a\u00adb = 1", "invisible-character"),
        ("a = '\ufeff'", "invisible-character"),
        ("a = 'caf\ufffd'", "replacement-character"),
        ("a = '\x1b[2J'", "control-character"),
        ("p\u0430ssword = 1", "lookalike-identifier"),
        ("x" * 1001, "long-line"),
        ("const a = 1;\nfunction f() {\n  return a === 2;\n}\n", "other-language"),
    ],
)
def test_it_flags_what_deceives_a_reader(code, rule):
    assert rules(code) == [rule]


@pytest.mark.parametrize(
    "code",
    [
        "\ufeffa = 1\n",  # a byte order mark at the start is how some editors save
        "# ünïcödé, 漢字 and русский текст\n",
        "a = '👩\u200d💻'\n",  # the joiner makes one picture of two
        "\tif a:\f\r\n",
        "größe = 1\n",
        "λ = 1\n",
    ],
)
def test_it_leaves_ordinary_text_alone(code):
    assert rules(code) == []


def test_it_names_the_character_and_its_place():
    (hit,) = hits("ok = 1\nx = '\u202e'\n", "python")
    assert (hit.line, hit.column) == (2, 6)
    assert "U+202E right-to-left override" in hit.detail


def test_it_reports_a_line_once_and_at_most_twenty_lines():
    assert len(rules("\u200b\u200b\n" * 50)) == 20


def test_it_counts_code_comment_and_blank_lines():
    code = ["/* a", "", "b */", "int x; // c", "// d", "", "/* e */ int y;", ""]
    assert count_lines(code, LANGUAGES["c"]) == (2, 3)


def test_it_measures_bytes_and_not_characters():
    measured = task({"code": "é\r\nab\rc\n", "language": "python"})
    assert (measured["size_bytes"], measured["lines"], measured["longest_line"]) == (9, 3, 2)
