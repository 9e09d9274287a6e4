"""The account page. It stands here and not in accounts because it shows today's usage."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from billing.limits import allowance


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, as what, and what is left for today."""
    return render(
        request, "accounts/account.html", {"allowance": allowance(cast(User, request.user))}
    )
