"""bandit and ruff find what is there, ignore suppressions, and their noise is curated."""

import pytest

from pipeline.analysis import sandbox
from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.scanners import ruff


def scan(code: str) -> list[dict]:
    """What both scanners report, bandit first."""
    answers = [sandbox.run(scanner, {"code": code}) for scanner in ("bandit", "ruff")]
    return answers[0]["findings"] + answers[1]["findings"]


def severities(code: str, rule: str) -> set[str]:
    """The severities that both scanners give to a security rule, such as 602."""
    return {f["severity"] for f in scan(code) if f["rules"][0] in (f"B{rule}", f"S{rule}")}


@pytest.mark.parametrize(
    ("code", "cwe"),
    [
        ("import subprocess\ndef f(c):\n    subprocess.run('ls ' + c, shell=True)\n", 78),
        ("def f(c):\n    return eval(c)\n", 95),
        ("def f(d, n):\n    d.execute(\"SELECT * FROM a WHERE n = '%s'\" % n)\n", 89),
        ("import pickle\ndef f(b):\n    return pickle.loads(b)\n", 502),
        ("import yaml\ndef f(b):\n    return yaml.load(b)\n", 502),
        ("import hashlib\nhashlib.md5(b'')\n", 328),
        ("import requests\nrequests.get('https://x', verify=False, timeout=1)\n", 295),
        ("import requests\nrequests.get('https://x')\n", 1088),
        ("import tempfile\ntempfile.mktemp()\n", 377),
        ("import tarfile\ntarfile.open('x').extractall()\n", 22),
        ("import os\nos.chmod('x', 0o777)\n", 732),
        ("password = 'hunter2!'\n", 798),
    ],
)
def test_it_finds_known_weaknesses_with_both_scanners(code, cwe):
    found = scan(code)
    assert {f["sources"][0] for f in found if f["cwe"] == cwe} == {"bandit", "ruff"}


@pytest.mark.parametrize(
    "comment", ["# nosec", "# noqa", "# nosec B602", "# noqa: S602", "# ruff: noqa"]
)
def test_it_ignores_what_the_author_wants_ignored(comment):
    code = f"{comment}\nimport subprocess\nsubprocess.run(x, shell=True)  {comment}\n"
    assert severities(code, "602") == {"HIGH"}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\nsubprocess.run(['git', 'status'])\n",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-V'])\n",
        "import pickle, telnetlib\n",
        "import os\nos.chmod('x', 0o755)\n",
        "assert 1 == 1\n",
        "PASSWORD_FIELD = 'password'\n",
        "def f(password='changeme'):\n    pass\n",
        "import urllib.request\nurllib.request.urlopen('https://example.org', timeout=1)\n",
        "import hashlib\nhashlib.md5(b'', usedforsecurity=False)\n",
    ],
)
def test_it_drops_noise(code):
    assert scan(code) == []


def test_it_tells_a_constant_shell_command_from_one_put_together():
    assert severities("import subprocess\nsubprocess.run('ls -l', shell=True)\n", "602") == {"LOW"}
    assert severities("import subprocess\nsubprocess.run(x, shell=True)\n", "602") == {"HIGH"}


def test_it_takes_predictable_numbers_seriously_only_for_secrets():
    assert severities("import random\nx = random.choice(colours)\n", "311") == {"LOW"}
    assert severities("import random\nreset_token = random.random()\n", "311") == {"HIGH"}
    inside = "import random\ndef make_password():\n    return random.choice(letters)\n"
    assert severities(inside, "311") == {"HIGH"}


@pytest.mark.parametrize(
    "code", ["password = 'q8ZrT1xW9vLk2mNp'\n", "f(password='q8ZrT1xW9vLk2mNp')\n"]
)
def test_it_never_shows_a_password(code):
    found = scan(code)
    assert found
    assert "T1xW9vLk2" not in str(found)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("def f(a=[]):\n    pass\n", "B006"),
        ("'%s %s' % (1,)\n", "F507"),
        ("print(undefined_name)\n", "F821"),
        ("import asyncio\nasync def f():\n    asyncio.create_task(g())\n", "RUF006"),
        ("import time\nasync def f():\n    time.sleep(1)\n", "ASYNC251"),
        ("try:\n    f = 1\nexcept:\n    f = 2\n", "E722"),
        ("def f():\n    try:\n        pass\n    finally:\n        return 1\n", "B012"),
    ],
)
def test_it_finds_plain_bugs(code, rule):
    assert rule in {r for f in scan(code) for r in f["rules"]}


def test_it_says_nothing_about_style():
    assert scan("import os,sys\nclass a: x=1 ; y  =2\nl = lambda  : 0\n" + "#" * 200 + "\n") == []


def test_it_reports_a_missing_name_once_with_the_number_of_places():
    (finding,) = [f for f in scan("a = missing\n" * 40) if f["rules"] == ["F821"]]
    assert finding["line"] == 1
    assert "39 more places" in finding["description"]


def test_it_lists_the_worst_when_there_are_too_many():
    code = "import random\n" + "random.random()\n" * 400 + "eval(x)\n"
    answer = sandbox.run("bandit", {"code": code})
    assert answer["findings"][0]["rules"] == ["B307"]
    assert len(answer["findings"]) == 300
    assert answer["note"] == "101 more findings are not listed"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_counts_lines_by_any_line_end(end):
    code = end.join(["\ufeff# coding: latin-1", "x = '\x0c\u2028é'", "eval(x)", ""])
    assert {f["line"] for f in scan(code)} == {3}


def test_it_counts_columns_in_characters():
    assert {f["column"] for f in scan("x = 1\né = '漢字'; eval(x)\n")} == {11}


def test_it_scans_newer_syntax_with_ruff():
    code = 'x = t"{1}"\nimport subprocess\nsubprocess.run(x, shell=True)\n'
    assert [f["rules"] for f in sandbox.run("ruff", {"code": code})["findings"]] == [["S602"]]


@pytest.mark.parametrize("scanner", ["bandit", "ruff"])
def test_it_refuses_broken_code_in_plain_words(scanner):
    with pytest.raises(TaskRefused, match="it needs code"):
        sandbox.run(scanner, {"code": "def f(:\n"})


def test_it_asks_ruff_only_for_rules_that_ruff_has():
    assert list(ruff.diagnose("x = 1\n", ruff.SELECTED)) == []  # an unknown one is an error
