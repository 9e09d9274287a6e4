"""Sealed keys move to another key: nothing is lost or overwritten, nothing foreign is touched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from operations import sealed, secrets
from operations.models import AuditEntry
from operations.secrets import Secret, SecretError
from providers import keys
from providers.models import ProviderApiKey
from providers.tests.sealing import NEW, OLD, TEXT, lose_the_key, stored, take_new_key


def rotate_keys(*words: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_it_seals_everything_anew_under_the_current_key(
    make_key: Callable[[], ProviderApiKey], settings: Settings
) -> None:
    rows = [make_key(), make_key()]
    take_new_key(settings)
    said = rotate_keys()
    settings.ENCRYPTION_KEYS_OLD = []
    for row in rows:
        row.refresh_from_db()
        assert keys.open_key(row).reveal() == TEXT
        assert row.key_id == secrets.key_id(NEW)
    assert "2 sealed anew" in said
    assert f"key {secrets.key_id(OLD)} (ENCRYPTION_KEYS_OLD): nothing; may be removed" in said


def test_it_goes_on_where_it_was_cut_off(
    make_key: Callable[[], ProviderApiKey],
    settings: Settings,
    column: sealed.SealedColumn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        make_key()
    take_new_key(settings)
    first = ProviderApiKey.objects.order_by("pk")[:1].get()
    monkeypatch.setattr(sealed, "_primary_keys", lambda _column: iter([first.pk]))
    assert sealed.rotate(column).rotated == 1
    monkeypatch.undo()
    found = sealed.rotate(column)
    assert (found.rotated, found.current) == (2, 1)


def test_it_changes_nothing_when_it_only_reports(
    make_key: Callable[[], ProviderApiKey], settings: Settings
) -> None:
    make_key()
    take_new_key(settings)
    before = stored()
    said = rotate_keys("--report")
    assert stored() == before
    assert "1 under old keys" in said
    assert f"key {secrets.key_id(OLD)} (ENCRYPTION_KEYS_OLD): 1 in provider_api_keys" in said


def test_it_opens_each_row_once_when_it_only_reports(
    make_key: Callable[[], ProviderApiKey], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key()
    take_new_key(settings)
    opened: list[object] = []
    unseal = secrets.unseal

    def note(sealed_text: str, **where: Any) -> secrets.Secret:
        opened.append(sealed_text)
        return unseal(sealed_text, **where)

    monkeypatch.setattr(secrets, "unseal", note)
    rotate_keys("--report")
    assert len(opened) == 1


def test_it_names_and_leaves_what_it_cannot_open(
    make_key: Callable[[], ProviderApiKey], settings: Settings
) -> None:
    row = make_key()
    lose_the_key(settings)
    before = stored()
    with pytest.raises(CommandError, match="1 cannot be opened"):
        rotate_keys()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rotate_keys", stdout=StringIO(), stderr=out)
    assert f"provider_api_keys.ciphertext, row {row.pk}" in out.getvalue()
    assert stored() == before


def test_it_rotates_the_rest_when_one_row_was_moved_by_hand(
    make_key: Callable[[], ProviderApiKey], settings: Settings, column: sealed.SealedColumn
) -> None:
    moved, other = make_key(), make_key()
    ProviderApiKey.objects.filter(pk=moved.pk).update(ciphertext=other.ciphertext)
    take_new_key(settings)
    found = sealed.rotate(column)
    assert (found.rotated, [row.primary_key for row in found.unopened]) == (1, [moved.pk])


def test_it_does_not_overwrite_what_somebody_else_wrote_meanwhile(
    make_key: Callable[[], ProviderApiKey],
    settings: Settings,
    column: sealed.SealedColumn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = make_key()
    take_new_key(settings)
    real, others = sealed.SealedColumn.seal, []

    def seal(self: sealed.SealedColumn, secret: Secret, of: Any) -> str:
        if not others:  # between the reading and the writing of the row
            others.append(real(self, Secret("another key"), of))
            ProviderApiKey.objects.filter(pk=row.pk).update(ciphertext=others[0])
        return real(self, secret, of)

    monkeypatch.setattr(sealed.SealedColumn, "seal", seal)
    sealed.rotate(column)
    row.refresh_from_db()
    assert keys.open_key(row).reveal() == "another key"
    assert row.key_id == secrets.key_id(NEW)


def test_it_leaves_alone_a_row_that_went_away_meanwhile(
    make_key: Callable[[], ProviderApiKey],
    settings: Settings,
    column: sealed.SealedColumn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = make_key()
    take_new_key(settings)
    gone = row.pk
    row.delete()
    monkeypatch.setattr(sealed, "_primary_keys", lambda _column: iter([gone]))
    assert sealed.rotate(column) == sealed.Rotation(column.name)


def test_it_audits_each_row_without_its_secret(
    make_key: Callable[[], ProviderApiKey], settings: Settings
) -> None:
    row = make_key()
    take_new_key(settings)
    rotate_keys()
    (entry,) = AuditEntry.objects.filter(additional_data__event="key.rotate")
    assert entry.object_pk == str(row.pk)
    assert entry.additional_data == {
        "event": "key.rotate",
        "column": "provider_api_keys.ciphertext",
        "from_key": secrets.key_id(OLD),
        "to_key": secrets.key_id(NEW),
    }


@pytest.mark.django_db(transaction=True)
def test_it_rotates_while_others_read_and_none_of_them_fails(
    make_key: Callable[[], ProviderApiKey], settings: Settings, column: sealed.SealedColumn
) -> None:
    for _ in range(20):
        make_key()
    take_new_key(settings)
    begun, ended, failures = threading.Barrier(4), threading.Event(), []

    def read_all() -> None:
        try:
            begun.wait()
            going_on = True
            while going_on:
                going_on = not ended.is_set()
                assert {column.open(row).reveal() for row in column.rows()} == {TEXT}
        except (SecretError, AssertionError) as error:
            failures.append(error)
        finally:
            connection.close()

    readers = [threading.Thread(target=read_all) for _ in range(3)]
    for reader in readers:
        reader.start()
    begun.wait()
    assert sealed.rotate(column).rotated == 20
    ended.set()
    for reader in readers:
        reader.join()
    assert failures == []
