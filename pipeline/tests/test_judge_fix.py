"""manage.py judge_fix: one pair of files, its ledger as JSON, and clear words for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

BAD = "import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    original, rebuilt = tmp_path / "original.py", tmp_path / "rebuilt.py"
    original.write_text(BAD)
    rebuilt.write_text(BAD.replace("yaml.load", "yaml.safe_load"))
    return original, rebuilt


def test_it_prints_the_ledger_and_the_confidence(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("judge_fix", *map(str, pair))
    said = json.loads(capsys.readouterr().out)
    assert (said["confidence"], said["rule"], said["language"]) == (
        "HIGH",
        "behaviour-proven",
        "python",
    )
    assert {row["outcome"] for row in said["ledger"]} <= {"pass", "fail", "not-run"}
    assert all(row["id"] and row["title"] and row["reason"] for row in said["ledger"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a\x00b", "NUL"),
        (b"x" * 200_000, "larger than"),
        (None, "No such file"),
    ],
)
def test_it_says_in_one_line_why_a_file_cannot_be_judged(
    pair: tuple[Path, Path], content: bytes | None, said: str
) -> None:
    pair[1].unlink() if content is None else pair[1].write_bytes(content)
    with pytest.raises(CommandError, match=said) as refused:
        call_command("judge_fix", *map(str, pair))
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


def test_it_asks_for_a_language_that_it_cannot_tell(pair: tuple[Path, Path]) -> None:
    unnamed = pair[0].rename(pair[0].with_suffix(""))
    unnamed.write_text("hello")
    with pytest.raises(CommandError, match="--language"):
        call_command("judge_fix", str(unnamed), str(pair[1]))


def test_it_judges_what_does_not_parse_as_low(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    pair[1].write_text("def read(:\n")
    call_command("judge_fix", *map(str, pair))
    assert json.loads(capsys.readouterr().out)["confidence"] == "LOW"
