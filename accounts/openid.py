"""Talks to an OpenID Connect provider: discovery, the way there, the exchange of the code.

allauth's OAuth 2.0 flow does the work (state bound to the session and used once, PKCE, exchange);
added here are discovery with a checked issuer, the nonce and the full check of the ID token.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from pydantic import BaseModel, ValidationError

from accounts.id_tokens import TokenRefused, verified_claims
from accounts.identities import Identity
from accounts.ways import Way

WELL_KNOWN = "/.well-known/openid-configuration"


class ProviderUnusable(OAuth2Error):
    """The provider does not answer, or answers something that is not OpenID Connect."""


class NotProven(OAuth2Error):
    """The provider's answer does not prove who came back from it."""


class Discovery(BaseModel):
    """What a provider publishes about itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    def addresses(self) -> list[str]:
        found = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return [*found, *filter(None, [self.userinfo_endpoint])]


class Client(OAuth2Client):
    """allauth's client, also for providers whose address has parameters of its own."""

    def get_redirect_url(
        self, authorization_url: str, scope: list[str], extra_params: dict[str, str]
    ) -> str:
        address, *queries = (
            super().get_redirect_url(authorization_url, scope, extra_params).split("?")
        )
        return f"{address}?{'&'.join(queries)}"


class PersonLogin(SocialLogin):
    """A sign-in whose token was checked; who that is here, accounts.identities decides."""

    identity: Identity

    def lookup(self) -> None:
        """Nothing: allauth's own lookup leaves the comparison of subjects to the database."""


class OpenIDProvider(OAuth2Provider):
    """allauth's view of one Way; its app comes from the settings, never from the database."""

    id = "openid"
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, way: Way, adapter: OpenIDAdapter) -> None:
        app = SocialApp(
            provider=self.id,
            provider_id=way.namespace,
            name=way.name,
            client_id=way.client_id,
            secret=way.client_secret,
        )
        super().__init__(request, app=app)
        self.name = way.name
        self.adapter = adapter

    def get_oauth2_adapter(self, request: HttpRequest) -> OpenIDAdapter:
        return self.adapter

    def get_default_scope(self) -> list[str]:
        return ["openid", "email", "profile"]

    def send_away(self, request: HttpRequest, next_url: str) -> HttpResponse:
        """A redirect to the provider; state and PKCE verifier stay in the session."""
        state = secrets.token_urlsafe(32)
        response: HttpResponse = self.redirect(
            request,
            process="login",
            next_url=next_url,
            state_id=state,
            auth_params={**self.adapter.way.wishes, "nonce": nonce_of(state)},
        )
        return response


class OpenIDAdapter(OAuth2Adapter):
    """One sign-in through one Way."""

    client_class = Client

    def __init__(self, request: HttpRequest, way: Way) -> None:
        super().__init__(request)
        self.way = way
        self.provider_id = way.namespace

    def get_provider(self) -> OpenIDProvider:
        return OpenIDProvider(self.request, self.way, self)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return self.way.redirect_uri or request.build_absolute_uri(reverse(self.way.callback))

    @property
    def authorize_url(self) -> str:
        return self.discovery.authorization_endpoint

    @property
    def access_token_url(self) -> str:
        return self.discovery.token_endpoint

    @property
    def basic_auth(self) -> bool:
        return "client_secret_post" not in self.discovery.token_endpoint_auth_methods_supported

    @cached_property
    def discovery(self) -> Discovery:
        """The provider's own description. Raises ProviderUnusable."""
        try:
            found = Discovery.model_validate(_fetch(self.way.issuer.rstrip("/") + WELL_KNOWN))
        except ValidationError:
            raise ProviderUnusable("its description is not OpenID Connect's") from None
        if found.issuer.rstrip("/") != self.way.issuer.rstrip("/"):
            raise ProviderUnusable("it calls itself by another name (issuer)")
        if not all(address.startswith(_schemes(self.way)) for address in found.addresses()):
            raise ProviderUnusable("it names addresses without TLS")
        return found

    def parse_token(self, data: object) -> SocialToken:
        """The access token, which is used for this sign-in only and never stored."""
        if not isinstance(data, dict) or not isinstance(data.get("access_token"), str):
            raise ProviderUnusable("its answer holds no access token")
        return SocialToken(token=data["access_token"])

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> PersonLogin:
        """Who came back from the provider. Raises NotProven or ProviderUnusable."""
        claims = self._claims(kwargs["response"], nonce_of(request.GET["state"]))
        if "email" not in claims:
            claims |= self._more_claims(token.token, claims["sub"])
        account = SocialAccount(provider=self.way.namespace, uid=claims["sub"])
        login = PersonLogin(account=account, provider=self.get_provider())
        login.identity = Identity.from_claims(self.way, claims)
        return login

    def _claims(self, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        try:
            return verified_claims(
                str(answer.get("id_token", "")),
                keys=_fetch(self.discovery.jwks_uri),
                issuer=self.discovery.issuer,
                client_id=self.way.client_id,
                nonce=nonce,
            )
        except TokenRefused as refused:
            raise NotProven(str(refused)) from None

    def _more_claims(self, access_token: str, subject: str) -> dict[str, Any]:
        """What a provider tells only at its userinfo endpoint, if that is about the same person."""
        if not self.discovery.userinfo_endpoint:
            return {}
        header = {"Authorization": f"Bearer {access_token}"}
        told = _fetch(self.discovery.userinfo_endpoint, header)
        if told.get("sub") != subject:
            raise NotProven("the provider answered about somebody else (sub)")
        return {name: told[name] for name in ("email", "email_verified", "name") if name in told}


def nonce_of(state: str) -> str:
    """The nonce of the sign-in with this state: nobody else can compute it, nothing stores it."""
    return salted_hmac("accounts.openid.nonce", state, algorithm="sha256").hexdigest()


def _schemes(way: Way) -> tuple[str, ...]:
    return ("https://",) if way.issuer.startswith("https://") else ("https://", "http://")


def _fetch(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object from the provider. Raises ProviderUnusable."""
    try:
        with get_adapter().get_requests_session() as session:
            response = session.request("GET", url, headers=headers)
            response.raise_for_status()
            content = response.json()
    except requests.RequestException as error:
        raise ProviderUnusable(
            f"it does not answer as it should ({type(error).__name__})"
        ) from None
    if not isinstance(content, dict):
        raise ProviderUnusable("its answer is not a JSON object")
    return content
