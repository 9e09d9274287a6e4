"""The page behind a one-time sign-in link: opening it asks, only the button signs in.

Mail scanners and chat previews open links; a link that signed in on GET would be used up by them.
"""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.bursts import burst_limited
from accounts.views import BACKEND, safe_next, to_next


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@burst_limited
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET: who would be signed in. POST: sign in, once. 403 with the reason if the link is bad."""
    try:
        if request.method == "POST":
            user = services.redeem_login_link(token)
            login(request, user, backend=BACKEND)
            return to_next(safe_next(request))
        user = services.user_of_link(token)
    except services.LinkRefused as refused:
        return render(request, "accounts/sign_in_link.html", {"reason": str(refused)}, status=403)
    return render(request, "accounts/sign_in_link.html", {"owner": user})
