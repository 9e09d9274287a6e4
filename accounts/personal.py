"""What this app stores about people, for their export and their erasure (operations.privacy)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from accounts import sessions, tokens
from accounts.models import ApiToken, SignedIn, User
from operations import forgetting, privacy
from operations.models import AuditEntry, RuntimeConfig

LAST = 100  # what the other apps do leaves audit entries too


def register() -> None:
    """Make them known."""
    privacy.register(ACCOUNT)
    privacy.register(SESSIONS)
    privacy.register(TOKENS)
    privacy.register(AUDIT)


def _account(user: User) -> Iterator[dict[str, Any]]:
    yield privacy.fields_of(user, "password")
    for identity in SocialAccount.objects.filter(user=user):
        yield {"sign_in_with": identity.provider, **privacy.fields_of(identity)}


def _sessions(user: User) -> Iterator[dict[str, Any]]:
    for session in sessions.sessions_of(user):
        yield privacy.fields_of(session, "session_key")


def _tokens(user: User) -> Iterator[dict[str, Any]]:
    for token in ApiToken.objects.filter(user=user):
        yield privacy.fields_of(token, "digest")


def _audit(user: User) -> Iterator[dict[str, Any]]:
    for entry in forgetting.entries_about(user):
        yield {
            "at": entry.timestamp,
            "by_you": entry.actor_id == user.pk,
            "about": entry.object_repr,
            "action": entry.get_action_display(),
            "changes": entry.changes,
            "details": entry.additional_data,
            "address": entry.remote_addr if entry.actor_id == user.pk else None,
        }


def _forget(user: User) -> None:
    identities = SocialAccount.objects.filter(user=user)
    forgetting.forget(user, also=[*identities, *ApiToken.objects.filter(user=user)])


def _session_days() -> str:
    return f"{settings.SESSION_COOKIE_AGE // 86_400} days, or until you sign out"


ACCOUNT = privacy.Holding(
    name="account",
    title="Your e-mail address, name and role, and how you sign in",
    models=(User, SocialAccount, EmailAddress),
    export=_account,
    kept=lambda: "as long as the account",
    at_erasure="deleted",
)
SESSIONS = privacy.Holding(
    name="sessions",
    title="Where you are signed in: time, network address and browser",
    models=(SignedIn,),
    export=_sessions,
    kept=_session_days,
    at_erasure="deleted",
    erase=lambda user: sessions.end_all(user),
)
TOKENS = privacy.Holding(
    name="tokens",
    title="Tokens of your programs: name, scope, last four characters, last use",
    models=(ApiToken,),
    export=_tokens,
    kept=lambda: f"until {tokens.KEEP_ENDED.days} days after they were revoked or expired",
    at_erasure="deleted",
)
AUDIT = privacy.Holding(
    name="audit",
    title="What you and administrators changed or looked at",
    models=(AuditEntry, RuntimeConfig),
    export=_audit,
    kept=lambda: "for good: it proves who did what",
    at_erasure="stays without your address, name and network address, as user with a number",
    erase=_forget,
    rank=LAST,
)
