"""Addresses of sign-in, sign-out and the account, and who may call each."""

from re import escape

from django.urls import path, re_path

from accounts import views, views_account, views_links, views_openid, views_tokens
from accounts.policies import anybody, owner, signed_in
from accounts.ways import google_callback_path

urlpatterns = [
    path("sign-in/", anybody(views.sign_in), name="sign-in"),
    path("sign-in/link/<str:token>/", anybody(views_links.sign_in_link), name="sign-in-link"),
    path("sign-in/with/<slug:slug>/", anybody(views_openid.start), name="sign-in-start"),
    re_path(
        rf"^{escape(google_callback_path())}$",
        anybody(views_openid.callback),
        {"slug": "google"},
        name="google_callback",
    ),
    path(
        "api/auth/oidc/callback",
        anybody(views_openid.callback),
        {"slug": "oidc"},
        name="oidc_callback",
    ),
    path("sign-out/", anybody(views.sign_out), name="sign-out"),
    path("account/delete/", signed_in(views_account.account_delete), name="account-delete"),
    path("account/export", signed_in(views_account.account_export), name="account-export"),
    path("account/tokens/create", signed_in(views_tokens.token_create), name="token-create"),
    path(
        "account/tokens/<int:number>/revoke", owner(views_tokens.token_revoke), name="token-revoke"
    ),
    path("account/sessions/end", signed_in(views_account.sessions_end), name="sessions-end"),
    path("account/sessions/<int:number>/end", owner(views_account.session_end), name="session-end"),
]
