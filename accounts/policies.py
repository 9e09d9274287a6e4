"""Who may call a route of the pages. Each urls.py wraps every view in one of these.

What is declared is also enforced: visitors never reach the view of a route for people who are
signed in. Routes of the JSON API are declared by accounts.api_access, those of the console by
config.admin_site. A test walks all addresses and refuses one without a policy.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


class Policy(StrEnum):
    """Suspended users are visitors to all of them."""

    ANYBODY = "anybody"
    SIGNED_IN = "whoever is signed in"
    OWNER = "whoever owns what the address or the form names; to others it does not exist"
    ADMINISTRATORS = "administrators"
    OPERATORS = "this machine, bearers of METRICS_TOKEN, and administrators"


def anybody(view: View) -> View:
    """Visitors too."""
    return _declared(Policy.ANYBODY, view)


def signed_in(view: View) -> View:
    """Visitors are sent to the sign-in page and come back from there."""
    return _declared(Policy.SIGNED_IN, _for_people(view))


def owner(view: View) -> View:
    """As ``signed_in``; the view answers 404 for what is not there and for what is not theirs."""
    return _declared(Policy.OWNER, _for_people(view))


def operators(view: View) -> View:
    """Others get 403 from the view, which alone knows where a request came from."""
    return _declared(Policy.OPERATORS, view)


def administrators(view: View) -> View:
    """Declares only: the console asks for the role around each of its views."""
    return _declared(Policy.ADMINISTRATORS, view)


def _for_people(view: View) -> View:
    """A part of a page whose reader was signed out meanwhile has the page load anew, to say so."""
    page = login_required(view)

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return page(request, *args, **kwargs)

    return asked


def policy_of(view: Any) -> Policy | None:
    """What a view was declared as; None if nobody said."""
    return getattr(view, "policy", None)


def _declared(policy: Policy, view: View) -> View:
    @wraps(view)
    def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    declared.policy = policy  # type: ignore[attr-defined]
    return declared
