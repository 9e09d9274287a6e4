"""How a bench shows a statement in one line."""

from __future__ import annotations

from benchmarks.jobs.statements import LONGEST, shortened


def test_it_shows_no_value_of_a_statement() -> None:
    statement = "UPDATE `jobs` SET `state` = 'queued' WHERE `jobs`.`id` = 17"
    assert shortened(statement) == "UPDATE jobs SET state = ? WHERE jobs.id = ?"


def test_it_shows_no_list_of_columns() -> None:
    assert shortened("SELECT `a`, `b` FROM `jobs`") == "SELECT … FROM jobs"


def test_it_keeps_to_one_line() -> None:
    assert len(shortened("SELECT 1\nFROM jobs WHERE " + "x AND " * 100)) == LONGEST
