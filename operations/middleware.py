"""What is settled before anything else sees a request (id, sender and size), and the headers that
every answer leaves with.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.urls import get_resolver
from django.utils.cache import add_never_cache_headers

from operations import request_ids
from operations.addresses import Address, literal
from operations.problems import is_api, problem

GetResponse = Callable[[HttpRequest], HttpResponse]
ErrorHandler = Callable[[HttpRequest, Exception], HttpResponse]
NO_LENGTH = "Send the body in one piece, with its Content-Length; chunked bodies are not read."

FORWARDING_HEADERS = (
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FORWARDED",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_VIA",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_ORIGINAL_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
)


def is_loopback(address: str) -> bool:
    """Whether an address in text form is this machine's own; False for what is no address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class RequestIdMiddleware:
    """Gives every request its id, which logs and audit entries take over, and tells programs.

    A peer in ``TRUSTED_PROXIES`` may have given it one in X-Request-ID already; nobody else may,
    so that no caller can make his entries look like another's.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        given = meta.get("HTTP_X_REQUEST_ID", "")
        wished = given if given and _is_trusted(meta.get("REMOTE_ADDR", "")) else ""
        with request_ids.answering(wished) as request_id:
            meta["HTTP_X_REQUEST_ID"] = request_id  # django_structlog reads it there
            response = self.get_response(request)
        if is_api(request):
            response[request_ids.HEADER] = request_id
        return response


class ClientAddressMiddleware:
    """Puts the client's real address into REMOTE_ADDR and drops forwarding headers nobody vouched
    for, so that audit entries and limits can rely on REMOTE_ADDR alone.

    Only a peer in ``TRUSTED_PROXIES`` may forward. Its X-Forwarded-For is read from the right:
    the last address that is not itself a trusted proxy is the client. ``X-Forwarded-Proto`` of a
    trusted peer is kept. ``request.was_forwarded`` tells whether any forwarding header came in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if peer := _address(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = str(peer)
        found = {name: meta.pop(name) for name in FORWARDING_HEADERS if name in meta}
        request.was_forwarded = bool(found)  # type: ignore[attr-defined]
        if found and _is_trusted(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = _client_address(
                found.get("HTTP_X_FORWARDED_FOR", ""), meta["REMOTE_ADDR"]
            )
            if "HTTP_X_FORWARDED_PROTO" in found:
                meta["HTTP_X_FORWARDED_PROTO"] = found["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)


def _address(text: str) -> Address | None:
    """What a text is, or None; an IPv4 address also where a server for both kinds, or a proxy,
    wraps it into IPv6 (::ffff:192.0.2.1)."""
    address = literal(text)
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: str) -> bool:
    peer = _address(address)
    return peer is not None and any(peer in network for network in settings.TRUSTED_PROXIES)


def _client_address(forwarded_for: str, peer: str) -> str:
    """The rightmost address of the chain that no trusted proxy owns, or ``peer`` if none is one."""
    client = peer
    for candidate in reversed([part.strip() for part in forwarded_for.split(",")]):
        address = _address(candidate)
        if address is None:
            break  # what stands left of nonsense cannot be trusted either
        client = str(address)
        if not _is_trusted(client):
            break
    return client


class SlashMiddleware(CommonMiddleware):
    """Leads readers to the address with a slash at its end. What is sent to the one without would
    be lost on that way: it is told that nothing stands there, also where DEBUG is on."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)


class BodySizeMiddleware:
    """Answers 413 to a body that announces more bytes than any form of ours can need, unread.

    A program that announces no length is told so (411): what it sends in parts would be read as
    nothing. Browsers always announce one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.MAX_REQUEST_BYTES:
            refused = RequestDataTooBig("The request is larger than any form of ours needs.")
            handler = cast(ErrorHandler, get_resolver().resolve_error_handler(400))
            return handler(request, refused)
        if (
            request.method == "POST"
            and "HTTP_TRANSFER_ENCODING" in request.META
            and is_api(request)
        ):
            return problem("length-required", 411, NO_LENGTH)
        return self.get_response(request)


# What no page of ours uses; a script that got in could not either.
UNUSED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{name}=()" for name in UNUSED)


class LeavingHeadersMiddleware:
    """Adds to every answer what Django has no setting for.

    An answer that does not say itself how long it may be kept is kept by nobody, error pages and
    redirects too: most name whoever is signed in, or show what is theirs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
