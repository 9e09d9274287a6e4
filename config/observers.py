"""/health and /metrics, and who may see what of them.

Anybody may ask whether the product is up. Details and metrics are for this machine itself, for
whoever bears METRICS_TOKEN, and for administrators.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.health import Finding, State, described, overall, report
from operations.metrics import CONTENT_TYPE, exposition
from operations.middleware import is_loopback

HEALTH_PATH = "/health"


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the product can serve; where not, HealthWithoutDatabase has answered."""
    findings: dict[str, Finding] = request.health  # type: ignore[attr-defined]  # set below
    return _health(findings, with_details=_is_trusted(request) or bool(request.user.is_staff))


class HealthWithoutDatabase:
    """Looks how all is, and answers /health itself when the database is away, before anybody
    looks for a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == HEALTH_PATH:
            findings = request.health = report()  # type: ignore[attr-defined]
            if overall(findings) is State.DOWN:
                return _health(findings, with_details=_is_trusted(request))
        return self.get_response(request)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything that Prometheus collects."""
    if not _is_trusted(request) and not request.user.is_staff:
        raise PermissionDenied("Metrics are open to this machine and to bearers of METRICS_TOKEN.")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def _health(findings: dict[str, Finding], *, with_details: bool) -> JsonResponse:
    state = overall(findings)
    body = described(findings) if with_details else {"status": state}
    return JsonResponse(body, status=503 if state is State.DOWN else 200)


def _is_trusted(request: HttpRequest) -> bool:
    """Whether the request comes from this machine or bears the token.

    A proxy on this machine does not make the whole world local: what was forwarded is not.
    """
    is_local = is_loopback(request.META.get("REMOTE_ADDR", "")) and not _was_forwarded(request)
    return is_local or _bears_token(request.headers.get("Authorization", ""))


def _was_forwarded(request: HttpRequest) -> bool:
    return bool(getattr(request, "was_forwarded", False))


def _bears_token(header: str) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    return bool(settings.METRICS_TOKEN) and compare_digest(header.encode(), expected)
