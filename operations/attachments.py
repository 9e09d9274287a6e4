"""Text that goes out as a file to keep, whatever is in it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

PLAIN = "text/plain"


def attachment(text: str, filename: str, kind: str = PLAIN) -> HttpResponse:
    """Text that a browser saves and does not show; ``kind`` is its media type."""
    response = HttpResponse(text.encode(), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=filename
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
