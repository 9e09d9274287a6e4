"""What every page may show about the product itself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    """Name and version for headers and footers."""
    return {"product_name": "AI to Production", "product_version": settings.VERSION}
