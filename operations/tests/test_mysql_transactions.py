"""On MySQL a transaction begins with its first statement, and is one as any other."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from operations.clock import Now
from operations.models import RuntimeConfig
from operations.prepared import Bind, Insert, Update

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "mysql", reason="of the backend for MySQL"),
]
KEEP = Insert(
    RuntimeConfig(name=Bind(RuntimeConfig, "name"), revision=1, value=1, before=1, created_at=Now())
)
REASON = Update(RuntimeConfig.objects.filter(name=Bind(RuntimeConfig, "name")), reason="unanswered")
INSERT = (
    "INSERT INTO runtime_config (name, revision, value, `before`, reason, created_at)"
    " VALUES (%s, %s, '1', '1', '', NOW())"
)


def row(name: str, revision: int = 1) -> RuntimeConfig:
    return RuntimeConfig(name=name, revision=revision, value=1, before=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes out, one entry for each round trip."""
    connection.ensure_connection()
    driver, trips = type(connection.connection), []
    query = driver.query

    def noting(self: Any, text: Any) -> Any:
        trips.append(bytes(text, "utf-8") if isinstance(text, str) else bytes(text))
        return query(self, text)

    monkeypatch.setattr(driver, "query", noting)
    return trips


def test_it_begins_with_the_first_statement(sent: list[bytes]) -> None:
    with transaction.atomic():
        RuntimeConfig.objects.filter(name="x").update(reason="y")
        RuntimeConfig.objects.filter(name="x").update(reason="z")
    assert [trip.startswith(b"START TRANSACTION; UPDATE") for trip in sent] == [True, False]


@pytest.mark.parametrize("many", [True, False])
def test_it_takes_back_all_of_it(many: bool) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with connection.cursor() as cursor:
            if many:
                cursor.executemany(INSERT, [("a", 1), ("a", 2)])
            else:
                cursor.execute(INSERT, ("a", 1))
        assert RuntimeConfig.objects.filter(name="a").exists()
        raise ZeroDivisionError
    assert not RuntimeConfig.objects.exists()


def test_it_gives_the_answer_of_the_first_statement() -> None:
    RuntimeConfig.objects.bulk_create([row("a"), row("b")])
    with transaction.atomic():
        assert RuntimeConfig.objects.update(reason="x") == 2
    with transaction.atomic():
        assert set(RuntimeConfig.objects.values_list("name", flat=True)) == {"a", "b"}


def test_it_raises_what_is_wrong_with_the_first_statement() -> None:
    row("a").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row("a").save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, ("b", None))
    with transaction.atomic():
        row("b").save()
    assert RuntimeConfig.objects.count() == 2


def test_it_begins_none_for_a_block_that_does_nothing(sent: list[bytes]) -> None:
    with transaction.atomic():
        pass
    RuntimeConfig.objects.filter(name="x").update(reason="y")
    assert sent[-1].startswith(b"UPDATE")
    assert connection.get_autocommit()


def test_it_keeps_savepoints_of_a_block_whose_first_statement_they_are() -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            row("a").save()
            raise ZeroDivisionError
        row("b").save()
    assert list(RuntimeConfig.objects.values_list("name", flat=True)) == ["b"]


def names() -> set[str]:
    return set(RuntimeConfig.objects.values_list("name", flat=True))


def test_it_sends_what_nobody_waits_for_with_the_commit(sent: list[bytes]) -> None:
    with transaction.atomic():
        KEEP.send(name="a")
        KEEP.send_many([{"name": "b; %s"}, {"name": "c'"}])
        REASON.send(name="a")
    (only,) = sent
    assert [text.split(maxsplit=1)[0] for text in only.split(b"; ")][-1] == b"COMMIT"
    assert names() == {"a", "b; %s", "c'"}
    assert RuntimeConfig.objects.get(name="a").reason == "unanswered"


def test_it_sends_them_before_what_is_asked_next() -> None:
    with transaction.atomic():
        KEEP.send(name="a")
        assert names() == {"a"}


def test_it_sends_them_at_once_outside_of_transactions(sent: list[bytes]) -> None:
    KEEP.send(name="a")
    assert [trip.split(maxsplit=1)[0] for trip in sent] == [b"INSERT"]


def test_it_keeps_nothing_when_one_of_them_fails() -> None:
    row("a").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        KEEP.send(name="b")
        KEEP.send(name="a")
        KEEP.send(name="c")
    assert names() == {"a"}
    with transaction.atomic():  # the connection still stands
        KEEP.send(name="d")
    assert names() == {"a", "d"}


def test_it_calls_what_is_wrong_with_them_by_the_same_name() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KEEP.send(name=None)


def test_it_forgets_them_with_the_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        KEEP.send(name="a")
        raise ZeroDivisionError
    with transaction.atomic():
        KEEP.send(name="b")
    assert names() == {"b"}


def test_a_savepoint_takes_them_back() -> None:
    row("a").save()
    with transaction.atomic():
        KEEP.send(name="b")
        with pytest.raises(IntegrityError), transaction.atomic():
            KEEP.send(name="a")
        KEEP.send(name="c")
    assert names() == {"a", "b", "c"}


def test_nothing_is_kept_when_the_error_of_what_waited_is_taken_for_anothers() -> None:
    row("a").save()
    with pytest.raises(TransactionManagementError), transaction.atomic():
        KEEP.send(name="a")
        KEEP.send(name="b")
        with suppress(IntegrityError), transaction.atomic():
            row("c").save()
        names()
    assert names() == {"a"}


def test_nothing_is_kept_when_what_waited_fails_before_many_rows() -> None:
    row("a").save()
    with pytest.raises(TransactionManagementError), transaction.atomic():
        KEEP.send(name="a")
        with suppress(IntegrityError), connection.cursor() as cursor:
            cursor.executemany(INSERT, [("b", 1), ("c", 1)])
        row("d").save()
    assert names() == {"a"}
