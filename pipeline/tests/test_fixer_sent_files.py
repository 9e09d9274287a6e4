"""The fixer of sent files: the same file for its name, nothing from outside of the folder."""

from pathlib import Path

import flask
import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "sent-files"
CODE = """\
import os
from flask import Flask, send_file

FOLDER = "docs"

def download(name):
    return send_file(os.path.join(FOLDER, name), as_attachment=True)  # one
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder for an application: one file to send, and another one beside its folder."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("hello")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


def answer(root: Path, code: str, name: str) -> tuple[int, bytes, str | None]:
    """What an application with ``code`` as its view answers to a request for ``name``."""
    app = flask.Flask("sample", root_path=str(root))
    app.add_url_rule("/get", "download", lambda: run(code)["download"](flask.request.args["n"]))
    with app.test_client().get("/get", query_string={"n": name}) as response:
        return response.status_code, response.data, response.headers.get("Content-Disposition")


def test_it_sends_the_same_file(root: Path):
    sent = answer(root, CODE, "a.txt")
    assert answer(root, fixed(CODE, RULE), "a.txt") == sent
    assert sent[:2] == (200, b"hello")


def test_it_sends_nothing_from_outside(root: Path):
    assert answer(root, CODE, "../secret.txt")[:2] == (200, b"secret")
    assert answer(root, fixed(CODE, RULE), "../secret.txt")[0] == 404
    assert answer(root, fixed(CODE, RULE), str(root / "secret.txt"))[0] == 404


def test_it_keeps_layout_and_imports_from_flask_alone():
    result = fixed(CODE, RULE).splitlines()
    assert result[1] == "from flask import Flask, send_file, send_from_directory"
    assert result[-1] == "    return send_from_directory(FOLDER, name, as_attachment=True)  # one"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("send_file(os.path.join(folder, name))", "folder"),
        ("send_file(os.path.join(FOLDER, row['file']))", "folder"),
        ("send_file(os.path.join(FOLDER, user, name))", "folder"),
        ("send_file(os.path.join(FOLDER, request.args['n']), 'text/plain')", "folder"),
        ("path = os.path.join(FOLDER, n)\nlog(path)\nsend_file(path)", "folder"),
        (
            "try:\n    send_file(os.path.join(FOLDER, request.args['n']))\n"
            "except OSError:\n    pass",
            "missing",
        ),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    head = "import os\nfrom flask import request, send_file\nFOLDER = 'docs'\n"
    assert word in refusal(f"{head}{line}\n", RULE)


def test_it_leaves_fixed_names_alone():
    head = "import os\nfrom flask import send_file\nFOLDER = 'docs'\n"
    assert untouched(f"{head}send_file(os.path.join(FOLDER, 'a.txt'))\nsend_file(other)\n")
