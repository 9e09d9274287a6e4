"""Addresses of sign-in and sign-out."""

from re import escape

from django.urls import path, re_path

from accounts import views, views_account, views_links, views_openid, views_tokens
from accounts.ways import google_callback_path

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/link/<str:token>/", views_links.sign_in_link, name="sign-in-link"),
    path("sign-in/with/<slug:slug>/", views_openid.start, name="sign-in-start"),
    re_path(
        rf"^{escape(google_callback_path())}$",
        views_openid.callback,
        {"slug": "google"},
        name="google_callback",
    ),
    path("api/auth/oidc/callback", views_openid.callback, {"slug": "oidc"}, name="oidc_callback"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/delete/", views_account.account_delete, name="account-delete"),
    path("account/export", views_account.account_export, name="account-export"),
    path("account/tokens/create", views_tokens.token_create, name="token-create"),
    path("account/tokens/<int:number>/revoke", views_tokens.token_revoke, name="token-revoke"),
    path("account/sessions/end", views_account.sessions_end, name="sessions-end"),
    path("account/sessions/<int:number>/end", views_account.session_end, name="session-end"),
]
