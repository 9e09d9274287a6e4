"""Which user a person proven by a provider is, and whether that user may come in.

A person is known by issuer and subject, never by e-mail address: addresses are handed on, subjects
are not. The address opens an account only the first time, and only one that nobody has an identity
for yet (made by an administrator or by ``login_link --create``); from then on it is that
person's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from auditlog.context import set_actor
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import services
from accounts.models import User
from accounts.ways import Way
from operations import audit

NAME_LENGTH = User._meta.get_field("name").max_length or 0
SUBJECT_LENGTH = SocialAccount._meta.get_field("uid").max_length or 0


class SignInRefused(services.AccountError):
    """A proven person may not sign in here; ``str(error)`` tells that person why."""


@dataclass(frozen=True)
class Identity:
    """What a provider proved about a person. ``email`` is lower case, empty if unverified."""

    namespace: str
    subject: str
    email: str
    name: str
    provider: str

    def owns(self, row: SocialAccount) -> bool:
        """Compared here: MySQL disregards case and trailing blanks, in which subjects differ."""
        return bool(row.provider == self.namespace and row.uid == self.subject)

    @classmethod
    def from_claims(cls, way: Way, claims: dict[str, Any]) -> Identity:
        # Some providers send the word instead of the truth value; "false" must not count as true.
        verified = claims.get("email_verified") in (True, "true")
        email = claims.get("email")
        name = claims.get("name")
        return cls(
            namespace=way.namespace,
            subject=str(claims["sub"]),
            email=email.strip().lower() if verified and isinstance(email, str) else "",
            name=_printable(name) if isinstance(name, str) else "",
            provider=way.name,
        )


def sign_in(identity: Identity, *, address: str) -> User:
    """The user whom this identity opens, found or made, with the sign-in recorded.

    ``address`` is the client's network address. Raises SignInRefused. The caller starts the
    session.
    """
    _refuse_address(identity)
    try:
        with transaction.atomic():
            user = _known(identity) or _linked(identity)
            with set_actor(user, remote_addr=address):
                audit.record(user, "user.sign_in", by=identity.provider)
    except (IntegrityError, ValidationError):
        # Another request linked the same person or address first, or no user can have the address.
        raise SignInRefused(
            f"{identity.email} could not be given an account. Try once more; if that does not "
            "help, ask whoever runs this installation."
        ) from None
    return user


def _refuse_address(identity: Identity) -> None:
    if not identity.email:
        raise SignInRefused(
            f"{identity.provider} did not confirm an e-mail address of yours. "
            "Confirm your address there, then try again."
        )
    if len(identity.subject) > SUBJECT_LENGTH:
        raise SignInRefused(f"{identity.provider} gave you an identity too long to be stored.")
    if not services.may_sign_in(identity.email):
        raise SignInRefused(
            f"{identity.email} is not admitted here. Sign in with another account, or ask whoever "
            "runs this installation."
        )


def _known(identity: Identity) -> User | None:
    """The user of an identity that was here before, with a changed address taken over."""
    rows = SocialAccount.objects.select_related("user").filter(
        provider=identity.namespace, uid=identity.subject
    )
    account = next((row for row in rows if identity.owns(row)), None)
    if account is None:
        return None
    user: User = account.user
    _follow_address(user, identity.email)
    services.refuse_who_may_not(user, SignInRefused)
    account.save(update_fields=["last_login"])
    return user


def _linked(identity: Identity) -> User:
    """The user of the address if nobody has claimed it, else a new one; the identity is kept."""
    found = User.objects.select_for_update().filter(email=identity.email).first()
    user = found or User.objects.create_user(identity.email, name=identity.name)
    services.refuse_who_may_not(user, SignInRefused)
    held = list(SocialAccount.objects.filter(user=user))
    if user.email != identity.email or not all(identity.owns(row) for row in held):
        raise SignInRefused(
            f"{identity.email} belongs to an account that somebody else signs in to. If it is "
            "yours, ask an administrator to remove its old identity."
        )
    if held:  # the same person, signing in twice at once
        return user
    SocialAccount.objects.create(
        user=user, provider=identity.namespace, uid=identity.subject, extra_data={}
    )
    if found:
        audit.record(user, "user.link_identity", provider=identity.provider)
    return user


def _follow_address(user: User, email: str) -> None:
    """Take over an address that changed at the provider, unless another user has it."""
    if user.email == email or User.objects.filter(email=email).exclude(pk=user.pk).exists():
        return
    user.email = email
    user.full_clean()
    user.save(update_fields=["email"])


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:NAME_LENGTH]
