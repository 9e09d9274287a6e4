"""/health and /metrics, and who may see what of them.

Anybody may ask whether the product is up. Details and metrics are for this machine itself, for
whoever bears METRICS_TOKEN, and for administrators.
"""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.health import State, overall, report
from operations.metrics import CONTENT_TYPE, exposition
from operations.middleware import is_loopback


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the product can serve, 503 when its database is away."""
    findings = report()
    state = overall(findings)
    body: dict[str, object] = {"status": state}
    if _may_observe(request, with_database=state is not State.DOWN):
        body["version"] = settings.VERSION
        body["checks"] = {
            name: {"status": finding.state, **finding.facts} for name, finding in findings.items()
        }
    return JsonResponse(body, status=503 if state is State.DOWN else 200)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything that Prometheus collects."""
    if not _may_observe(request, with_database=True):
        raise PermissionDenied("Metrics are open to this machine and to bearers of METRICS_TOKEN.")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def _may_observe(request: HttpRequest, *, with_database: bool) -> bool:
    """Whether the request comes from this machine, bears the token, or is an administrator's.

    A proxy on this machine does not make the whole world local: what was forwarded is not.
    """
    if is_loopback(request.META.get("REMOTE_ADDR", "")) and not _was_forwarded(request):
        return True
    if _bears_token(request.headers.get("Authorization", "")):
        return True
    return with_database and bool(request.user.is_staff)


def _was_forwarded(request: HttpRequest) -> bool:
    return bool(getattr(request, "was_forwarded", False))


def _bears_token(header: str) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    return bool(settings.METRICS_TOKEN) and compare_digest(header.encode(), expected)
