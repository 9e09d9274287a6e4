"""The mktemp fixer: the file is ours from the start, and is written and read as before."""

import stat
from pathlib import Path

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "mktemp"
WRITE = """\
import tempfile

def store(text):
    name = tempfile.mktemp(suffix=".txt")  # for the report
    with open(name, "w") as out:
        out.write(text)
    return name
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_it_writes_the_same_file():
    place = Path(run(fixed(WRITE, RULE))["store"]("hello"))
    assert place.read_text() == "hello"
    assert place.suffix == ".txt"


def test_it_keeps_others_from_taking_the_name_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    trap, secret = tmp_path / "trap.txt", tmp_path / "elsewhere"
    trap.symlink_to(secret)
    monkeypatch.setattr("tempfile._get_candidate_names", lambda: iter(["trap", "free"]))
    monkeypatch.setattr("tempfile.gettempprefix", lambda: "")
    monkeypatch.setattr("tempfile.template", "")
    place = Path(run(fixed(WRITE, RULE))["store"]("hello"))
    assert (place.name, secret.exists()) == ("free.txt", False)


def test_it_lets_only_the_owner_read():
    place = Path(run(fixed(WRITE, RULE))["store"]("hello"))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_it_closes_the_handle_and_keeps_the_comment():
    assert fixed(WRITE, RULE).splitlines()[4:6] == [
        '    name_handle, name = tempfile.mkstemp(suffix=".txt")  # for the report',
        "    os.close(name_handle)",
    ]


def test_it_keeps_line_endings_and_picks_a_free_name():
    code = (
        "import os, tempfile\r\nn_handle = 1\r\nn = tempfile.mktemp()\r\nopen(n, 'w').close()\r\n"
    )
    assert fixed(code, RULE).splitlines(keepends=True)[2:4] == [
        "n_handle_, n = tempfile.mkstemp()\r\n",
        "os.close(n_handle_)\r\n",
    ]


def test_it_follows_an_imported_name():
    code = "from tempfile import mktemp as make\nn = make('.x')\nopen(n, 'wb').close()\n"
    result = fixed(code, RULE)
    assert "n_handle, n = tempfile.mkstemp('.x')" in result
    assert run(result)["n"].endswith(".x")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("n = tempfile.mktemp()\nos.mkdir(n)", "not to exist"),
        ("n = tempfile.mktemp()\nos.mkfifo(n)\nopen(n, 'w')", "not to exist"),
        ("n = tempfile.mktemp()\nopen(n, 'x')", "not to exist"),
        ("n = tempfile.mktemp()\nif a:\n    open(n, 'w')\nelse:\n    os.mkdir(n)", "not to exist"),
        ("n = tempfile.mktemp()\nn = 'x'\nopen(n, 'w')", "not to exist"),
        ("n = tempfile.mktemp()\na and open(n, 'w')", "not to exist"),
        ("n = tempfile.mktemp()\nprint(n)", "not to exist"),
        ("print(tempfile.mktemp())", "assigned"),
        ("if a: n = tempfile.mktemp()", "assigned"),
        ("self.n = tempfile.mktemp()", "assigned"),
    ],
)
def test_it_refuses_where_the_path_may_have_to_be_free(line: str, word: str):
    assert word in refusal(f"import os, tempfile\n{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    ["import tempfile\ntempfile.mkstemp()\n", "def f(tempfile):\n    n = tempfile.mktemp()\n"],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
