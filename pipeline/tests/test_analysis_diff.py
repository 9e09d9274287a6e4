"""Diffs are correct for any two texts, and quick for the worst."""

import difflib
import random
import subprocess
import time

import pytest

from pipeline.analysis.diff import opcodes, rows, unified


def patched(original: str, diff: str, directory) -> str:
    """What the system's patch makes of the original."""
    target = directory / "code"
    target.write_bytes(original.encode())
    command = ["patch", "--binary", "-s", "-o", "out", "code"]
    subprocess.run(command, input=diff.encode(), cwd=directory, check=True)  # noqa: S603
    return (directory / "out").read_bytes().decode()


def rebuilt_from(old, new):
    """The new lines put together from the opcodes; checks that they cover both sides."""
    result, i, j = [], 0, 0
    for tag, start_old, end_old, start_new, end_new in opcodes(old, new):
        assert (start_old, start_new) == (i, j)
        same = old[start_old:end_old] == new[start_new:end_new]
        assert same == (tag == "equal")
        result += old[start_old:end_old] if tag == "equal" else new[start_new:end_new]
        i, j = end_old, end_new
    assert (i, j) == (len(old), len(new))
    return result


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("", "a"),
        ("abc", ""),
        ("abc", "abd"),
        ("abcdef", "abXcdeYf"),
        ("aaaa", "aa"),
        ("abcabc", "cbacba"),
        ("xaxbxc", "axbxcx"),
    ],
)
def test_it_covers_both_texts(old, new):
    assert rebuilt_from(list(old), list(new)) == list(new)


def test_it_covers_random_texts():
    source = random.Random(3)  # noqa: S311
    for _ in range(300):
        old, new = (
            ["abcde"[source.randrange(5)] for _ in range(source.randrange(30))] for _ in "xy"
        )
        assert rebuilt_from(old, new) == new


def test_it_is_as_short_as_difflib_for_an_ordinary_edit():
    old = [f"line {n}" for n in range(200)]
    new = [*old[:50], "new", *old[50:120], *old[130:], "end"]
    ours = [o for o in opcodes(old, new) if o[0] != "equal"]
    theirs = difflib.SequenceMatcher(None, old, new).get_opcodes()
    assert ours == [o for o in theirs if o[0] != "equal"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nX\nc\n"),
        ("a\nb", "a\nb\n"),
        ("a\nb\n", "a\nb"),
        ("", "a\n"),
        ("a\n", ""),
        ("a\r\nb\r\n", "a\nb\r\n"),
        ("".join(f"{n}\n" for n in range(60)), "".join(f"{n}\n" for n in range(60) if n % 20)),
        ("\ufeffa\u2028b\x0c\n", "\ufeffa\u2028c\x0c\n"),
    ],
)
def test_it_writes_a_diff_that_patch_applies(old, new, tmp_path):
    assert patched(old, unified(old, new, "a b.py"), tmp_path) == new


def test_it_writes_nothing_for_equal_texts():
    assert unified("a\n", "a\n", "x.py") == ""
    assert rows("a\n", "a\n") == ()


def test_it_does_not_let_a_file_name_break_the_header():
    assert unified("a\n", "b\n", "x\n+++ y").startswith("--- a/x +++ y\n+++ b/x +++ y\n")


def test_it_shows_changes_side_by_side_with_context():
    old = "".join(f"{n}\n" for n in range(1, 21))
    new = old.replace("10\n", "ten\nand more\n")
    shown = [(r.kind, r.left_line, r.right_line, r.count) for r in rows(old, new)]
    assert shown == [
        ("skipped", None, None, 6),
        ("same", 7, 7, 0),
        ("same", 8, 8, 0),
        ("same", 9, 9, 0),
        ("changed", 10, 10, 0),
        ("added", None, 11, 0),
        ("same", 11, 12, 0),
        ("same", 12, 13, 0),
        ("same", 13, 14, 0),
        ("skipped", None, None, 7),
    ]


def test_it_shows_few_unchanged_lines_rather_than_counting_them():
    old = "".join(f"{n}\n" for n in range(1, 21))
    new = old.replace("5\n", "five\nand more\n", 1).replace("14\n", "fourteen\n")
    new = new.replace("18\n", "eighteen\n")
    shown = rows(old, new)
    lines = [row.left_line for row in shown if row.left_line]
    assert lines == list(range(1, 21))
    assert all(row.left == row.right for row in shown if row.kind == "same")
    assert "skipped" not in {row.kind for row in shown}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\n" * 50_000, "b\na\n" * 50_000),
        ("a\n" * 100_000, "a\n" * 50_000),
        ("".join(f"{n}\n" for n in range(50_000)), "".join(f"{n}\n" for n in range(50_000, 0, -1))),
        ("x" * 1_000_000, "y" * 1_000_000),
        ("\n".join("ab" * 30_000), "\n".join("ba" * 30_000)),
    ],
    ids=["alternating", "shortened", "reversed", "one line", "letters"],
)
def test_it_is_quick_for_hostile_texts(old, new):
    started = time.process_time()
    assert unified(old, new, "x")
    assert rows(old, new)
    assert time.process_time() - started < 5
