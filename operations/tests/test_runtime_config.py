"""Runtime parameters: the default until it is changed, then the newest revision, within bounds."""

from __future__ import annotations

import pytest
from django.contrib.auth.base_user import AbstractBaseUser

from operations import runtime_config
from operations.models import RuntimeConfig
from operations.runtime_config import InvalidValue, Parameter, UnknownParameter

pytestmark = pytest.mark.django_db

LIMIT = Parameter("test_limit", default=7, minimum=1, maximum=10, help="A limit.")
SWITCH = Parameter("test_switch", default=False, help="A switch.")


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for parameter in (LIMIT, SWITCH):
        monkeypatch.setitem(runtime_config._declared, parameter.name, parameter)


def test_it_is_the_default_until_somebody_changes_it() -> None:
    assert runtime_config.number("test_limit") == 7
    assert runtime_config.switch("test_switch") is False


def test_it_is_the_newest_revision() -> None:
    runtime_config.change("test_limit", "3")
    runtime_config.change("test_limit", "9")
    assert runtime_config.number("test_limit") == 9


def test_it_turns_switches_on_and_off() -> None:
    runtime_config.change("test_switch", "on")
    assert runtime_config.switch("test_switch") is True


def test_it_keeps_every_revision_with_what_was_before(an_admin: AbstractBaseUser) -> None:
    runtime_config.change("test_limit", "3", by=an_admin, reason="too many")
    runtime_config.change("test_limit", "9")
    told = RuntimeConfig.objects.order_by("revision").values_list("before", "value", "reason")
    assert list(told) == [(7, 3, "too many"), (3, 9, "")]


@pytest.mark.parametrize("text", ["", "0", "11", "-1", "1.5", "seven", "٣", "9" * 30])
def test_it_refuses_what_is_no_value_and_changes_nothing(text: str) -> None:
    with pytest.raises(InvalidValue, match="test_limit"):
        runtime_config.change("test_limit", text)
    assert not RuntimeConfig.objects.exists()


def test_it_refuses_names_that_nobody_declared() -> None:
    with pytest.raises(UnknownParameter, match="test_unknown"):
        runtime_config.change("test_unknown", "1")


def test_it_refuses_a_change_that_answers_to_an_older_revision() -> None:
    runtime_config.change("test_limit", "3", seen=0)
    with pytest.raises(InvalidValue, match="somebody else"):
        runtime_config.change("test_limit", "9", seen=0)
    assert runtime_config.number("test_limit") == 3


def test_it_tells_how_every_parameter_stands() -> None:
    runtime_config.change("test_limit", "3")
    runtime_config.change("test_limit", "9")
    told = {row.parameter.name: (row.value, row.revision) for row in runtime_config.standings()}
    assert (told["test_limit"], told["test_switch"]) == ((9, 2), (False, 0))
