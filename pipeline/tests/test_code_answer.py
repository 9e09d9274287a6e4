"""The rebuilt file is found in whatever a model writes, and keeps the original's form."""

from __future__ import annotations

import pytest

from pipeline.steps.code_answer import extract_code, like_original

ORIGINAL = "import os\n\n\ndef run(name):\n    os.system('ls ' + name)\n"
REBUILT = "import subprocess\n\n\ndef run(name):\n    subprocess.run(['ls', name])"


def code_of(answer: str, original: str = ORIGINAL) -> str | None:
    block = extract_code(answer, original)
    return block.code if block else None


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{REBUILT}\n```",
        f"```\n{REBUILT}\n```\n",
        f"~~~py\n{REBUILT}\n~~~",
        f"```javascript\n{REBUILT}\n```",
        f"Here is the code:\n\n```python\n{REBUILT}\n```\n\nI replaced the shell.",
        f"````python\n{REBUILT}\n````",
        f"```python\r\n{REBUILT}\r\n```".replace("\n", "\r\n").replace("\r\r", "\r"),
        f"```python title=run.py\n{REBUILT}\n```",
        REBUILT,
        f"Here is the rebuilt file:\n\n{REBUILT}\n\nThe shell is gone now.",
    ],
)
def test_it_finds_the_code(answer: str) -> None:
    assert code_of(answer) == REBUILT


def test_it_takes_the_block_that_is_most_like_the_original() -> None:
    answer = f"```bash\npip install x\n```\n```python\n{REBUILT}\n```\n```python\nrun('a')\n```"
    assert code_of(answer) == REBUILT


def test_it_keeps_fences_that_belong_to_the_file() -> None:
    original = '"""Doc.\n\n```\nexample\n```\n"""\nx = 1\n'
    assert code_of(f"````python\n{original.rstrip()}\n````", original) == original.rstrip()
    assert code_of(f"```python\n{original.rstrip()}\n```", original) == original.rstrip()


def test_it_takes_a_block_that_was_never_closed_and_says_so() -> None:
    block = extract_code(f"```python\n{REBUILT}", ORIGINAL)
    assert block is not None
    assert (block.code, block.closed) == (REBUILT, False)


@pytest.mark.parametrize(
    "answer", ["", "\n\n", "```python\n```", "I cannot help with that.", "I will not do this!"]
)
def test_it_finds_no_code_where_there_is_none(answer: str) -> None:
    assert code_of(answer) is None


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("a\nb\n", "x\ny\n"),
        ("a\nb", "x\ny"),
        ("a\r\nb\r\n", "x\r\ny\r\n"),
        ("a\rb\r", "x\ry\r"),
        ("\ufeffa\n", "\ufeffx\ny\n"),
        ("a\r\nb\r\nc\n", "x\r\ny\r\n"),
        ("one line", "x\ny"),
    ],
)
def test_it_keeps_line_endings_final_newline_and_mark(original: str, expected: str) -> None:
    assert like_original("x\ny\n\n", original) == expected
