"""Personal tokens of the JSON API: made, found again by their digest, noted as used, revoked.

A token reads ``aitp_``, 40 random letters and digits, and 6 that are the CRC-32 of what stands
before them, so that scanners for secrets know one without asking, and a mistyped one costs no
look into the database. What is random has 238 bits, which is why a plain SHA-256 is enough.
"""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from hashlib import sha256
from zlib import crc32

from django.db import transaction
from django.db.models import BooleanField, Case, Q, QuerySet, When

from accounts.models import ApiToken, User
from accounts.services import AccountError, refuse_who_may_not
from operations import audit
from operations.clock import Now, database_now, now_plus
from operations.secrets import Secret

PREFIX = "aitp_"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
MOST_STANDING = 50
LONGEST_NAME = 200
LONGEST_DAYS = 3_650
NOTED_EVERY = timedelta(minutes=1)
KEEP_ENDED = timedelta(days=90)


def create(
    *, user: User, name: str, scope: ApiToken.Scope, days: int | None
) -> tuple[ApiToken, Secret]:
    """Make a token, which expires after ``days`` unless None. The text is not kept anywhere.

    Raises AccountError: the user may not sign in, the name or the days will not do, or there are
    too many tokens already.
    """
    refuse_who_may_not(user, AccountError)
    _refuse_days(days)
    name = _checked_name(name)
    text = _generate()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two at once, the second counts both
        if standing(user).count() >= MOST_STANDING:
            raise AccountError(f"You have {MOST_STANDING} tokens. Revoke one first.")
        now = database_now()
        token = ApiToken.objects.create(
            user=user,
            name=name,
            scope=scope,
            digest=_digest(text),
            last_four=text[-4:],
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    return token, Secret(text)


def revoke(token: ApiToken) -> None:
    """End a token from the next request on; one that was revoked before stays as it is."""
    with transaction.atomic():
        row = ApiToken.objects.select_for_update().get(pk=token.pk)
        if row.revoked_at is None:
            row.revoked_at = database_now()
            row.save(update_fields=["revoked_at"])


def standing(user: User) -> QuerySet[ApiToken]:
    """The user's tokens that were not revoked, expired ones too, the newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True)


def holder(text: str) -> ApiToken | None:
    """The token of this text, noted as used; None unless it and its user may go on."""
    if not _is_well_formed(text):
        return None
    rows = ApiToken.objects.filter(_counts(), digest=_digest(text)).select_related("user")
    token = rows.annotate(
        is_to_be_noted=Case(
            When(_is_to_be_noted(), then=True), default=False, output_field=BooleanField()
        )
    ).first()
    if token is None or not _may_go_on(token.user):
        return None
    if token.is_to_be_noted:
        ApiToken.objects.filter(_is_to_be_noted(), pk=token.pk).update(last_used_at=Now())
    return token


def purge_ended() -> int:
    """Delete tokens that ended long ago, without an audit entry for each; returns how many."""
    before = now_plus(-KEEP_ENDED)
    old = ApiToken.objects.filter(Q(revoked_at__lt=before) | Q(expires_at__lt=before))
    with audit.unrecorded():
        return int(old.delete()[0])


def _counts() -> Q:
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))


def _is_to_be_noted() -> Q:
    return Q(last_used_at__isnull=True) | Q(last_used_at__lt=now_plus(-NOTED_EVERY))


def _may_go_on(user: User) -> bool:
    try:
        refuse_who_may_not(user, AccountError)
    except AccountError:
        return False
    return True


def _generate() -> str:
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def _is_well_formed(text: str) -> bool:
    body, checksum = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    long_enough = len(text) == len(PREFIX) + RANDOM_LENGTH + CHECKSUM_LENGTH
    return (
        long_enough and text.startswith(PREFIX) and text.isascii() and _checksum(body) == checksum
    )


def _checksum(body: str) -> str:
    """The CRC-32 in our 62 digits, six of them, of which the first stands for the most."""
    number, digits = crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _checked_name(name: str) -> str:
    shown = "".join(character for character in name if character.isprintable()).strip()
    if not shown:
        raise AccountError("Give the token a name that says where it is used.")
    if len(shown) > LONGEST_NAME:
        raise AccountError(f"The token's name is longer than {LONGEST_NAME} characters.")
    return shown


def _refuse_days(days: int | None) -> None:
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise AccountError(f"A token lasts 1 to {LONGEST_DAYS:,} days, or without end.")
