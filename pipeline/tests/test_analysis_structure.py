"""The parts of Python code are described by what they do, not by what they are called."""

import ast

import pytest

from pipeline.analysis.behaviour import describe_function
from pipeline.analysis.environment import assumptions
from pipeline.analysis.names import Imports
from pipeline.analysis.nodes import walk
from pipeline.analysis.structure import task


def described(code: str) -> str:
    tree = ast.parse(code)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return describe_function(functions[-1], Imports(tree), frozenset(f.name for f in functions))


def assumed(code: str) -> list[str]:
    tree = ast.parse(code)
    return assumptions(walk(tree), Imports(tree))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def f(p):\n    return open(p).read()", "reads a file"),
        ("def f(p):\n    open(p, 'w').write('')", "writes a file"),
        ("def f(p):\n    open(p, mode='ab')", "writes a file"),
        (
            "import os\ndef load(x):\n    os.system('ls ' + x)",
            "shell command built from its argument x",
        ),
        ("import subprocess as s\ndef f():\n    s.run(['ls'])", "runs another program"),
        ("from subprocess import run\ndef f(c):\n    run(c, shell=True)", "runs a shell command"),
        ("import requests\ndef f():\n    requests.get('http://x')", "makes http requests"),
        ("def f(db):\n    db.execute('x')", "runs sql statements"),
        ("import os\ndef f():\n    return os.environ['X']", "reads environment variables"),
        ("from pathlib import Path\ndef f():\n    Path('x').unlink()", "deletes a file"),
        ("import shutil\ndef f(p):\n    shutil.rmtree(p)", "deletes whole directory trees"),
        ("def f():\n    raise ValueError('x')", "raises valueerror"),
        ("def g(): pass\ndef f():\n    g()", "calls g()"),
        ("def f(n):\n    return f(n - 1)", "calls itself"),
        ("def f():\n    yield 1", "yields values one by one"),
        ("def f():\n    return {}", "returns a dictionary"),
        ("def f(x):\n    if x:\n        return 1\n    return None", "returns a number or nothing"),
        ("def f(x):\n    x.y = 1", "returns nothing"),
        ("@app.get('/x')\ndef f():\n    return ''", "answers web requests to /x"),
    ],
)
def test_it_says_what_a_function_does(code, said):
    assert said in described(code).lower()


def test_it_is_not_taken_in_by_a_name_or_a_docstring():
    text = described("import os\ndef read_only_check():\n    '''Only looks.'''\n    os.remove('x')")
    assert text == "Deletes files, returns nothing."


def test_it_says_when_a_function_touches_nothing():
    assert "no call that is known to touch files, network or processes" in described(
        "def f(a):\n    return a + 1"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("self.dict.sync()", "Calls self.dict.sync(), returns nothing."),
        ("vendor.client().send(x)", "Calls send() and vendor.client(), returns nothing."),
        ("callbacks[0](x)", "Calls what it was given, returns nothing."),
    ],
)
def test_it_does_not_call_harmless_what_it_cannot_judge(body, said):
    assert described(f"def f(self, x, callbacks):\n    {body}\n") == said


def test_it_says_that_an_empty_function_does_nothing():
    assert "no body" in described("def f():\n    '''Later.'''\n    ...")


def test_it_leaves_the_return_of_an_inner_function_to_the_inner_function():
    assert "returns nothing" in described("def f():\n    def g():\n        return 1\n    g")


def test_it_lists_parts_in_order_with_their_lines():
    code = (
        '"""Does things."""\nimport os\n\nclass A(B):\n    def m(self):\n        pass\n\n'
        "def f():\n    pass\n\nif __name__ == '__main__':\n    f()\n"
    )
    parts = task({"code": code})["components"]
    assert [(p["kind"], p["name"], p["line"]) for p in parts] == [
        ("module", "(file)", 1),
        ("class", "A", 4),
        ("method", "A.m", 5),
        ("function", "f", 8),
        ("statement", "entry point", 11),
    ]
    assert parts[0]["description"] == 'Says of itself: "Does things."'
    assert "A kind of B" in parts[1]["description"]
    assert "calls f()" in parts[4]["description"]


def test_it_says_what_importing_already_does():
    (module,) = task({"code": "import os\nos.remove('x')\n"})["components"]
    assert module["description"] == "Importing it already deletes files."


def test_it_splits_imports_by_origin():
    code = "import os, requests\nfrom . import models\nfrom xml.dom import minidom\n"
    assert task({"code": code})["imports"] == [
        "os (standard library)",
        "requests (third party)",
        ". (own package)",
        "xml (standard library)",
    ]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import os\nos.environ['HOME_URL']", "The environment variable HOME_URL is set"),
        ("import os\nos.getenv('LEVEL', 'x')", "The environment variable LEVEL may be set"),
        ("open('/etc/shop.toml')", "The file /etc/shop.toml is where it looks for it"),
        ("u = 'https://api.example.org:8443/v1'", "The host api.example.org:8443 can be reached"),
        ("u = 'redis://me:pw@cache/0'", "The host cache can be reached"),
        ("import subprocess\nsubprocess.run(['git', 'x'])", "The program git is installed"),
        ("import os\nos.system(f'convert {x}')", "The program convert is installed"),
        ("app.run(port=5000)", "The port 5000 is free, or answers"),
        ("import fcntl", "It runs on Unix (fcntl)"),
        ("import winreg", "It runs on Windows (winreg)"),
        ("match x:\n    case 1: pass", "Python 3.10 or later runs it"),
        ("try:\n    x\nexcept* ValueError:\n    pass", "Python 3.11 or later runs it"),
        ("from .a import b", "It is imported as part of its package"),
    ],
)
def test_it_reads_what_the_code_expects_of_its_environment(code, sentence):
    assert sentence in assumed(code)


def test_it_does_not_take_setting_a_variable_for_needing_it():
    assert assumed("import os\nos.environ['X'] = '1'") == []
