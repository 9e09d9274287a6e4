"""Checks what an OpenID Connect provider says about a person: signature, sender, audience, nonce.

allauth leaves the signature of a token fetched over TLS unread and knows no nonce; here all of
OpenID Connect Core 1.0, section 3.1.3.7, is checked, also because a development issuer has no TLS.
"""

from __future__ import annotations

from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

# Public-key signatures only: with HS256 or "none" whoever knows public values could sign.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
]
CLOCK_SKEW_SECONDS = 60
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class TokenRefused(Exception):
    """An ID token does not prove who somebody is; ``str(error)`` says why, without its content."""


def verified_claims(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of an ID token that ``issuer`` made for us and for this very sign-in.

    ``keys`` is the provider's JSON Web Key Set. Raises TokenRefused.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_signing_key(token, keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(f"the token is not valid ({type(error).__name__})") from None
    _check_audience(claims, client_id)
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise TokenRefused("the token belongs to another sign-in (nonce)")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise TokenRefused("the token names nobody (sub)")
    return claims


def _signing_key(token: str, keys: dict[str, Any]) -> jwt.PyJWK:
    """The one published key that the token's header points to."""
    wanted = jwt.get_unverified_header(token).get("kid")
    known = jwt.PyJWKSet.from_dict(keys).keys
    usable = [key for key in known if key.public_key_use in (None, "sig")]
    if wanted is not None:
        usable = [key for key in usable if key.key_id == wanted]
    if len(usable) != 1:
        raise TokenRefused("the token is signed with a key that the provider does not publish")
    return usable[0]


def _check_audience(claims: dict[str, Any], client_id: str) -> None:
    """A token that others may use as well could be one that they passed on."""
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise TokenRefused("the token is meant for somebody else as well (aud, azp)")
