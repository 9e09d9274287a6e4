"""The SQL fixer: the same rows for honest values, none of the others' rows for hostile ones."""

import sqlite3
from pathlib import PurePosixPath

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

RULE = "sql-values"
HOSTILE = "x' OR '1'='1"
HEAD = "import sqlite3\ndef find(cur, name, age=7):\n"
FORMS = [
    "cur.execute(f\"SELECT name FROM t WHERE name = '{name}' AND age={age}\")",
    "cur.execute(\"SELECT name FROM t WHERE name = '%s' AND age = %d\" % (name, age))",
    "cur.execute(\"SELECT name FROM t WHERE name = '%s'\" % name)",
    'cur.execute("SELECT name FROM t WHERE name = \'" + name + "\' AND age = " + str(age))',
    "cur.execute(\"SELECT name FROM t WHERE name = '{}' AND age = {}\".format(name, age))",
    "cur.execute(\"SELECT name FROM t WHERE name = '{n}'\".format(n=name))",
    "sql = \"SELECT name FROM t WHERE name = '{0}'\".format(name)\n    cur.execute(sql)",
    "cur.execute(f\"SELECT name FROM t WHERE name LIKE '%{name}%'\")",
    "sql = f\"SELECT name FROM t WHERE name = '{name}'\"\n    cur.execute(sql)",
    'cur.execute(\n        "SELECT name FROM t "\n        f"WHERE name = \'{name}\'"\n    )',
    'cur.execute(f"""SELECT name\n    FROM t WHERE \'{name}\' = name  """)',
]


