"""Secrets at rest open only where and with what they were sealed for."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from operations import secrets
from operations.secrets import KeyRing, Secret, Tampered, UnknownKey

CONTEXT = {"table": "t", "column": "c", "row": "1"}
CANARY = Secret("sk-canary-5d1f")


def sealed(ring: KeyRing) -> str:
    return ring.seal(CANARY, purpose="keys", context=CONTEXT)


def test_it_opens_what_it_sealed() -> None:
    text = secrets.seal(CANARY, purpose="keys", context=CONTEXT)
    assert secrets.unseal(text, purpose="keys", context=CONTEXT) == CANARY
    assert "canary" not in text


def test_it_seals_the_same_text_differently_each_time() -> None:
    ring = KeyRing.of(b"a" * 32)
    assert sealed(ring) != sealed(ring)


@pytest.mark.parametrize("part", ["table", "column", "row"])
def test_it_refuses_a_text_moved_to_another_place(part: str) -> None:
    ring = KeyRing.of(b"a" * 32)
    with pytest.raises(Tampered):
        ring.unseal(sealed(ring), purpose="keys", context={**CONTEXT, part: "other"})


def test_it_refuses_a_context_whose_values_were_shifted_between_names() -> None:
    ring = KeyRing.of(b"a" * 32)
    text = ring.seal(CANARY, purpose="keys", context={"a": "x", "b": "y"})
    with pytest.raises(Tampered):
        ring.unseal(text, purpose="keys", context={"a": 'x"], ["b', "b": "y"})


def test_it_keeps_purposes_apart() -> None:
    ring = KeyRing.of(b"a" * 32)
    with pytest.raises(Tampered):
        ring.unseal(sealed(ring), purpose="other", context=CONTEXT)


def test_it_refuses_a_changed_text() -> None:
    ring = KeyRing.of(b"a" * 32)
    text = sealed(ring)
    changed = text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]
    with pytest.raises(Tampered):
        ring.unseal(changed, purpose="keys", context=CONTEXT)


@pytest.mark.parametrize("text", ["", "v1.", "v1.aaaaaaaa.x", "v2.aaaaaaaa." + "A" * 40, "é"])
def test_it_refuses_what_is_no_sealed_text(text: str) -> None:
    with pytest.raises(Tampered):
        KeyRing.of(b"a" * 32).unseal(text, purpose="keys", context=CONTEXT)


def test_it_says_when_the_key_is_not_on_the_ring() -> None:
    text = sealed(KeyRing.of(b"a" * 32))
    with pytest.raises(UnknownKey, match=secrets.key_id(b"a" * 32)):
        KeyRing.of(b"b" * 32).unseal(text, purpose="keys", context=CONTEXT)


def test_it_opens_with_an_old_key_and_seals_with_the_current_one(settings: Settings) -> None:
    settings.ENCRYPTION_KEY = b"a" * 32
    settings.ENCRYPTION_KEYS_OLD = []
    old = secrets.seal(CANARY, purpose="keys", context=CONTEXT)
    settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEYS_OLD = b"b" * 32, [b"a" * 32]
    assert secrets.unseal(old, purpose="keys", context=CONTEXT) == CANARY
    new = secrets.seal(CANARY, purpose="keys", context=CONTEXT)
    assert secrets.key_id_of(new) == secrets.key_id(b"b" * 32) != secrets.key_id_of(old)


def test_it_shows_no_secret_by_itself() -> None:
    ring = KeyRing.of(b"k" * 32)
    assert "canary" not in f"{CANARY} {CANARY!r} {[CANARY]}"
    assert "kkkk" not in repr(ring)
