"""The shell fixer: plain constant commands do the same without a shell, all others stay."""

import subprocess
from pathlib import Path

import pytest

from pipeline.tests.fixing import Recorder, fixed, rebuild, refusal, run, untouched

RULE = "shell-true"
LISTING = """\
import subprocess

def listing():
    return subprocess.check_output("ls -1 'a b' c", shell=True, text=True)  # sorted
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two files."""
    (tmp_path / "a b").touch()
    (tmp_path / "c").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_it_runs_the_same_command_with_the_same_answer():
    assert run(fixed(LISTING, RULE))["listing"]() == run(LISTING)["listing"]() == "a b\nc\n"


def test_it_hands_over_words_and_no_shell():
    recorder = Recorder("subprocess", "check_output")
    run(fixed(LISTING, RULE), subprocess=recorder.module)["listing"]()
    assert recorder.calls == [("check_output", (["ls", "-1", "a b", "c"],), {"text": True})]


def test_it_takes_away_the_shell_that_the_environment_could_steer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """bash as sh runs functions that the environment defines; no shell, no such functions."""
    code = "import subprocess\ndef f():\n    subprocess.check_call('ls -d .', shell=True)\n"
    after = fixed(code, RULE)
    started: list[object] = []

    class Popen(subprocess.Popen):
        def __init__(self, args: object, **options: object) -> None:
            started.append((args, options.get("shell", False)))
            super().__init__(args, **options)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    monkeypatch.chdir(tmp_path)
    run(code)["f"]()
    run(after)["f"]()
    assert started == [("ls -d .", True), (["ls", "-d", "."], False)]


def test_it_keeps_quotes_comments_and_the_other_arguments():
    line = '    return subprocess.check_output(["ls", "-1", "a b", "c"], text=True)  # sorted'
    assert fixed(LISTING, RULE).splitlines()[3] == line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("subprocess.call('git gc', shell=True)", "subprocess.call(['git', 'gc'])"),
        ("subprocess.run(shell=True, args='git gc')", "subprocess.run(args=['git', 'gc'])"),
        ('p = subprocess.Popen("a " "b", shell=True)', 'p = subprocess.Popen(["a", "b"])'),
        (
            "r = subprocess.run('ls', shell=True)\nr.stdout",
            "r = subprocess.run(['ls'])\nr.stdout",
        ),
        (
            "subprocess.run('ls',  # all\n  shell=True)",
            "subprocess.run(['ls'],  # all\n  shell=False)",
        ),
    ],
)
def test_it_knows_the_forms_of_the_call(before: str, after: str):
    assert fixed(f"import subprocess\n{before}\n", RULE) == f"import subprocess\n{after}\n"


def test_it_replaces_os_system_whose_status_nobody_reads(folder: Path):
    code = 'import os\ndef f():\n    os.system("touch made")\n'
    result = fixed(code, RULE)
    assert result.startswith("import subprocess\nimport os\n")
    run(result)["f"]()
    assert (folder / "made").exists()


def test_it_ignores_a_failing_command_like_os_system_does():
    names = run(fixed('import os\nos.system("ls /nowhere-at-all")\nend = 1\n', RULE))
    assert names["end"] == 1


@pytest.mark.parametrize(
    "command",
    [
        "ls | wc -l", "ls; id", "ls && id", "ls > out", "cat < in", "ls *.py", "ls ?", "echo hi",
        "ls $HOME", "ls ~", "cd /tmp", "export A=1", "A=1 env", "ls `id`", "ls {a,b}", "dir /b",
        "ls 'a", "", "ls %TEMP%", "npm install", "./run", "run.sh", "sleep 5 &", "ls\nid",
        "copy a b", "ls '*'", "[ -f x ]", "! ls", "tool.cmd x",
    ],
)  # fmt: skip
def test_it_refuses_whatever_a_shell_could_interpret(command: str):
    assert refusal(f"import subprocess\nsubprocess.run({command!r}, shell=True)\n", RULE)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("subprocess.run('ls {n}'.format(n=name), shell=True)", "put together"),
        ("subprocess.run(command, shell=True)", "put together"),
        ("subprocess.run(['ls', '-l'], shell=True)", "list"),
        ("subprocess.run('ls', shell=flag)", "variable"),
        ("subprocess.run('ls', shell=True, executable='/bin/bash')", "executable"),
        ("subprocess.run('ls', **options, shell=True)", "star"),
        ("if subprocess.call('git gc', shell=True): pass", "127"),
        ("r = subprocess.run('git gc', shell=True)\nprint(r.returncode)", "127"),
        ("def f():\n    r = subprocess.run('git gc', shell=True)\n    return r", "127"),
        ("p = subprocess.Popen('git gc', shell=True)\nprint('ran ' + p.args)", "127"),
        ("return_code = subprocess.Popen('git gc', shell=True).wait()", "127"),
        ("self.p = subprocess.Popen('git gc', shell=True)", "127"),
        (
            "try:\n    try:\n        os.system('git gc')\n    finally:\n        pass\n"
            "except ValueError:\n    pass",
            "FileNotFoundError",
        ),
        ("status = os.system('git gc')", "127"),
        ("os.system(command)", "put together"),
        (
            "try:\n    subprocess.check_call('git gc', shell=True)\n"
            "except subprocess.CalledProcessError:\n    pass",
            "FileNotFoundError",
        ),
    ],
)
def test_it_refuses_where_the_effect_is_not_sure(line: str, word: str):
    assert word in refusal(f"import os, subprocess\n{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\nsubprocess.run(['ls'])\nsubprocess.run('ls', shell=False)\n",
        "def f(subprocess):\n    subprocess.run('ls', shell=True)\n",
        "from fabric import subprocess\nsubprocess.run('ls', shell=True)\n",
        "class os:\n    system = print\nos.system('ls')\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)


def test_it_follows_imported_and_renamed_functions():
    code = "from subprocess import run as go\nfrom os import system\ngo('ls', shell=True)\n"
    assert "go(['ls'])" in fixed(code, RULE)


def test_it_names_the_line_of_the_call():
    (change,) = rebuild("import subprocess\n\nsubprocess.run(\n  'ls', shell=True)\n").changes
    assert (change.line, change.cwe) == (3, 78)
