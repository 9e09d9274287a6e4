"""Personal tokens: how they look, how long they stand, and what is kept of them."""

from __future__ import annotations

import re
from datetime import timedelta
from zlib import crc32

import pytest
from pytest_django.fixtures import Settings

from accounts import tokens
from accounts.models import ApiToken, User
from accounts.services import AccountError
from operations.clock import now_plus
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db
READ, SUBMIT = ApiToken.Scope.READ, ApiToken.Scope.SUBMIT


def a_token(user: User, days: int | None = None, name: str = "CI") -> tuple[ApiToken, str]:
    token, secret = tokens.create(user=user, name=name, scope=READ, days=days)
    return token, secret.reveal()


def works(text: str) -> bool:
    return tokens.holder(text) is not None


def age(token: ApiToken, **columns: timedelta) -> None:
    """Move moments of a row back in time."""
    moments = {name: now_plus(-by) for name, by in columns.items()}
    ApiToken.objects.filter(pk=token.pk).update(**moments)


def test_it_has_a_form_that_scanners_know(alice: User) -> None:
    assert re.fullmatch(r"aitp_[0-9A-Za-z]{46}", a_token(alice)[1])


def test_it_ends_in_a_checksum_of_the_rest(alice: User) -> None:
    text = a_token(alice)[1]
    number = 0
    for digit in text[-6:]:
        number = number * 62 + tokens.ALPHABET.index(digit)
    assert number == crc32(text[:-6].encode())


def test_it_is_kept_as_its_digest_alone(alice: User) -> None:
    token, text = a_token(alice)
    kept = str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert (text in kept, text[5:] in kept, text[-4:] in kept) == (False, False, True)


def test_it_leaves_entries_without_the_token(alice: User) -> None:
    token, text = a_token(alice)
    tokens.revoke(token)
    entries = list(AuditEntry.objects.get_for_object(token))
    assert [entry.get_action_display() for entry in entries] == ["update", "create"]
    told = str([(entry.changes, entry.object_repr, entry.serialized_data) for entry in entries])
    assert "CI" in told
    assert text[5:-4] not in told
    assert token.digest not in told


@pytest.mark.parametrize("wrong", ["", "aitp_", "x" * 51, "aitp_" + "é" * 46, "aitp_" + "0" * 46])
def test_it_knows_none_that_is_not_one(alice: User, wrong: str) -> None:
    a_token(alice)
    assert not works(wrong)


def test_it_refuses_one_with_a_changed_character(alice: User) -> None:
    text = a_token(alice)[1]
    assert works(text)
    assert not works(text[:10] + ("a" if text[10] != "a" else "b") + text[11:])


def test_it_ends_when_it_expires(alice: User) -> None:
    token, text = a_token(alice, days=1)
    age(token, expires_at=timedelta(seconds=-5))
    assert works(text)
    age(token, expires_at=timedelta(seconds=1))
    assert not works(text)


def test_it_ends_when_it_is_revoked(alice: User) -> None:
    token, text = a_token(alice)
    tokens.revoke(token)
    assert not works(text)


def test_it_stays_revoked_as_of_the_first_time(alice: User) -> None:
    token, _ = a_token(alice)
    tokens.revoke(token)
    first = ApiToken.objects.get().revoked_at
    tokens.revoke(token)
    assert ApiToken.objects.get().revoked_at == first


def test_it_does_not_work_for_a_suspended_user(alice: User) -> None:
    _, text = a_token(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert not works(text)


def test_it_does_not_work_for_whom_the_operator_admits_no_more(
    alice: User, settings: Settings
) -> None:
    _, text = a_token(alice)
    settings.SIGNIN_ALLOWED = ["elsewhere.example"]
    assert not works(text)


def test_it_notes_the_use_at_most_once_a_minute(alice: User) -> None:
    token, text = a_token(alice)
    assert works(text)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    assert works(text)
    assert ApiToken.objects.get().last_used_at == first
    age(token, last_used_at=timedelta(seconds=61))
    assert works(text)
    assert ApiToken.objects.get().last_used_at >= first


def test_it_writes_nothing_for_a_second_use_within_the_minute(
    alice: User, django_assert_num_queries: object
) -> None:
    _, text = a_token(alice)
    works(text)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert works(text)


@pytest.mark.parametrize("name", ["", "   ", "\x00\u202e", "x" * 201])
def test_it_needs_a_name_that_can_be_shown(alice: User, name: str) -> None:
    with pytest.raises(AccountError, match="name"):
        a_token(alice, name=name)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "x" * 200])
def test_it_takes_any_name_that_can_be_shown(alice: User, name: str) -> None:
    assert a_token(alice, name=name)[0].name == name


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_it_refuses_days_without_sense(alice: User, days: int) -> None:
    with pytest.raises(AccountError, match="days"):
        a_token(alice, days=days)


def test_it_lets_nobody_have_too_many(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_STANDING", 2)
    first = a_token(alice)[0]
    a_token(alice)
    with pytest.raises(AccountError, match="Revoke one first"):
        a_token(alice)
    tokens.revoke(first)
    assert a_token(alice)


def test_it_makes_none_for_a_suspended_user(alice: User) -> None:
    alice.is_active = False
    with pytest.raises(AccountError, match="suspended"):
        a_token(alice)


def test_it_purges_what_ended_long_ago_alone(alice: User) -> None:
    long_ago, lately = timedelta(days=91), timedelta(days=89)
    age(a_token(alice)[0], revoked_at=long_ago)
    age(a_token(alice)[0], expires_at=long_ago)
    age(a_token(alice)[0], revoked_at=lately)
    age(a_token(alice)[0], created_at=long_ago)
    assert tokens.purge_ended() == 2
    assert ApiToken.objects.count() == 2
