"""How requests leave: over verified TLS, without redirects, and heard out when refused half-way."""

from __future__ import annotations

import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from .credentials import is_loopback
from .errors import Misuse


class _HearsOut(HTTPConnection):
    """A server that will not read a long body to its end says why and hangs up, while the rest is
    still being sent: what it said is read then, instead of failing over what it did not take."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        # If it said nothing, reading its answer fails in turn.
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            super().send(data)


class _HearsOutOverTls(_HearsOut, HTTPSConnection):
    pass


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_HearsOut, req)


class _Https(HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trusted = context

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_HearsOutOverTls, req, context=self._trusted)


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


def opener_for(address: str, ca_bundle: str | None) -> OpenerDirector:
    """What opens requests to the server at an address. Raises Misuse."""
    try:
        context = ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        raise Misuse(f"The CA bundle {ca_bundle} cannot be used: {error}.") from None
    local = is_loopback(urlsplit(address).hostname or "")
    proxies = ProxyHandler({}) if local else ProxyHandler()  # a proxy is told nothing of loopback
    return build_opener(proxies, _Http(), _Https(context), _NoRedirects())
