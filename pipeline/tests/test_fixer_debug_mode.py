"""The debug fixer: evident Flask applications and Django settings only."""

from types import ModuleType

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

RULE = "debug-mode"
FLASK = """\
from flask import Flask
app = Flask(__name__)
def serve():
    app.run(host="127.0.0.1", debug=True)  # the service
"""
SETTINGS = '''\
"""Settings of the site."""

import os.path
from pathlib import Path

DEBUG = True
ALLOWED_HOSTS = ["a.example"]
INSTALLED_APPS = []
'''


def flask_stub() -> tuple[ModuleType, list[dict[str, object]]]:
    """A stand-in for flask, and the options that its applications were run with."""
    seen: list[dict[str, object]] = []

    class Flask:
        def __init__(self, name: str) -> None:
            self.name = name

        def run(self, **options: object) -> None:
            seen.append(options)

    module = Recorder("flask").module
    module.Flask = Flask  # type: ignore[attr-defined]
    return module, seen


def test_it_starts_the_same_application_without_the_debugger():
    module, seen = flask_stub()
    run(FLASK, flask=module)["serve"]()
    run(fixed(FLASK, RULE), flask=module)["serve"]()
    assert seen == [
        {"host": "127.0.0.1", "debug": True},
        {"host": "127.0.0.1", "debug": False},
    ]


def test_it_changes_one_word_of_the_line():
    assert fixed(FLASK, RULE) == FLASK.replace("debug=True", "debug=False")


@pytest.mark.parametrize("line", ["app.debug = True", 'app.config["DEBUG"] = True'])
def test_it_knows_the_other_switches_of_flask(line: str):
    code = f"import flask\napp = flask.Flask(__name__)\n{line}\n"
    assert fixed(code, RULE).endswith(line.replace("True", "False") + "\n")


@pytest.mark.parametrize(("value", "debug"), [("1", True), ("0", False), (None, False)])
def test_it_lets_the_environment_decide_for_django(
    value: str | None, debug: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DJANGO_DEBUG", raising=False)
    if value is not None:
        monkeypatch.setenv("DJANGO_DEBUG", value)
    names = run(fixed(SETTINGS, RULE, filename="site/settings.py"))
    assert names["DEBUG"] is debug
    assert names["ALLOWED_HOSTS"] == ["a.example"]


def test_it_keeps_the_docstring_first():
    lines = fixed(SETTINGS.replace("import os.path\n", ""), RULE).splitlines()
    assert lines[:4] == ['"""Settings of the site."""', "", "import os", "from pathlib import Path"]


def test_it_uses_the_import_of_a_submodule():
    assert "import os\n" not in fixed(SETTINGS, RULE)


@pytest.mark.parametrize(
    ("code", "filename", "word"),
    [
        (SETTINGS, "settings/dev.py", "development"),
        (SETTINGS, "local_settings.py", "development"),
        ("DEBUG = True\n", "game.py", "settings module"),
        ("from shop import app\napp.run(debug=True)\n", "run.py", "Flask"),
        ("import flask\napp = make()\napp.run(debug=True)\n", "run.py", "Flask"),
        (SETTINGS + "if INSTALLED_APPS:\n    DEBUG = False\n", "settings.py", "more than once"),
    ],
)
def test_it_refuses_where_it_is_not_sure(code: str, filename: str, word: str):
    assert word in refusal(code, RULE, filename)


@pytest.mark.parametrize(
    "code",
    [
        "from flask import Flask\napp = Flask('x')\napp.run(debug=flag)\n",
        "import asyncio\nasyncio.run(main(), debug=True)\n",
        "def f(self):\n    self.debug = True\n",
        "class A:\n    DEBUG = True\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
