"""Which files a review finds, and what it says about paths that it cannot read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from pipeline.management.reviewing.paths import CannotRead, Target, read, targets_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: Path, text: str = "x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def shown(*paths: str, language: str | None = None) -> list[str]:
    found = list(targets_of(paths, language))
    return [item.shown if isinstance(item, Target) else f"! {item}" for item in found]


def test_it_finds_known_languages_in_folders_and_sorts_them(here: Path) -> None:
    for name in ("b/two.py", "b/one.js", "a.sh", "notes.txt", "b/picture.png"):
        put(here / name)
    assert shown(".") == ["a.sh", "b/one.js", "b/two.py"]


def test_it_knows_a_script_by_its_first_line(here: Path) -> None:
    put(here / "tool", "#!/usr/bin/env python3\n")
    put(here / "LICENSE", "words\n")
    assert shown(".") == ["tool"]


@pytest.mark.parametrize(
    "name", [".git", ".venv", "node_modules", "__pycache__", ".tox", "env/lib"]
)
def test_it_skips_what_is_not_the_users_own_code(here: Path, name: str) -> None:
    put(here / name / "x.py")
    put(here / "env" / "pyvenv.cfg")
    put(here / "mine.py")
    assert shown(".") == ["mine.py"]


def test_it_takes_only_the_chosen_language_from_a_folder(here: Path) -> None:
    put(here / "a.py")
    put(here / "a.go")
    assert shown(".", language="go") == ["a.go"]


def test_it_survives_loops_of_links(here: Path) -> None:
    put(here / "src" / "a.py")
    (here / "src" / "again").symlink_to(here / "src", target_is_directory=True)
    (here / "src" / "self.py").symlink_to("self.py")
    assert shown("src")[:1] == ["src/a.py"]
    assert len(shown("src")) == 2


def test_it_reviews_each_file_once(here: Path) -> None:
    put(here / "a.py")
    (here / "b.py").symlink_to("a.py")
    assert shown("a.py", "./a.py", ".") == ["a.py"]


def test_it_takes_a_named_file_whatever_it_is_called(here: Path) -> None:
    put(here / "snippet.txt")
    assert shown("snippet.txt") == ["snippet.txt"]


def test_it_says_what_is_missing(here: Path) -> None:
    assert shown("nope.py") == ["! nope.py: there is no such file or folder."]


def test_it_says_when_a_folder_holds_nothing_to_review(here: Path) -> None:
    put(here / "docs" / "a.txt")
    assert shown("docs") == ["! docs: no source files in this folder."]


def test_it_keeps_relative_paths_for_output_without_leaving_it(here: Path) -> None:
    put(here / "work" / "src" / "a.py")
    other = put(here / "other" / "b.py")
    os.chdir(here / "work")
    inside = [item.inside for item in targets_of(["src", "../other", str(other)], None)]  # type: ignore[union-attr]
    assert [path.as_posix() for path in inside] == ["src/a.py", "other/b.py"]


def test_it_reads_text_character_for_character(here: Path) -> None:
    (here / "a.py").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r")
    (target,) = targets_of(["a.py"], None)
    assert isinstance(target, Target)
    assert read(target) == "\ufeffa = 1\r\nb = 2\r"


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"a\0b", "binary"), (b"caf\xe9", "not UTF-8"), (b"\xff\xfea\0", "UTF-16")],
)
def test_it_refuses_what_is_not_text(here: Path, data: bytes, said: str) -> None:
    (here / "a.py").write_bytes(data)
    (target,) = targets_of(["a.py"], None)
    assert isinstance(target, Target)
    with pytest.raises(CannotRead, match=said):
        read(target)


def test_it_reads_no_further_than_the_limit(here: Path, settings: Settings) -> None:
    settings.MAX_CODE_SIZE_BYTES = 1000
    (target,) = targets_of(["/dev/zero"], "python")
    assert isinstance(target, Target)
    with pytest.raises(CannotRead, match="larger than the 1,000 bytes"):
        read(target)


def test_it_shows_names_that_are_not_utf8(here: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (here / name).write_text("x = 1\n")
    assert shown(".") == ["caf\\xe9.py"]
