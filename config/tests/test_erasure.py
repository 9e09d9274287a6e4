"""Handing out and erasing everything that is stored about a person."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from auditlog.context import set_actor
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts import erasure, services
from accounts.models import SignedIn, User
from billing.models import LimitOverride
from operations import audit, privacy
from operations.clock import now_plus
from operations.models import AuditEntry
from pipeline.models import Submission
from pipeline.services import submit
from pipeline.tests.api_client import ApiClient
from pipeline.tests.page_data import finish

pytestmark = pytest.mark.django_db
MARK = "unmistakable_text_of_this_test"
# Tables whose rows no person is asked for, though a column may name a user.
NOBODYS = {"admin.LogEntry"}


def everything_stored() -> str:
    """All text of all tables, in lower case."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found).lower()


def exported(pieces: Iterable[bytes]) -> dict[str, Any]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return {name: json.loads(archive.read(name)) for name in archive.namelist()}


@pytest.fixture
def lived(alice: User, an_admin: User) -> User:
    """Alice after she did, and others did to her, all sorts of things."""
    Client().force_login(alice)
    SignedIn.objects.filter(user=alice).update(browser=MARK, address="203.0.113.77")
    with set_actor(alice, remote_addr="203.0.113.77"):
        audit.record(alice, "user.sign_in", by=f"link for {alice.email}")
        SocialAccount.objects.create(user=alice, provider="google", uid="sub-4711")
    with set_actor(an_admin):
        LimitOverride.objects.create(user=alice, daily_submissions=9)
        alice.name = "Alice Liddell"
        alice.save()
    made = submit(
        user=alice, code=f"{MARK} = 1\n", language="python", comments=MARK, idempotency_key="k"
    )
    finish(made, f"{MARK} = 2\n")
    submit(user=alice, code=f"{MARK} = 3\n", language="python")
    return alice


def test_it_leaves_nothing_that_tells_who_it_was(lived: User) -> None:
    for text in ("alice@example.com", "alice liddell", "203.0.113.77", "sub-4711", MARK):
        assert text in everything_stored(), text
    erasure.delete_user(lived)
    for text in ("alice@example.com", "alice liddell", "203.0.113.77", "sub-4711", MARK):
        assert text not in everything_stored(), text
    assert not User.objects.filter(email="alice@example.com").exists()


def rest(user: User) -> None:
    """As if the last turn at it had begun long ago."""
    User.objects.filter(pk=user.pk).update(erasing_at=now_plus(-timedelta(minutes=2)))


def test_it_goes_on_with_what_takes_longer_than_somebody_waits(lived: User) -> None:
    assert not erasure.delete_user(lived, within=0)
    assert (Submission.objects.count(), User.objects.get(pk=lived.pk).is_active) == (1, False)
    erasure.go_on()
    assert Submission.objects.count() == 1  # somebody may be at it
    rest(lived)
    erasure.go_on()
    assert not User.objects.filter(pk=lived.pk).exists()


