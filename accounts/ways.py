"""The providers through which people can sign in here, as the settings configure them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

GOOGLE_PATH = "/api/auth/google/callback"


@dataclass(frozen=True)
class Way:
    """One OpenID Connect provider. ``client_secret`` must not reach a page or a log.

    ``namespace`` is what identities are stored under: a subject is unique for one issuer only.
    ``redirect_uri`` is where the provider sends people back to; empty means this site's own
    address of ``callback``, the name of a URL pattern. ``wishes`` are further parameters of the
    way there.
    """

    slug: str
    name: str
    namespace: str
    issuer: str
    client_id: str
    client_secret: str
    callback: str
    redirect_uri: str = ""
    wishes: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Way({self.slug!r}, {self.issuer!r})"

    @property
    def origin(self) -> str:
        """Scheme and host of the provider, such as https://accounts.google.com."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def ways() -> dict[str, Way]:
    """The configured providers by slug, in the order of their buttons."""
    found = [way for way in (_google(), _openid_connect()) if way]
    return {way.slug: way for way in found}


def google_callback_path() -> str:
    """The path of GOOGLE_REDIRECT_URI, or the usual one, without its first slash."""
    return (urlsplit(settings.GOOGLE_REDIRECT_URI).path or GOOGLE_PATH).removeprefix("/")


def _google() -> Way | None:
    if not (settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET):
        return None
    return Way(
        slug="google",
        name="Google",
        namespace="google",
        issuer=settings.GOOGLE_ISSUER,
        client_id=settings.GOOGLE_CLIENT_ID,
        client_secret=settings.GOOGLE_CLIENT_SECRET,
        callback="google_callback",
        redirect_uri=settings.GOOGLE_REDIRECT_URI,
        # Otherwise Google takes the account of last time, also when that one was refused here.
        wishes={"prompt": "select_account"},
    )


def _openid_connect() -> Way | None:
    if not settings.OIDC_ISSUER:
        return None
    return Way(
        slug="oidc",
        name=settings.OIDC_NAME,
        namespace=settings.OIDC_ISSUER.rstrip("/"),
        issuer=settings.OIDC_ISSUER,
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        callback="oidc_callback",
    )
