"""The pages for everything that went wrong: each says what happened and what to do."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when what makes the request bad is its size."""
    too_big = isinstance(exception, RequestDataTooBig)
    template, status = ("413.html", 413) if too_big else ("400.html", 400)
    return render(request, template, status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with our own reason if there is one."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is not there and for what belongs to somebody else."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; rendered without context, since anything may be broken."""
    from django.template.loader import get_template

    return HttpResponse(get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old."""
    return render(request, "403_csrf.html", status=403)
