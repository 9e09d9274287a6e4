"""The fixer of commands with values: the same for plain words, and no shell for hostile ones."""

from pathlib import Path

import pytest

from pipeline.tests.fixing import fixed, refusal, run

RULE = "shell-values"
HOSTILE = "x; touch owned"
LISTING = """\
import subprocess

def listing(name):
    return subprocess.check_output(f"ls -d '{name}'", shell=True, text=True)  # one line
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two files."""
    (tmp_path / "a").touch()
    (tmp_path / "b c").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["a", "b c"])
def test_it_gives_the_same_answer_for_good_values(name: str):
    assert run(fixed(LISTING, RULE))["listing"](name) == run(LISTING)["listing"](name)


def test_it_runs_no_second_command(folder: Path):
    code = "import os\ndef f(name):\n    os.system('touch ' + name)\n"
    run(fixed(code, RULE))["f"](HOSTILE)
    assert not (folder / "owned").exists()
    run(code)["f"](HOSTILE)
    assert (folder / "owned").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("subprocess.run(f'ping -c 1 {host}', shell=True)",
         "subprocess.run(['ping', '-c', '1', f'{host}'])"),
        ("r = subprocess.call(f'ping {h}', shell=True)", "r = subprocess.call(['ping', f'{h}'])"),
        ('subprocess.call("ping %s" % (host,), shell=True)',
         'subprocess.call(["ping", f"{host}"])'),
        ('subprocess.call("dig --at={} {}".format(a.b, c), shell=True)',
         'subprocess.call(["dig", f"--at={a.b}", f"{c}"])'),
        ("subprocess.run(f'ping {d[\"h\"]}',  # once\n  shell=True)",
         "subprocess.run(['ping', f'{d[\"h\"]}'],  # once\n  shell=False)"),
    ],
)  # fmt: skip
def test_it_knows_the_forms(before: str, after: str):
    assert fixed(f"import subprocess\n{before}\n", RULE) == f"import subprocess\n{after}\n"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("os.system(f'{tool} -v')", "fixed list"),
        ("os.system(f'ls {options}')", "several"),
        ("os.system(f'ls {name} > out')", "'>'"),
        ("os.system(f'ls {shlex.quote(name)}')", "quoted"),
        ("status = os.system(f'ls {name}')", "127"),
        ("os.system(f'cd {name}')", "shell itself"),
    ],
)
def test_it_refuses_where_the_effect_is_not_sure(line: str, word: str):
    assert word in refusal(f"import os, shlex\n{line}\n", RULE)
