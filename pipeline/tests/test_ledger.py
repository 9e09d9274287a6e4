"""The ledger tells a repair from what only looks like one, and says which row shows it."""

from __future__ import annotations

import pytest

from pipeline.analysis.engine import quality
from pipeline.analysis.types import Outcome, Verdict

BAD = '''import sqlite3

LIMIT = 10


def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    cursor = conn.cursor()
    cursor.execute(f"SELECT id, total FROM orders WHERE customer = '{customer}' ORDER BY id DESC")
    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]


def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
'''
FLAWED = """f"SELECT id, total FROM orders WHERE customer = '{customer}' ORDER BY id DESC")"""
SAFE = '"SELECT id, total FROM orders WHERE customer = ? ORDER BY id DESC", [customer])'
LINE = f"    cursor.execute({FLAWED}\n"
GOOD = BAD.replace(FLAWED, SAFE)
RESULT = '    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]\n'


def failed(verdict: Verdict) -> set[str]:
    return {check.id for check in verdict.checks if check.outcome is Outcome.FAILED}


def test_it_gives_medium_to_a_repair_by_somebody_else() -> None:
    verdict = quality(BAD, GOOD, "python")
    assert (verdict.confidence, failed(verdict)) == ("MEDIUM", set())


def test_it_takes_no_offence_at_layout_and_comments() -> None:
    rebuilt = GOOD.replace("    cursor = conn", "    # parameters, no text\n    cursor  =  conn")
    assert quality(BAD, rebuilt, "python").confidence == "MEDIUM"


def test_it_takes_no_offence_at_a_local_name_that_is_only_called_otherwise() -> None:
    rebuilt = GOOD.replace("cursor = conn.cursor()", "found = conn.cursor()")
    rebuilt = rebuilt.replace("cursor.execute", "found.execute").replace(
        "cursor.fetch", "found.fetch"
    )
    assert quality(BAD, rebuilt, "python").confidence == "MEDIUM"


SHELL = """import subprocess


def archive(folder, target):
    return subprocess.run(f"tar -czf {target} {folder}", shell=True, check=True).returncode
"""


@pytest.mark.parametrize(
    ("called", "confidence"),
    [
        ('["tar", "-czf", target, folder], check=True', "MEDIUM"),
        ('["tar", "-czf", folder, target], check=True', "LOW"),
        ('["tar", "-xzf", target, folder], check=True', "LOW"),
        ('["tar", "-czf", target, folder]', "LOW"),
        ('["sh", "-c", f"tar -czf {target} {folder}"], check=True', "LOW"),
    ],
)
def test_it_holds_a_command_to_its_words_and_their_order(called: str, confidence: str) -> None:
    flawed = 'f"tar -czf {target} {folder}", shell=True, check=True'
    assert quality(SHELL, SHELL.replace(flawed, called), "python").confidence == confidence


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ([(LINE, LINE.rstrip() + "  # nosec\n")], "not-suppressed"),
        ([(LINE, f"    # {LINE.strip()}\n")], "not-hidden"),
        ([(FLAWED, SAFE), ("LIMIT = 10", "LIMIT = 100")], "rest-unchanged"),
        ([(FLAWED, SAFE.replace("?", "%s"))], "placeholders-fit"),
        ([(FLAWED, SAFE.replace("?", "'?'"))], "placeholders-fit"),
        ([(FLAWED, SAFE.replace("DESC", "ASC"))], "texts-kept"),
        ([(FLAWED, SAFE.replace("[customer]", "[conn]"))], "inputs-kept"),
        ([(FLAWED, SAFE), ("conn, customer)", "conn, customer, limit=10)")], "signatures-kept"),
        ([(FLAWED, SAFE), ("import sqlite3", "import sqlite3\nimport safesql")], "imports-known"),
        ([(FLAWED, SAFE), (RESULT, "    return []\n")], "rest-unchanged"),
        ([(LINE, "    return []\n")], "not-hidden"),
        ([(LINE, f"    try:\n    {LINE}    except Exception:\n        pass\n")], "not-swallowed"),
        ([(LINE, f"    run = cursor.execute\n    run({FLAWED}\n")], "targets-gone"),
        ([(LINE, f"    getattr(cursor, 'execute')({FLAWED}\n")], "not-hidden"),
        (
            [(LINE, f'    customer = customer.replace("\'", "\'\'")\n{LINE}')],
            "targets-gone",
        ),
        (
            [(FLAWED, SAFE), ("def count", "import os\nos.system('id')\n\n\ndef count")],
            "effects-known",
        ),
    ],
)
def test_it_shows_what_is_wrong_with_a_wrong_repair(
    changes: list[tuple[str, str]], row: str
) -> None:
    rebuilt = BAD
    for old, new in changes:
        assert old in rebuilt
        rebuilt = rebuilt.replace(old, new)
    verdict = quality(BAD, rebuilt, "python")
    assert verdict.confidence == "LOW"
    assert row in failed(verdict)


FLASK = """import os
from flask import Flask, abort, redirect, request

app = Flask(__name__)
BASE = "/srv/reports"


@app.route("/report")
def report():
    name = request.args.get("name", "")
    path = os.path.join(BASE, name)
    with open(path) as handle:
        return handle.read()
"""
JOIN = "    path = os.path.join(BASE, name)\n"
REAL = "    path = os.path.realpath(os.path.join(BASE, name))\n"
INSIDE = "    if os.path.commonpath([path, BASE]) != BASE:\n        abort(404)\n"


@pytest.mark.parametrize(
    ("new", "confidence"),
    [
        (REAL + INSIDE, "MEDIUM"),
        (REAL + INSIDE.replace("!=", "=="), "LOW"),
        ("    if '..' in name:\n        abort(404)\n" + JOIN, "LOW"),
        (JOIN + "    if not path.startswith(BASE):\n        abort(404)\n", "LOW"),
        (JOIN.replace("name", "name.replace('../', '')"), "LOW"),
        (JOIN.replace("name", "'report.txt'"), "LOW"),
    ],
)
def test_it_tells_a_check_that_holds_from_one_that_can_be_got_round(
    new: str, confidence: str
) -> None:
    assert quality(FLASK, FLASK.replace(JOIN, new), "python").confidence == confidence


def test_it_says_why_a_language_that_is_only_parsed_is_low() -> None:
    verdict = quality("func main() { a() }\n", "func main() { b() }\n", "go")
    assert verdict.confidence == "LOW"
    rows = {check.id: check for check in verdict.checks}
    assert rows["rest-unchanged"].outcome is Outcome.NOT_RUN
    assert "only Python" in rows["rest-unchanged"].detail
