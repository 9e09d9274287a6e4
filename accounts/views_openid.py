"""The way to an OpenID Connect provider and the way back."""

from __future__ import annotations

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.bursts import burst_limited
from accounts.openid import OpenIDAdapter
from accounts.views import safe_next
from accounts.views_failures import not_proven
from accounts.ways import Way, ways


@never_cache
@require_POST
@burst_limited
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to a provider. POST only: nobody is signed in by following a link."""
    adapter = OpenIDAdapter(request, _way(slug))
    try:
        return adapter.get_provider().send_away(request, safe_next(request))
    except OAuth2Error as error:
        return not_proven(request, adapter.way.name, error)


@never_cache
@require_GET
def callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a provider sends the browser back to: signs in, or says why not."""
    adapter = OpenIDAdapter(request, _way(slug))
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except OAuth2Error as error:  # allauth asks the provider for its addresses outside of its own
        return not_proven(request, adapter.way.name, error)
    return response


def _way(slug: str) -> Way:
    way = ways().get(slug)
    if way is None:
        raise Http404("There is no such sign-in here.")
    return way