def test_one_alone_takes_a_turn_at_an_erasure(lived: User, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure.delete_user(lived, within=0)
    rest(lived)
    asked = privacy.erase
    meanwhile: list[bool] = []

    def erase(user: User, within: float | None = None) -> bool:
        monkeypatch.setattr(privacy, "erase", lambda *_: pytest.fail("a second one took it"))
        erasure.go_on()
        meanwhile.append(True)
        return asked(user, within)

    monkeypatch.setattr(privacy, "erase", erase)
    erasure.go_on()
    assert meanwhile == [True]


def test_its_page_and_its_call_say_that_it_goes_on(
    as_alice: Client, lived: User, an_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "erase", lambda *_: False)
    page = as_alice.post("/account/delete/", {"email": lived.email}, follow=True)
    assertContains(page, "Your account is shut.")
    answer = ApiClient(an_admin).call("admin.deleteUser", id=lived.pk, email=lived.email)
    assert answer.status_code == 202
    as_alice.force_login(an_admin)
    here = reverse("admin:accounts_user_erase", args=[lived.pk])
    assertContains(as_alice.post(here, {"email": lived.email}, follow=True), "takes some minutes")


def test_one_that_is_being_erased_does_not_come_back(lived: User, as_admin: Client) -> None:
    before = User.objects.get(pk=lived.pk)
    erasure.delete_user(lived, within=0)
    with pytest.raises(services.AccountError, match="is being erased"):
        services.reactivate(user=before)
    page = as_admin.get(reverse("admin:accounts_user_change", args=[lived.pk]))
    assertNotContains(page, 'name="is_active"')


def test_it_keeps_what_was_done_in_the_audit_log(lived: User) -> None:
    key = lived.pk
    entries = AuditEntry.objects.count()
    erasure.delete_user(lived)
    assert AuditEntry.objects.count() == entries + 1
    events = [(each.additional_data or {}).get("event") for each in AuditEntry.objects.all()]
    assert {"user.sign_in", "user.delete"} <= set(events)
    assert AuditEntry.objects.filter(object_repr=f"user #{key}").exists()


def test_it_leaves_others_as_they_are(lived: User, bob: User) -> None:
    submit(user=bob, code="x = 1\n", language="python")
    audit.record(bob, "user.sign_in", by="link")
    erasure.delete_user(lived)
    assert Submission.objects.get().user == bob
    assert AuditEntry.objects.get_for_object(bob).filter(object_repr=bob.email).exists()


def test_it_leaves_addresses_that_contain_the_one_that_goes(lived: User) -> None:
    others = ["malice@example.com", "alice@example.com.au", "dr.alice@example.com"]
    told = f"{', '.join(others)}, <Alice@Example.com>."
    for each in others:
        audit.record(User.objects.create_user(each), "user.link", told=told)
    key = lived.pk
    erasure.delete_user(lived)
    kept = AuditEntry.objects.filter(additional_data__event="user.link")
    assert {each.object_repr for each in kept} == set(others)
    left = told.replace("Alice@Example.com", f"user #{key}")
    assert {each.additional_data["told"] for each in kept} == {left}


def test_it_can_be_begun_again(lived: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(User, "delete", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasure.delete_user(lived)
    left = User.objects.get(email="alice@example.com")
    assert not left.is_active
    erasure.delete_user(left)
    assert "alice@example.com" not in everything_stored()


def test_it_keeps_the_last_administrator(an_admin: User) -> None:
    with pytest.raises(services.AccountError, match="only administrator"):
        erasure.delete_user(an_admin)
    an_admin.refresh_from_db()
    assert an_admin.is_active


def test_it_keeps_the_system_user() -> None:
    with pytest.raises(services.AccountError, match="belongs to the system"):
        erasure.delete_user(services.local_system_user())


def test_it_hands_out_everything(lived: User) -> None:
    found = exported(erasure.export_user(lived))
    assert set(found) == {"about.json", *(f"{each.name}.json" for each in privacy.holdings())}
    assert found["account.json"][0]["email"] == lived.email
    assert [each["code"] for each in found["submissions.json"]] == [
        f"{MARK} = 1\n",
        f"{MARK} = 3\n",
    ]
    assert len(found["submissions.json"][0]["runs"][0]["results"]) == 3
    assert found["usage.json"][-1]["submissions"] == 2
    assert found["sessions.json"][0]["browser"] == MARK


def test_it_hands_out_no_secret(lived: User) -> None:
    text = json.dumps(exported(erasure.export_user(lived)))
    session = SignedIn.objects.get(user=lived)
    assert session.session_key not in text
    assert lived.password not in text


def test_it_hands_out_nothing_of_others(lived: User, bob: User, an_admin: User) -> None:
    submit(user=bob, code="of_bob = 1\n", language="python")
    text = json.dumps(exported(erasure.export_user(lived)))
    assert "of_bob" not in text and bob.email not in text


def test_it_knows_every_table_that_points_to_a_user() -> None:
    """A new table with a user in it belongs to a holding, or is listed above with a reason."""
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User and model is not User
    }
    held = {model for holding in privacy.holdings() for model in holding.models}
    assert {each._meta.label for each in pointing - held} - NOBODYS == set()


def test_it_exports_by_command(lived: User, tmp_path: Path) -> None:
    file = tmp_path / "alice.zip"
    call_command("export_user", lived.email, "--output", str(file))
    assert exported([file.read_bytes()])["about.json"]["of"] == lived.email
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_user", lived.email, "--output", str(file))


def test_it_deletes_by_command_only_when_told(lived: User, capsys: Any) -> None:
    call_command("delete_user", lived.email)
    assert User.objects.filter(pk=lived.pk).exists()
    assert "Nothing was done yet" in capsys.readouterr().out
    call_command("delete_user", lived.email, "--yes")
    assert not User.objects.filter(pk=lived.pk).exists()


@pytest.mark.parametrize("command", [("delete_user",), ("export_user", "--output", "/x/y.zip")])
def test_it_names_an_unknown_user(command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="There is no user who@"):
        call_command(command[0], "who@example.com", *command[1:])