@pytest.fixture
def cursor():
    """A cursor on a database with two people of age 7."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (name TEXT, age INTEGER)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [("Ann", 7), ("Bob", 7)])
    yield connection.cursor()
    connection.close()


def rows(code: str, cursor: sqlite3.Cursor, name: object) -> list[tuple[str]]:
    run(code)["find"](cursor, name)
    return cursor.fetchall()


@pytest.mark.parametrize("form", FORMS)
def test_it_finds_the_same_rows(form: str, cursor: sqlite3.Cursor):
    code = f"{HEAD}    {form}\n"
    for name in ("Ann", "Bob", "Nobody"):
        assert rows(fixed(code, RULE), cursor, name) == rows(code, cursor, name)


@pytest.mark.parametrize("form", FORMS)
def test_it_gives_no_rows_to_a_hostile_value(form: str, cursor: sqlite3.Cursor):
    code = f"{HEAD}    {form}\n"
    hostile = "x%' OR name LIKE '" if "LIKE" in form else HOSTILE
    assert rows(fixed(code, RULE), cursor, hostile) == []


def test_it_shows_that_the_original_gave_them_away(cursor: sqlite3.Cursor):
    assert len(rows(f"{HEAD}    {FORMS[2]}\n", cursor, HOSTILE)) == 2


def test_it_keeps_quotes_and_layout():
    code = f"{HEAD}    {FORMS[0]}  # by name\n"
    line = 'cur.execute("SELECT name FROM t WHERE name = ? AND age=?", (str(name), age))'
    assert fixed(code, RULE).splitlines()[2] == f"    {line}  # by name"


def test_it_takes_a_value_from_a_request():
    code = "import sqlite3\ndef find(cur, args):\n    name = args['n']\n    "
    code += "cur.execute(\"SELECT 1 WHERE a = '%s'\" % name)\n"
    assert 'cur.execute("SELECT 1 WHERE a = ?", (str(name),))' in fixed(code, RULE)


def test_it_inserts_the_same_row(cursor: sqlite3.Cursor):
    statement = "db.execute(f\"INSERT INTO t VALUES ('{n}', {a})\")"
    code = f"import sqlite3\ndef add(db, n, a):\n    {statement}\n"
    for number, text in enumerate((code, fixed(code, RULE))):
        run(text)["add"](cursor, f"Cid{number}", 9)
    cursor.execute("SELECT age, typeof(age) FROM t WHERE name LIKE 'Cid%'")
    assert cursor.fetchall() == [(9, "integer"), (9, "integer")]


def test_it_uses_the_placeholder_of_the_driver():
    code = "import psycopg2\ndef find(cur, n):\n    cur.execute(f\"SELECT 1 WHERE a = '{n}'\")\n"
    recorder = Recorder("cursor", "execute")
    run(fixed(code, RULE), psycopg2=Recorder("psycopg2").module)["find"](recorder.module, "x")
    assert recorder.calls == [("execute", ("SELECT 1 WHERE a = %s", ("x",)), {})]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('cur.execute(f"SELECT * FROM {table}")', "table"),
        ('cur.execute(f"SELECT * FROM t WHERE {column} = 1")', "table"),
        ('cur.execute(f"SELECT * FROM t ORDER BY {name}")', "table"),
        ('cur.execute(f"SELECT * FROM t WHERE id IN ({ids})")', "table"),
        ("cur.execute(f'SELECT * FROM \"{name}\" ')", "table"),
        ('cur.execute(f"SELECT 1 WHERE a = {NOW}")', "table"),
        ('cur.execute(f"SELECT 1 WHERE a = {name!r}")', "apart"),
        ("cur.execute(f\"SELECT 1 WHERE a = '{name:>5}'\")", "apart"),
        ('cur.execute("SELECT 1 WHERE a = %s" % params)', "apart"),
        ('pair = (name,)\n    cur.execute("SELECT 1 WHERE a = %s" % pair)', "apart"),
        ('cur.execute("SELECT 1 WHERE a = %(a)s" % values)', "apart"),
        ("cur.execute(prefix + name)", "apart"),
        ("cur.execute(f\"SELECT 1 -- '{name}'\")", "doubt"),
        ("cur.execute(f\"SELECT '?' WHERE a = '{name}'\")", "doubt"),
        ("cur.execute(f\"SELECT 1 WHERE a = '{name.replace(q, r)}'\")", "escaped"),
        ("name = escape(name)\n    cur.execute(f\"SELECT 1 WHERE a = '{name}'\")", "escaped"),
        ("q = f\"SELECT 1 WHERE a = '{name}'\"\n    log(q)\n    cur.execute(q)", "other uses"),
        (
            "q = f\"SELECT 1 WHERE a = '{name}'\"\n    name = 1\n    cur.execute(q)",
            "may change",
        ),
        ("cur.execute(f\"PRAGMA key = '{name}'\")", "no parameters"),
        ("cur.execute(f\"CREATE VIEW v AS SELECT 1 WHERE a = '{name}'\")", "no parameters"),
        ("pool.execute(f\"SELECT 1 WHERE a = '{name}'\")", "driver"),
    ],
)
def test_it_refuses_where_a_part_is_not_surely_a_value(line: str, word: str):
    assert word in refusal(f"import sqlite3\ndef find(cur, name):\n    {line}\n", RULE)


@pytest.mark.parametrize("modules", ["os", "sqlite3, psycopg2", "sqlite3, sqlalchemy"])
def test_it_refuses_where_the_driver_is_not_clear(modules: str):
    code = f"import {modules}\ndef find(cur, n):\n    cur.execute(f\"SELECT 1 WHERE a='{{n}}'\")\n"
    assert "driver" in refusal(code, RULE)


@pytest.mark.parametrize(
    "line",
    [
        "cur.execute('SELECT 1')",
        "cur.execute('SELECT ?', (name,))",
        "cur.execute(f'SELECT ? WHERE {name}', (name,))",
        "cur.execute(sql)",
    ],
)
def test_it_leaves_other_statements_alone(line: str):
    assert untouched(f"import sqlite3\ndef find(cur, name, sql):\n    {line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "now = \"datetime('now')\"; cur.execute(f'UPDATE t SET a = {now}')",
        "name = 'NULL' if name is None else int(name); cur.execute(f'UPDATE t SET a = {name}')",
        "rest = ', '.join(name); cur.execute(f'INSERT INTO t VALUES (1, {rest})')",
        "cur.execute(f\"INSERT INTO t VALUES (1, {', '.join(name)})\")",
    ],
)
def test_it_refuses_sql_of_the_programs_own(line: str):
    assert "itself" in refusal(f"import sqlite3\ndef find(cur, name):\n    {line}\n", RULE)


@pytest.mark.parametrize("left", ["length(name)", "age + 0", "-age"])
def test_it_refuses_to_compare_an_expression_with_a_value_without_quotes(left: str):
    # SQLite compares a number with the text "5" as texts there, and finds other rows.
    line = 'cur.execute(f"SELECT name FROM t WHERE LEFT > {name}")'.replace("LEFT", left)
    assert "itself" in refusal(f"import sqlite3\ndef find(cur, name):\n    {line}\n", RULE)


def test_it_passes_as_text_what_stood_between_quotes(cursor: sqlite3.Cursor):
    code = f"{HEAD}    {FORMS[0]}\n"
    cursor.execute("INSERT INTO t VALUES ('/etc', 7)")
    assert rows(fixed(code, RULE), cursor, PurePosixPath("/etc")) == [("/etc",)]


@pytest.mark.parametrize(
    "head",
    ["from helpers import db", "class Wrapper:\n    def execute(self, statement): ..."],
)
def test_it_refuses_a_wrapper_that_may_take_the_statement_alone(head: str):
    code = f"import sqlite3\n{head}\ndef f(n):\n    db.execute(f\"SELECT 1 WHERE a = '{{n}}'\")\n"
    assert "driver" in refusal(code, RULE)


def test_it_refuses_arguments_collected_by_a_star():
    code = "import sqlite3\ndef f(cur, *n):\n    cur.execute(\"SELECT 1 WHERE a = '%s'\" % n)\n"
    assert "apart" in refusal(code, RULE)


@pytest.mark.django_db
def test_it_knows_the_cursor_of_django():
    code = "from django.db import connection\ndef find(name):\n"
    code += "    with connection.cursor() as cursor:\n"
    code += "        cursor.execute(f\"SELECT 1 WHERE 'a' = '{name}'\")\n"
    code += "        return list(cursor.fetchall())\n"
    before, after = run(code)["find"], run(fixed(code, RULE))["find"]
    assert before("a") == after("a") == before(HOSTILE) != []
    assert before("b") == after("b") == after(HOSTILE) == []


def test_it_knows_raw_queries_of_django():
    code = "from django.contrib.auth.models import User\n"
    code += "rows = User.objects.raw(\"SELECT * FROM t WHERE name = '%s'\" % name)  # one\n"
    line = 'rows = User.objects.raw("SELECT * FROM t WHERE name = %s", (str(name),))  # one'
    assert fixed(code, RULE).splitlines()[1] == line


@pytest.mark.parametrize(
    "text",
    [
        "'{}'\".format(*names)",
        "'{!r}'\".format(name)",
        "'{:>5}'\".format(name)",
        "'{a.b}'\".format(a=n)",
    ],
)
def test_it_refuses_formats_that_do_more_than_fill_in(text: str):
    code = f'import sqlite3\ndef f(cur, name):\n    cur.execute("SELECT 1 WHERE a = {text})\n'
    assert "taken apart" in refusal(code, RULE)
