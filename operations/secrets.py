"""Secrets at rest: AES-256-GCM under a ring of keys, each text bound to the place it belongs to.

A sealed text reads ``v1.<key id>.<base64url of nonce and ciphertext>``. The key that encrypts is
derived from a ring key for one purpose (HKDF-SHA-256). The associated data holds the version, the
key id, the purpose and the caller's context (table, column, row, ...), so that a sealed text that
was moved to another place does not open. Key ids are derived too, and tell nothing of the key.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32
LABEL = b"ai-to-production/"


class SecretError(Exception):
    """A sealed text that does not open. The message holds no secret."""


class UnknownKey(SecretError):
    """It was sealed with a key that is not on the ring."""


class Tampered(SecretError):
    """It was changed, or stands where it was not sealed for."""


@dataclass(frozen=True, repr=False)
class Secret:
    """A text that shows itself only when asked by ``reveal``, not in a log, page or traceback."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret([redacted])"


@dataclass(frozen=True, repr=False)
class KeyRing:
    """The keys of this installation: the first one seals, all of them open."""

    keys: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, current: bytes, old: Iterable[bytes] = ()) -> KeyRing:
        return cls(tuple((key_id(key), key) for key in (current, *old)))

    @property
    def current_id(self) -> str:
        return self.keys[0][0]

    def seal(self, secret: Secret, *, purpose: str, context: Mapping[str, str]) -> str:
        identifier, key = self.keys[0]
        nonce = os.urandom(NONCE_BYTES)
        data = _associated_data(identifier, purpose, context)
        ciphertext = _cipher(key, purpose).encrypt(nonce, secret.reveal().encode(), data)
        return f"{VERSION}.{identifier}.{urlsafe_b64encode(nonce + ciphertext).decode()}"

    def unseal(self, sealed: str, *, purpose: str, context: Mapping[str, str]) -> Secret:
        identifier, raw = _take_apart(sealed)
        key = dict(self.keys).get(identifier)
        if key is None:
            raise UnknownKey(f"No key with the id {identifier} is configured.")
        data = _associated_data(identifier, purpose, context)
        try:
            plain = _cipher(key, purpose).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], data)
        except InvalidTag:
            raise Tampered("The sealed text was changed or belongs to another place.") from None
        return Secret(plain.decode())


def seal(secret: Secret, *, purpose: str, context: Mapping[str, str]) -> str:
    """Encrypt with the current key, bound to ``purpose`` and ``context``. ASCII, no spaces."""
    return ring().seal(secret, purpose=purpose, context=context)


def unseal(sealed: str, *, purpose: str, context: Mapping[str, str]) -> Secret:
    """Decrypt what was sealed with the same purpose and context. Raises SecretError."""
    return ring().unseal(sealed, purpose=purpose, context=context)


def ring() -> KeyRing:
    """The ring of the settings ENCRYPTION_KEY (current) and ENCRYPTION_KEYS_OLD."""
    return _ring(settings.ENCRYPTION_KEY, tuple(settings.ENCRYPTION_KEYS_OLD))


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that name a key without telling anything of it."""
    return sha256(LABEL + b"key-id/" + key).hexdigest()[:8]


def key_id_of(sealed: str) -> str:
    """The id of the key that a text was sealed with. Raises Tampered for what is no sealed text."""
    return _take_apart(sealed)[0]


@lru_cache(maxsize=4)
def _ring(current: bytes, old: tuple[bytes, ...]) -> KeyRing:
    return KeyRing.of(current, old)


@lru_cache(maxsize=64)
def _cipher(key: bytes, purpose: str) -> AESGCM:
    derivation = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=LABEL + b"purpose/" + purpose.encode()
    )
    return AESGCM(derivation.derive(key))


def _associated_data(identifier: str, purpose: str, context: Mapping[str, str]) -> bytes:
    """Unambiguous bytes: JSON quotes what a context's values could otherwise imitate."""
    return json.dumps([VERSION, identifier, purpose, sorted(context.items())]).encode()


def _take_apart(sealed: str) -> tuple[str, bytes]:
    version, _, rest = sealed.partition(".")
    identifier, _, text = rest.partition(".")
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        raw = b""
    if version != VERSION or len(raw) <= NONCE_BYTES:
        raise Tampered("This is not a sealed text.")
    return identifier, raw
