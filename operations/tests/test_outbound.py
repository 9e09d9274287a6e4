"""The outbound client connects only where it may, and takes only what it can bear."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django.fixtures import Settings

from operations import outbound

NAME = "models.example.test"


class Server(ThreadingHTTPServer):
    """Answers by path and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.server_names: list[str | None] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what is tested here."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        getattr(self, f"answer_{self.path.rpartition('/')[2]}")()

    def answer_plain(self) -> None:
        self._head(200, {"Content-Length": "2", "Set-Cookie": "a=b"})
        self.wfile.write(b"ok")

    def answer_redirect(self) -> None:
        self._head(302, {"Location": "http://127.0.0.1:9/", "Content-Length": "0"})

    def answer_announced(self) -> None:
        self._head(200, {"Content-Length": str(10**12)})

    def answer_endless(self) -> None:
        self._head(200, {"Connection": "close"})
        while True:
            self.wfile.write(b"x" * 65_536)

    def answer_compressed(self) -> None:
        self._head(200, {"Content-Encoding": "gzip", "Content-Length": "0"})

    def answer_drip(self) -> None:
        self._head(200, {"Connection": "close"})
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def answer_slow_head(self) -> None:
        while True:
            self.wfile.write(b"H")
            time.sleep(0.05)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """A server on loopback that the operator listed."""
    outbound.close()
    with Server() as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.PROVIDER_ALLOWED_HOSTS = [running.host]
        yield running
        outbound.close()
        running.shutdown()
        thread.join()


@pytest.fixture
def resolves_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let every name resolve to these addresses; returns the list of names that were asked for."""

    def use(*found: str) -> list[str]:
        asked: list[str] = []
        real = socket.getaddrinfo

        def answer(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
            if host == "127.0.0.1":  # connecting to a number asks nobody
                return real(host, port, *rest, **named)
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

        monkeypatch.setattr("operations.connecting.socket.getaddrinfo", answer)
        return asked

    return use


def get(url: str, seconds: float = 5) -> httpx2.Response:
    with outbound.within(seconds):
        return outbound.client().get(url)


def test_it_calls_a_listed_host(server: Server) -> None:
    assert get(f"http://{server.host}/plain").text == "ok"


def test_it_refuses_a_host_that_is_not_listed(server: Server, settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = []
    with pytest.raises(outbound.Forbidden):
        get(f"http://{server.host}/plain")
    assert server.requests == []


def test_it_refuses_a_public_name_that_resolves_to_a_private_address(
    server: Server, settings: Settings, resolves_to: Callable[..., list[str]]
) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = []
    resolves_to("93.184.216.34", "127.0.0.1")
    with pytest.raises(outbound.Forbidden):
        get(f"https://{NAME}:{server.server_port}/plain")
    assert server.requests == []


def test_it_asks_for_a_name_once_a_connection(
    server: Server, settings: Settings, resolves_to: Callable[..., list[str]]
) -> None:
    asked = resolves_to("127.0.0.1")
    settings.PROVIDER_ALLOWED_HOSTS = [NAME]
    for _ in range(3):
        get(f"http://{NAME}:{server.server_port}/plain")
    assert asked == [NAME]
    assert {headers["Host"] for _, headers in server.requests} == {f"{NAME}:{server.server_port}"}


def test_it_follows_no_redirect(server: Server) -> None:
    with pytest.raises(outbound.UnusableResponse):
        get(f"http://{server.host}/redirect")
    with pytest.raises(outbound.UnusableResponse), outbound.within(5):
        outbound.client().get(f"http://{server.host}/redirect", follow_redirects=True)


@pytest.mark.parametrize("path", ["announced", "endless"])
def test_it_reads_no_more_than_the_cap(server: Server, path: str) -> None:
    with pytest.raises(outbound.ResponseTooLarge):
        get(f"http://{server.host}/{path}", seconds=30)


def test_it_declines_compression(server: Server) -> None:
    with pytest.raises(outbound.UnusableResponse):
        get(f"http://{server.host}/compressed")
    assert server.requests[0][1]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("path", ["drip", "slow_head"])
def test_it_ends_a_dripping_answer_at_the_deadline(server: Server, path: str) -> None:
    start = time.monotonic()
    with pytest.raises(httpx2.TimeoutException):
        get(f"http://{server.host}/{path}", seconds=0.4)
    assert time.monotonic() - start < 3


def test_it_ends_nested_work_with_the_earliest_deadline(server: Server) -> None:
    with pytest.raises(httpx2.TimeoutException), outbound.within(0.3):
        get(f"http://{server.host}/drip", seconds=60)


def test_it_works_only_under_a_deadline(server: Server) -> None:
    with pytest.raises(RuntimeError, match="within"):
        outbound.client().get(f"http://{server.host}/plain")


@pytest.mark.parametrize("library", ["httpx2", "httpcore2.http11", "openai._base_client"])
def test_it_lets_no_library_log_headers(library: str) -> None:
    assert not logging.getLogger(library).isEnabledFor(logging.INFO)


def test_it_keeps_no_cookie(server: Server) -> None:
    for _ in range(2):
        get(f"http://{server.host}/plain")
    assert "Cookie" not in server.requests[1][1]


def test_it_reads_no_proxy_from_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert get(f"http://{server.host}/plain").text == "ok"


def test_it_uses_the_configured_proxy_and_still_refuses_private_addresses(
    server: Server, settings: Settings
) -> None:
    settings.PROVIDER_PROXY = f"http://{server.host}"
    settings.PROVIDER_ALLOWED_HOSTS = [NAME]
    assert get(f"http://{NAME}/plain").text == "ok"
    assert server.requests[0][0] == f"http://{NAME}/plain"
    with pytest.raises(outbound.Forbidden):
        get("https://10.0.0.1/plain")


def test_it_checks_the_certificate_against_the_name_and_the_configured_authority(
    server: Server,
    settings: Settings,
    resolves_to: Callable[..., list[str]],
    tmp_path: Path,
) -> None:
    resolves_to("127.0.0.1")
    settings.PROVIDER_ALLOWED_HOSTS = [NAME, "other.example.test"]
    settings.PROVIDER_CA_BUNDLE = speak_tls(server, tmp_path)
    assert get(f"https://{NAME}:{server.server_port}/plain").text == "ok"
    assert server.server_names == [NAME]
    with pytest.raises(httpx2.ConnectError):
        get(f"https://other.example.test:{server.server_port}/plain")


def speak_tls(server: Server, folder: Path) -> Path:
    """Give the server a certificate for NAME; returns the file of its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "both.pem").write_bytes(private + pem)
    (folder / "authority.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "both.pem")
    context.sni_callback = lambda _socket, name, _context: server.server_names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return folder / "authority.pem"


def test_it_is_one_client_however_many_threads_ask_first(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    everybody = Barrier(8)

    class Slow(outbound.GuardedTransport):
        def __init__(self) -> None:
            made.append(self)
            super().__init__()

    def ask(_: int) -> httpx2.Client:
        everybody.wait(10)
        return outbound.client()

    outbound.close()
    monkeypatch.setattr(outbound, "GuardedTransport", Slow)
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(ask, range(8)))
    outbound.close()
    assert (len(clients), len(made)) == (1, 1)
