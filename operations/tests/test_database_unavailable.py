"""Errors of a database that is away or busy are told from mistakes in a query."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from operations.database import is_unavailable


@pytest.fixture
def sqlite(db: None, tmp_path: Path) -> Iterator[SQLite]:
    """A connection of Django's to an SQLite file of its own, which waits for no lock."""
    options = {"timeout": 0, "transaction_mode": "IMMEDIATE"}
    own = {**connection.settings_dict, "NAME": str(tmp_path / "own.sqlite3"), "OPTIONS": options}
    wrapper = SQLite(own, "own")
    yield wrapper
    wrapper.close()


def failure(wrapper: SQLite, sql: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, wrapper.cursor() as cursor:
        cursor.execute(sql)
    return caught.value


@pytest.mark.parametrize("code", [1040, 1053, 1205, 1213, 1927, 2002, 2003, 2006, 2013])
def test_it_takes_mysqls_word_for_being_away(code: int) -> None:
    assert is_unavailable(OperationalError(code, "any words"))


@pytest.mark.parametrize("code", [1045, 1054, 1146, 1366, 1406])
def test_it_does_not_excuse_mistakes(code: int) -> None:
    assert not is_unavailable(OperationalError(code, "any words"))


@pytest.mark.parametrize("error", [DatabaseError(), ProgrammingError("2006 is only a word here")])
def test_it_does_not_excuse_what_has_no_code(error: DatabaseError) -> None:
    assert not is_unavailable(error)


def test_it_knows_a_locked_sqlite_file(sqlite: SQLite) -> None:
    with closing(sqlite3.connect(sqlite.settings_dict["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert is_unavailable(failure(sqlite, "SELECT * FROM sqlite_master"))


def test_it_knows_an_sqlite_file_that_cannot_be_opened(sqlite: SQLite) -> None:
    sqlite.settings_dict["NAME"] = "/nowhere/at/all.sqlite3"
    assert is_unavailable(failure(sqlite, "SELECT 1"))


def test_it_does_not_excuse_an_unknown_column_of_sqlite(sqlite: SQLite) -> None:
    assert not is_unavailable(failure(sqlite, "SELECT nothing_of_that_name"))


@pytest.mark.mysql
def test_it_knows_a_mysql_server_that_is_not_there(db: None) -> None:
    own = connection.copy("own")
    own.settings_dict["PORT"] = "9"
    with pytest.raises(DatabaseError) as caught:
        own.ensure_connection()
    assert is_unavailable(caught.value)


@pytest.mark.mysql
def test_it_knows_a_connection_that_mysql_ended(db: None) -> None:
    own = connection.copy("own")
    with own.cursor() as cursor, pytest.raises(DatabaseError) as caught:
        cursor.execute("KILL CONNECTION_ID()")
        cursor.execute("SELECT 1")
    own.close()
    assert is_unavailable(caught.value)
