"""Signing in and out."""

from __future__ import annotations

from typing import cast

from auditlog.context import set_actor
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.developer import ADDRESSES, developer, may_use_developer_sign_in
from accounts.forms import DeveloperSignInForm
from accounts.ways import ways
from operations import audit

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET: the ways in that exist here. POST: the developer sign-in, a 404 where it does not."""
    if request.method == "POST":
        return _sign_in_as_developer(request)
    if request.user.is_authenticated:
        return to_next(safe_next(request))
    leading_away = csp_update({"form-action": _form_targets()})
    return cast(HttpResponse, leading_away(_sign_in_page)(request))


def _sign_in_page(request: HttpRequest) -> HttpResponse:
    context = {
        "ways": ways().values(),
        "developers": ADDRESSES if may_use_developer_sign_in(request) else {},
        "next": request.GET.get("next", ""),
    }
    return render(request, "accounts/sign_in.html", context)


def _form_targets() -> list[str]:
    """Where a form of the sign-in page may lead: browsers also hold the redirects after it to that.

    A provider may send people on to other hosts of its own or of their company, so any host with
    TLS will do. The page asks for nothing that a changed form could steal.
    """
    return ["https:", *(way.origin for way in ways().values())] if ways() else []


def _sign_in_as_developer(request: HttpRequest) -> HttpResponse:
    form = DeveloperSignInForm(request.POST)
    if not may_use_developer_sign_in(request) or not form.is_valid():
        raise Http404("There is no such sign-in here.")
    user = developer(form.cleaned_data["role"])
    if not user.is_active:
        raise Http404("This account is suspended.")
    login(request, user, backend=BACKEND)
    with set_actor(user, remote_addr=request.META["REMOTE_ADDR"]):
        audit.record(user, "user.sign_in", by="developer sign-in")
    return to_next(safe_next(request))


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: ``next`` if it is a path of this site, else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def to_next(path: str) -> HttpResponse:
    """Go to a path as it stands; ``redirect`` would also take it for the name of a route."""
    return HttpResponseRedirect(path)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session on the server and go to the start page."""
    logout(request)
    messages.info(request, "You are signed out.")
    return redirect(settings.LOGOUT_REDIRECT_URL)
