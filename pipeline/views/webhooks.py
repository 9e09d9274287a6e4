"""The user's webhook on the account page: set it, try it, remove it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.bursts import seconds_to_wait
from accounts.models import User
from pipeline import webhooks
from pipeline.models import Webhook
from pipeline.views.account import account_page

CHANGES_PER_MINUTE = 10


@require_POST
def webhook_set(request: HttpRequest) -> HttpResponse:
    """Set the address and show its secret, this once."""
    site = f"{request.scheme}://{request.get_host()}"
    address = request.POST.get("address", "")
    if too_many := _too_many(request):
        return account_page(request, address=address, problem=too_many)
    try:
        secret = webhooks.set_webhook(user=_user(request), address=address, site=site)
    except webhooks.AddressRefused as problem:
        refused = f"The webhook was not changed. {problem}"
        return account_page(request, address=address, problem=refused)
    shown = {"address": address.strip(), "secret": secret.reveal()}
    return render(request, "accounts/webhook_secret.html", shown)


@require_POST
def webhook_test(request: HttpRequest) -> HttpResponse:
    """Put a test message on its way; the list on the page says what became of it."""
    webhook = Webhook.objects.filter(user=_user(request)).first()
    if webhook is None:
        raise Http404("There is no webhook of yours.")
    if too_many := _too_many(request):
        messages.info(request, too_many)
        return redirect("account")
    webhooks.queue_test(webhook)
    messages.info(request, "A test is on its way. Reload this page to see what became of it.")
    return redirect("account")


@require_POST
def webhook_remove(request: HttpRequest) -> HttpResponse:
    """Forget the address, its secret and all deliveries."""
    webhooks.remove_webhook(user=_user(request))
    messages.info(request, "The webhook is removed.")
    return redirect("account")


def _too_many(request: HttpRequest) -> str:
    """What to say to somebody who does it too often; empty while it is not."""
    who = str(_user(request).pk)
    seconds = seconds_to_wait(request, group="webhook", who=who, per_minute=CHANGES_PER_MINUTE)
    return f"That was too often. Try again in {seconds} seconds." if seconds else ""


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
