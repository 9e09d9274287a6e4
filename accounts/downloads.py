"""What is stored about a person as a file that a browser or a program saves."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts import erasure
from accounts.models import User


def personal_data(user: User, *, called: str) -> StreamingHttpResponse:
    """Everything about the user as a zip of JSON files, named ``called`` and the day."""
    response = StreamingHttpResponse(erasure.export_user(user), content_type="application/zip")
    name = f"{called}-{timezone.now():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
