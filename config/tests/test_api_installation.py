"""Runtime configuration, audit log and health over the JSON API."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from operations import audit, runtime_config
from operations.models import AuditEntry, RuntimeConfig
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
NAME, SWITCH = "dead_letter_days", "mask_secrets"


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


def change(api: ApiClient, value: object, **more: Any) -> Any:
    return api.call("admin.updateRuntimeConfig", **{"name": NAME, "value": value, **more})


def lines(api: ApiClient, **filters: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ask("admin.getAuditLogs", **filters).json()["items"]
    return found


def test_it_lists_every_parameter_with_its_bounds(api: ApiClient) -> None:
    page = api.ask("admin.getRuntimeConfig", page_size=100).json()
    of_name = {line["name"]: line for line in page["items"]}
    assert page["count"] == len(runtime_config.parameters()) == len(of_name)
    known = runtime_config.parameter(NAME)
    assert of_name[NAME] == {
        "name": NAME, "help": known.help, "value": known.default, "default": known.default,
        "minimum": known.minimum, "maximum": known.maximum, "revision": 0,
    }  # fmt: skip
    assert (of_name[SWITCH]["value"], of_name[SWITCH]["minimum"]) == (True, None)


def test_it_cuts_the_list_into_pages(api: ApiClient) -> None:
    first = api.ask("admin.getRuntimeConfig", page_size=2).json()["items"]
    second = api.ask("admin.getRuntimeConfig", page_size=2, page=2).json()["items"]
    names = [line["name"] for line in first + second]
    assert names == sorted(set(names))
    assert len(names) == 4


def test_it_changes_a_parameter_as_a_new_revision(api: ApiClient, an_admin: User) -> None:
    told = change(api, 30, reason="less room", seen=0).json()
    assert (told["revision"], told["value"], told["by"]) == (1, 30, an_admin.email)
    assert runtime_config.number(NAME) == 30
    row = RuntimeConfig.objects.get()
    assert AuditEntry.objects.get_for_object(row).get().actor == an_admin
    assert api.ask("admin.getConfigHistory", name=NAME).json()["items"] == [told]


def test_it_switches_with_true_and_false(api: ApiClient) -> None:
    assert change(api, False, name=SWITCH).json()["value"] is False
    assert runtime_config.switch(SWITCH) is False


@pytest.mark.parametrize("value", [0, -1, True, 10**9])
def test_it_refuses_what_is_no_value(api: ApiClient, value: object) -> None:
    assert problem_of(change(api, value)) == (422, "invalid-value")
    assert not RuntimeConfig.objects.exists()


def test_it_refuses_numbers_for_switches(api: ApiClient) -> None:
    assert problem_of(change(api, 1, name=SWITCH)) == (422, "invalid-value")


@pytest.mark.parametrize("value", ["30", 1.5, None, [30]])
def test_it_takes_numbers_and_booleans_alone(api: ApiClient, value: object) -> None:
    assert problem_of(change(api, value)) == (422, "invalid-request")


def test_it_refuses_what_counts_already(api: ApiClient) -> None:
    assert change(api, 30).status_code == 200
    assert "is 30 already" in change(api, 30).json()["detail"]
    assert RuntimeConfig.objects.count() == 1


def test_it_refuses_a_change_that_answers_to_an_older_revision(api: ApiClient) -> None:
    change(api, 30)
    assert problem_of(change(api, 40, seen=0)) == (409, "not-possible")
    assert runtime_config.number(NAME) == 30


def test_it_knows_no_other_parameters(api: ApiClient) -> None:
    assert problem_of(change(api, 1, name="no_such_thing")) == (404, "not-found")
    assert problem_of(api.ask("admin.getConfigHistory", name="no_such_thing")) == (404, "not-found")


def test_it_tells_the_history_newest_first(api: ApiClient) -> None:
    change(api, 30)
    change(api, 40)
    change(api, False, name=SWITCH)
    told = api.ask("admin.getConfigHistory", name=NAME).json()["items"]
    assert [(row["before"], row["value"]) for row in told] == [(30, 40), (90, 30)]
    assert api.ask("admin.getConfigHistory").json()["count"] == 3


def test_it_tells_the_history_of_what_is_used_no_more(api: ApiClient) -> None:
    RuntimeConfig.objects.create(name="old_one", revision=1, value=2, before=1)
    assert api.ask("admin.getConfigHistory", name="old_one").json()["count"] == 1


def test_it_filters_the_audit_log_by_actor(api: ApiClient, an_admin: User) -> None:
    change(api, 30)
    (line,) = lines(api, actor="ADMIN@example.com")
    assert (line["action"], line["object_type"]) == ("created", "operations.runtimeconfig")
    assert line["changes"]["value"] == ["None", "30"]
    assert line["actor"] == an_admin.email
    assert lines(api, actor="nobody@example.com") == []


def test_it_filters_the_audit_log_by_action(api: ApiClient, alice: User) -> None:
    audit.record(alice, "user.end_sessions")
    assert {line["action"] for line in lines(api, action="user.end_sessions")} == {
        "user.end_sessions"
    }
    assert {line["action"] for line in lines(api, action="created")} == {"created"}
    assert lines(api, action="deleted") == []


def test_it_filters_the_audit_log_by_object(api: ApiClient, alice: User, bob: User) -> None:
    found = lines(api, object_type="accounts.User", object_id=alice.pk)
    assert {line["object_id"] for line in found} == {str(alice.pk)}
    answer = api.ask("admin.getAuditLogs", object_type="accounts.nothing")
    assert problem_of(answer) == (422, "invalid-value")


def test_it_filters_the_audit_log_by_day(api: ApiClient, alice: User) -> None:
    today = timezone.now().date()
    assert lines(api, since=today, until=today)
    assert lines(api, until="2020-01-01") == []
    assert lines(api, since="9999-12-31") == []


def test_it_tells_the_newest_entries_first(api: ApiClient, alice: User, bob: User) -> None:
    numbers = [line["id"] for line in lines(api)]
    assert numbers == sorted(numbers, reverse=True)


def test_it_tells_health_as_the_page_does(api: ApiClient) -> None:
    told = api.ask("admin.getSystemHealth").json()
    page = api.http.get("/health").json()
    assert told.keys() == page.keys()
    assert told["checks"].keys() == page["checks"].keys() >= {"database", "redis", "providers"}
    assert told["checks"]["database"]["status"] == "ok"
