"""The fixer of os.popen: the same output, read without a shell."""

import os
import subprocess
from contextlib import ExitStack

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

RULE = "popen-read"
CODE = "import os\n\ndef kernel():\n    return os.popen('uname -s').read().strip()  # name\n"


def test_it_reads_the_same_output(monkeypatch: pytest.MonkeyPatch):
    real = os.popen
    with ExitStack() as pipes:  # the original leaves its pipe open
        monkeypatch.setattr(os, "popen", lambda command: pipes.enter_context(real(command)))
        before = run(CODE)["kernel"]()
    assert run(fixed(CODE, RULE))["kernel"]() == before != ""


def test_it_starts_no_shell_that_the_environment_could_steer():
    recorder = Recorder("subprocess", "run")
    recorder.module.PIPE = subprocess.PIPE  # type: ignore[attr-defined]
    recorder._answer.stdout = "x"
    run(fixed(CODE, RULE), subprocess=recorder.module)["kernel"]()
    assert recorder.calls[0][1] == (["uname", "-s"],)


def test_it_keeps_the_rest_of_the_line_and_imports_once():
    result = fixed(CODE, RULE)
    assert result.startswith("import subprocess\nimport os\n")
    assert result.endswith(".stdout.strip()  # name\n")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("os.popen(f'ls {name}').read()", "put together"),
        ("os.popen('ls | wc').read()", "'|'"),
        ("p = os.popen('git log')", "pipe"),
        ("try:\n    os.popen('git log').read()\nexcept ValueError:\n    pass", "FileNotFoundError"),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    assert word in refusal(f"import os\n{line}\n", RULE)


def test_it_leaves_other_things_alone():
    assert untouched("def f(os):\n    return os.popen('ls').read()\n")
