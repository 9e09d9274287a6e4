"""People's data over the JSON API: handed out and erased by administrators who mean it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse

from accounts.models import User
from accounts.services import local_system_user
from operations.models import AuditEntry
from pipeline.models import Submission
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
NAMES = ("deleteUser", "exportUserData")


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


def opened(answer: Any) -> zipfile.ZipFile:
    pieces = cast(StreamingHttpResponse, answer).getvalue()
    return zipfile.ZipFile(io.BytesIO(pieces))


def test_it_hands_out_everything_about_a_user(
    api: ApiClient, an_admin: User, alice: User, submission: Submission
) -> None:
    answer = api.call("admin.exportUserData", id=alice.pk, email="Alice@Example.com ")
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    archive = opened(answer)
    assert json.loads(archive.read("about.json"))["of"] == alice.email
    assert json.loads(archive.read("submissions.json"))[0]["code"] == submission.code
    entry = AuditEntry.objects.get(additional_data__event="user.export")
    assert (entry.actor, entry.object_pk) == (an_admin, str(alice.pk))


def test_it_hands_out_no_secrets(api: ApiClient, alice: User) -> None:
    answer = api.call("admin.exportUserData", id=alice.pk, email=alice.email)
    account = json.loads(opened(answer).read("account.json"))[0]
    assert "password" not in account


def test_it_deletes_a_user_with_what_is_theirs(
    api: ApiClient, an_admin: User, alice: User, submission: Submission
) -> None:
    key = alice.pk
    assert api.call("admin.deleteUser", id=key, email=alice.email).status_code == 204
    assert not User.objects.filter(pk=key).exists()
    assert not Submission.objects.exists()
    entry = AuditEntry.objects.get(additional_data__event="user.delete")
    assert (entry.actor, entry.object_pk) == (an_admin, str(key))
    assert "alice" not in json.dumps([entry.object_repr, entry.changes, entry.additional_data])
    again = api.call("admin.deleteUser", id=key, email="alice@example.com")
    assert problem_of(again) == (404, "not-found")


@pytest.mark.parametrize("name", NAMES)
def test_it_wants_the_address_of_the_one_who_is_meant(
    api: ApiClient, alice: User, bob: User, name: str
) -> None:
    answer = api.call(f"admin.{name}", id=alice.pk, email=bob.email)
    assert problem_of(answer) == (422, "invalid-value")
    assert User.objects.filter(pk=alice.pk, is_active=True).exists()
    assert not AuditEntry.objects.filter(additional_data__event__startswith="user.").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sent", [{}, {"id": 1}, {"email": "a@b.c"}, {"id": 0, "email": "a@b.c"}])
def test_it_checks_the_schema(api: ApiClient, name: str, sent: dict[str, Any]) -> None:
    assert problem_of(api.call(f"admin.{name}", **sent)) == (422, "invalid-request")


def test_it_does_not_delete_the_caller(api: ApiClient, an_admin: User) -> None:
    User.objects.create_user("second@example.com", role="admin")
    answer = api.call("admin.deleteUser", id=an_admin.pk, email=an_admin.email)
    assert problem_of(answer) == (409, "not-possible")
    assert User.objects.filter(pk=an_admin.pk).exists()


def test_it_does_not_delete_the_system_user(api: ApiClient) -> None:
    system = local_system_user()
    answer = api.call("admin.deleteUser", id=system.pk, email=system.email)
    assert problem_of(answer) == (409, "not-possible")
