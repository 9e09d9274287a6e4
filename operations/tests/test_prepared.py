"""Statements compiled once: they do what Django's own do, with the values of each run."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.functions import Upper
from pytest_django import DjangoAssertNumQueries

from operations.clock import Now
from operations.models import RuntimeConfig
from operations.prepared import Bind, Insert, Select, Update

pytestmark = pytest.mark.django_db


def bind(name: str) -> Bind:
    return Bind(RuntimeConfig, name)


@pytest.fixture
def insert() -> Insert:
    return Insert(
        RuntimeConfig(
            name=bind("name"),
            revision=bind("revision"),
            value=bind("value"),
            before=0,
            created_by_id=bind("created_by"),
            created_at=Now(),
        )
    )


def test_it_inserts_rows_with_the_values_of_each_run(insert: Insert) -> None:
    user = get_user_model().objects.create_user("a@example.com")
    insert.send(name="one", revision=1, value={"a": [1, "é'\""]}, created_by=user.pk)
    insert.send(name="two", revision=2, value=7, created_by=None)
    one, two = RuntimeConfig.objects.order_by("pk")
    assert (one.name, one.value, one.created_by) == ("one", {"a": [1, "é'\""]}, user)
    assert (two.revision, two.value, two.created_by, two.before) == (2, 7, None, 0)
    assert two.created_at is not None


def test_it_updates_what_fits_and_says_how_many_rows_that_were(insert: Insert) -> None:
    for number in range(3):
        insert.send(name="x", revision=number, value=number, created_by=None)
    raise_it = Update(
        RuntimeConfig.objects.filter(name=bind("name"), revision__gte=bind("revision")),
        revision=F("revision") + 10,
        reason=bind("reason"),
    )
    assert raise_it.run(name="x", revision=1, reason="why") == 2
    assert raise_it.run(name="y", revision=1, reason="no") == 0
    told = RuntimeConfig.objects.order_by("revision").values_list("revision", "reason")
    assert list(told) == [(0, ""), (11, "why"), (12, "why")]


def test_it_selects_columns_as_django_would_give_them(insert: Insert) -> None:
    insert.send(name="x", revision=1, value=[True, None], created_by=None)
    find = Select(
        RuntimeConfig.objects.filter(name=bind("name")).annotate(loud=Upper("name")),
        "value", "created_at", "created_by__email", "loud",
    )  # fmt: skip
    stored = RuntimeConfig.objects.get()
    assert find.first(name="x") == {
        "value": [True, None],
        "created_at": stored.created_at,
        "created_by__email": None,
        "loud": "X",
    }
    assert find.first(name="y") is None


def test_it_takes_no_value_for_sql(insert: Insert) -> None:
    hostile = "x' OR 1=1 -- %s"
    insert.send(name=hostile, revision=1, value=1, created_by=None)
    find = Select(RuntimeConfig.objects.filter(name=bind("name")), "name")
    assert find.all(name=hostile) == [{"name": hostile}]
    assert find.all(name="x' OR 1=1 -- ") == []


def test_it_builds_a_statement_once(
    insert: Insert, monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    insert.send(name="x", revision=1, value=1, created_by=None)
    monkeypatch.setattr(insert, "_row", None)
    with django_assert_num_queries(1):
        insert.send(name="x", revision=2, value=1, created_by=None)
