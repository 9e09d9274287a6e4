"""What an administrator may enter for a provider: its name and address, and headers sent along."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

from operations.addresses import DestinationRefused, check_url

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
MOST_HEADERS = 20
# They steer the connection, or would replace the key that the provider's key field sets.
RESERVED = {
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-client-request-id",
}


def checked_name(name: str) -> str:
    """The name as the console's form takes it: what is blank, or no line of text, is refused."""
    name = name.strip()
    if not name or not name.isprintable():
        raise ValidationError("A name is one line of printable characters.")
    return name


def validate_base_url(value: str) -> None:
    """The outbound rules, at the moment of saving."""
    try:
        check_url(value)
    except DestinationRefused as error:
        raise ValidationError(str(error)) from None


def validate_header_name(value: str) -> None:
    """A header that may carry a key or be set besides it."""
    if not HEADER_NAME.fullmatch(value):
        raise ValidationError("A header's name consists of letters, digits and hyphens.")
    if value.lower() in RESERVED:
        raise ValidationError(f"The header {value} is set by the product itself.")


def validate_header_value(value: Any) -> None:
    if not isinstance(value, str) or not HEADER_VALUE.fullmatch(value):
        raise ValidationError("A header's value is one line of printable ASCII characters.")


def validate_headers(value: Any) -> None:
    """A JSON object of header names and values."""
    if not isinstance(value, dict) or len(value) > MOST_HEADERS:
        raise ValidationError(f"Write a JSON object with at most {MOST_HEADERS} headers.")
    for name, content in value.items():
        validate_header_name(name)
        validate_header_value(content)
    if len({name.lower() for name in value}) != len(value):
        raise ValidationError("A header is named twice.")
