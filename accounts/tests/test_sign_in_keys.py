"""Which of a provider's published keys may have signed a token."""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from accounts.id_tokens import TokenRefused, verified_claims

KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("one", "two")}


def published(*names: str, **more: str) -> dict[str, Any]:
    keys = [
        {**ECAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name, **more}
        for name in names
    ]
    return {"keys": keys}


def token(key: str, **header: str) -> str:
    now = int(time.time())
    claims = {"iss": "us", "sub": "1", "aud": "me", "nonce": "n", "iat": now, "exp": now + 60}
    return jwt.encode(claims, KEYS[key], algorithm="ES256", headers=header)


def check(text: str, keys: dict[str, Any]) -> dict[str, Any]:
    return verified_claims(text, keys=keys, issuer="us", client_id="me", nonce="n")


def test_it_takes_the_key_that_the_token_names() -> None:
    assert check(token("two", kid="two"), published("one", "two"))["sub"] == "1"


def test_it_takes_the_only_key_when_the_token_names_none() -> None:
    assert check(token("one"), published("one"))["sub"] == "1"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (token("one"), published("one", "two")),
        (token("one", kid="two"), published("one", "two")),
        (token("one", kid="three"), published("one", "two")),
        (token("one", kid="one"), published("one", use="enc")),
        (token("one", kid="one"), {"keys": []}),
        (token("one", kid="one"), {}),
        (token("one", kid="one"), {"keys": [{"kty": "oct", "k": "eHh4", "kid": "one"}]}),
        (token("one", kid="one"), {"keys": ["one"]}),
        (token("one", kid="one"), {"keys": "one"}),
    ],
    ids=[
        "several",
        "another",
        "unknown",
        "encryption",
        "none",
        "no-list",
        "shared",
        "text",
        "word",
    ],
)
def test_it_refuses_every_other_key(text: str, keys: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        check(text, keys)


def test_it_refuses_a_shared_key_whatever_the_token_calls_its_signature() -> None:
    secret = b"published for everybody to read!"
    shared = {"keys": [{"kty": "oct", "alg": "HS256", "kid": "one", "k": base64url(secret)}]}
    head, body, _ = token("one", kid="one").split(".")
    mac = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    with pytest.raises(TokenRefused):
        check(f"{head}.{body}.{base64url(mac)}", shared)


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
