"""The account page. It stands here and not in accounts because it shows today's usage."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import sessions, tokens
from accounts.forms import DAYS
from accounts.models import ApiToken, User
from billing.limits import allowance
from billing.models import Membership
from operations import privacy
from operations.clock import database_now
from pipeline.models import Webhook, WebhookDelivery
from pipeline.views.usage_chart import usage_chart

MOST_SESSIONS = 50
MOST_DELIVERIES = 10


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in and where, what was used and is left, and what is stored."""
    return account_page(request)


def account_page(request: HttpRequest, *, address: str = "", problem: str = "") -> HttpResponse:
    """The page; with ``problem`` the address of a webhook that was refused stays in its form."""
    user = cast(User, request.user)
    left = allowance(user)
    today = (left.resets_at - timedelta(seconds=1)).date()
    context = {
        "allowance": left,
        "membership": Membership.objects.filter(user=user).select_related("plan").first(),
        "chart": usage_chart(user, today),
        "sessions": sessions.sessions_of(user)[:MOST_SESSIONS],
        "here": request.session.session_key,
        "tokens": tokens.standing(user),
        "token_scopes": ApiToken.Scope.choices,
        "token_days": DAYS,
        "now": database_now(),
        "webhook": Webhook.objects.filter(user=user).first(),
        "address": address,
        "problem": problem,
        "deliveries": _deliveries(user),
        "holdings": privacy.holdings(),
    }
    return render(request, "accounts/account.html", context, status=422 if problem else 200)


def _deliveries(user: User) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.filter(webhook__user=user).select_related("job__submission")
    light = rows.defer("job__submission__code", "job__submission__comments")
    return light[:MOST_DELIVERIES]
