"""The system config in the console: what counts now, changing it, and going back."""

from __future__ import annotations

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from operations import runtime_config
from operations.models import AuditEntry, RuntimeConfig
from operations.runtime_config import InvalidValue, Parameter

pytestmark = pytest.mark.django_db

LIMIT = Parameter("test_limit", default=7, minimum=1, maximum=1000, help="A <limit>.")
SWITCH = Parameter("test_switch", default=False, help="A switch.")
LIST = "/admin/operations/runtimeconfig/"
ADD = "/admin/operations/runtimeconfig/add/"


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for parameter in (LIMIT, SWITCH):
        monkeypatch.setitem(runtime_config._declared, parameter.name, parameter)


def change(client: Client, value: str, **more: str) -> HttpResponse:
    return client.post(ADD, {"name": "test_limit", "value": value, "reason": "", **more})


def values(page: HttpResponse) -> dict[str, object]:
    form = page.context["adminform"].form  # type: ignore[attr-defined]
    return {name: form[name].value() for name in ("name", "value", "reason", "seen")}


def test_it_lists_every_parameter_with_what_counts_and_its_default(
    as_admin: Client, an_admin: AbstractBaseUser
) -> None:
    runtime_config.change("test_limit", "900", by=an_admin, reason="a <b> reason")
    page = as_admin.get(LIST)
    for parameter in runtime_config.parameters():
        assertContains(page, f'<h2 id="{parameter.name}">')
    assertContains(page, '<p class="parameter-now">900</p>', html=True)
    assertContains(page, "Default 7, allowed 1 to 1,000.")
    assertContains(page, "A &lt;limit&gt;.")
    assertContains(page, "by admin@example.com: a &lt;b&gt; reason")


def test_it_lets_another_value_count_and_notes_who_and_why(
    as_admin: Client, an_admin: AbstractBaseUser
) -> None:
    assertRedirects(change(as_admin, "9", seen="0", reason="more"), LIST)
    revision = RuntimeConfig.objects.get()
    assert runtime_config.number("test_limit") == 9
    assert (revision.before, revision.value, revision.reason) == (7, 9, "more")
    assert revision.created_by == an_admin


def test_it_turns_a_switch(as_admin: Client) -> None:
    as_admin.post(ADD, {"name": "test_switch", "value": "on", "seen": "0"})
    assert runtime_config.switch("test_switch") is True


def test_it_writes_each_change_into_the_audit_log(
    as_admin: Client, an_admin: AbstractBaseUser
) -> None:
    change(as_admin, "9", reason="more")
    entry = AuditEntry.objects.get_for_object(RuntimeConfig.objects.get()).get()
    assert entry.actor == an_admin
    assert entry.changes["value"] == ["None", "9"]
    assert entry.changes["reason"] == ["None", "more"]


def test_it_gives_a_wrong_value_back_with_the_reason_and_all_that_was_written(
    as_admin: Client,
) -> None:
    page = change(as_admin, "1001", seen="0", reason="as I said")
    assertContains(page, "test_limit is between 1 and 1000.")
    assert values(page) == {
        "name": "test_limit",
        "value": "1001",
        "reason": "as I said",
        "seen": "0",
    }
    assert not RuntimeConfig.objects.exists()


def test_it_refuses_a_name_that_nobody_declared(as_admin: Client) -> None:
    page = as_admin.post(ADD, {"name": "test_unknown", "value": "1"})
    assertContains(page, "Select a valid choice.")


def test_it_makes_no_revision_of_what_counts_already(as_admin: Client) -> None:
    change(as_admin, "9", seen="0")
    assertContains(change(as_admin, "9", seen="0"), "test_limit is 9 already.")
    assert RuntimeConfig.objects.count() == 1


def test_it_overwrites_no_change_that_the_writer_has_not_seen(as_admin: Client) -> None:
    runtime_config.change("test_limit", "9")
    page = change(as_admin, "8", seen="0")
    assertContains(page, "Meanwhile test_limit became 9.")
    assert runtime_config.number("test_limit") == 9
    assert values(page)["seen"] == "1"


def test_it_keeps_the_form_when_somebody_was_faster_at_the_last_moment(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise InvalidValue("test_limit was changed by somebody else just now.")

    monkeypatch.setattr(runtime_config, "change", refuse)
    answer = change(as_admin, "8", seen="0", reason="mine")
    page = as_admin.get(answer["Location"])
    assertContains(page, "changed by somebody else just now")
    assert (values(page)["value"], values(page)["reason"]) == ("8", "mine")


def test_it_goes_back_to_an_old_value_as_a_new_revision(as_admin: Client) -> None:
    old = runtime_config.change("test_limit", "9")
    runtime_config.change("test_limit", "8")
    assertContains(as_admin.get(LIST), f'href="{ADD}?from={old.pk}"')
    offered = values(as_admin.get(ADD, {"from": old.pk}))
    assert offered["reason"] == "Back to the value of revision 1."
    as_admin.post(ADD, offered)
    assert runtime_config.number("test_limit") == 9
    assert RuntimeConfig.objects.count() == 3


def test_it_shows_the_history_of_one_parameter(as_admin: Client) -> None:
    runtime_config.change("test_limit", "9", reason="this one")
    runtime_config.change("test_switch", "on", reason="not that one")
    page = as_admin.get(LIST, {"name": "test_limit"})
    rows = page.context["cl"].result_list
    assert [row.reason for row in rows] == ["this one"]


def test_it_shows_revisions_of_parameters_that_are_gone(as_admin: Client) -> None:
    RuntimeConfig.objects.create(name="old_one", revision=1, value=2, before=1)
    page = as_admin.get(LIST)
    assertContains(page, "no longer used")
    assertNotContains(page, 'id="old_one"')


@pytest.mark.parametrize("page", ["change", "delete"])
def test_it_lets_nobody_change_or_delete_a_revision(as_admin: Client, page: str) -> None:
    revision = runtime_config.change("test_limit", "9")
    data = {"name": "test_limit", "value": "8", "post": "yes"}
    assert as_admin.post(f"{LIST}{revision.pk}/{page}/", data).status_code == 403
    revision.refresh_from_db()
    assert revision.value == 9


def test_it_is_closed_to_users(as_alice: Client) -> None:
    assert change(as_alice, "9").status_code == 302
    assert not RuntimeConfig.objects.exists()
