"""The client's connection: what it asks again, how long it waits, and whom it trusts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from client.ai_to_production import cli, connection, languages
from client.ai_to_production.connection import Server
from client.ai_to_production.credentials import Token, address_from, token_from
from client.ai_to_production.errors import Misuse, NoAnswer, Refused, Stopped
from client.ai_to_production.files import targets_of
from client.ai_to_production.reviewing import Wishes, key_of, review_one
from pipeline.analysis.languages import LANGUAGES

TEXT = "aitp_" + "7" * 46
Scripted = tuple[int, dict[str, str], Any]


class FakeServer:
    """A real HTTP server with a queue of answers and a history of requests; then it says yes."""

    def __init__(self) -> None:
        self.answers: list[Scripted | None] = []
        self.requests: list[dict[str, str]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                sent = self.rfile.read(length).decode()
                fake.requests.append(
                    {**dict(self.headers.items()), "path": self.path, "sent": sent}
                )
                scripted = fake.answers.pop(0) if fake.answers else (200, {}, {"id": "x"})
                if scripted is None:
                    self.close_connection = True  # it breaks before a word is said
                    return
                status, headers, body = scripted
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    server = FakeServer()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; none is made."""
    pauses: list[float] = []
    monkeypatch.setattr(Server, "wait", lambda _self, seconds: pauses.append(seconds))
    return pauses


def server_at(fake: FakeServer, **more: Any) -> Server:
    return Server(fake.address, Token(TEXT), **more)


def problem(kind: str) -> dict[str, str]:
    return {"type": f"urn:ai-to-production:problem:{kind}", "detail": f"Because of {kind}."}


@pytest.mark.parametrize("status", [429, 503, 502, 500])
def test_it_waits_as_long_as_the_server_says(
    fake: FakeServer, waited: list[float], status: int
) -> None:
    fake.answers = [(status, {"Retry-After": "7"}, problem("too-many-requests"))]
    assert server_at(fake).submit({"code": "x"}, "k").body == {"id": "x"}
    assert waited[0] == 7
    assert len(fake.requests) == 2


def test_it_asks_again_under_the_same_key_after_a_broken_connection(
    fake: FakeServer, waited: list[float]
) -> None:
    fake.answers = [None, None]
    server_at(fake).submit({"code": "x"}, "the key")
    assert [request["Idempotency-Key"] for request in fake.requests] == ["the key"] * 3
    assert len({request["sent"] for request in fake.requests}) == 1


@pytest.mark.parametrize("status", [200, 422])
def test_it_asks_again_when_an_answer_breaks_off(
    fake: FakeServer, waited: list[float], status: int
) -> None:
    fake.answers = [(status, {"Content-Length": "99", "Connection": "close"}, b'{"id"')]
    assert server_at(fake).submit({"code": "x"}, "k").body == {"id": "x"}
    assert len(fake.requests) == 2


def refuse_unread(listener: socket.socket) -> None:
    """Answer the first request before its body is read, as a server does that wants less."""
    with listener.accept()[0] as caller:
        caller.recv(1_000)
        body = json.dumps(problem("too-large")).encode()
        head = f"HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        caller.sendall(head.encode() + body)


def test_it_hears_why_a_server_reads_no_more(waited: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse_unread, args=[listener])
        thread.start()
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", Token(TEXT))
        with pytest.raises(Refused, match="Because of too-large"):
            server.submit({"code": "x" * 8_000_000}, "k")
        thread.join()
    assert waited == []


def test_it_waits_for_no_answer_that_dribbles_on(
    fake: FakeServer, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", -1.0)
    monkeypatch.setattr(connection, "GREETING_SECONDS", 0.0)
    with pytest.raises(NoAnswer, match="the answer takes too long"):
        server_at(fake).greet()


def test_it_takes_not_modified_for_what_was_answered_before(fake: FakeServer) -> None:
    fake.answers = [
        (200, {"ETag": '"one"', "Retry-After": "3"}, {"ended": False}),
        (304, {"Retry-After": "5"}, b""),
        (200, {}, {"ended": True}),
    ]
    server = server_at(fake)
    first = server.ask("code.getJobStatus", id="x")
    again = server.ask("code.getJobStatus", before=first, id="x")
    assert (again.body, again.etag, again.retry_after) == ({"ended": False}, '"one"', 5)
    assert server.ask("code.getJobStatus", before=again, id="x").body == {"ended": True}
    sent = [request.get("If-None-Match") for request in fake.requests]
    assert sent == [None, '"one"', '"one"']


def test_it_waits_for_an_earlier_request_with_the_key(
    fake: FakeServer, waited: list[float]
) -> None:
    fake.answers = [(409, {"Retry-After": "1"}, problem("idempotency-key-in-use"))]
    assert server_at(fake).submit({}, "k").status == 200


def test_it_gives_up_when_the_wait_would_be_too_long(fake: FakeServer, waited: list[float]) -> None:
    fake.answers = [(429, {"Retry-After": "40000"}, problem("daily-limit-reached"))]
    with pytest.raises(Refused, match="Because of daily-limit-reached"):
        server_at(fake).submit({}, "k")
    assert (len(fake.requests), waited) == (1, [])


def test_it_waits_for_a_run_no_longer_than_it_may_take(
    fake: FakeServer, waited: list[float], tmp_path: Path
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n", encoding="utf-8")
    fake.answers = [(202, {}, {"id": "x"}), (200, {"Retry-After": "3600"}, {"ended": False})]
    (target,) = targets_of([str(file)])
    review_one(server_at(fake), target, Wishes(timeout=5))
    (pause,) = waited
    assert pause <= 5


def test_it_gives_up_when_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "GREETING_SECONDS", 0.0)
    nobody = Server("http://127.0.0.1:1", Token(TEXT))
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:1 cannot be reached"):
        nobody.greet()


def test_it_asks_once_for_what_will_never_be(fake: FakeServer, waited: list[float]) -> None:
    fake.answers = [(422, {}, problem("invalid-submission"))]
    with pytest.raises(Refused, match="Because of"):
        server_at(fake).submit({}, "k")
    assert len(fake.requests) == 1


def test_it_follows_no_redirect_with_the_token(fake: FakeServer) -> None:
    fake.answers = [(302, {"Location": f"{fake.address}/elsewhere"}, {})]
    with pytest.raises(Misuse, match="redirects"):
        server_at(fake).greet()
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"\xff"),
        (200, b"[" * 200_000),
        (404, {"detail": "Not Found"}),
        (401, {"type": "about:blank"}),
    ],
)
def test_it_knows_what_is_no_server_of_ours(fake: FakeServer, status: int, body: Any) -> None:
    fake.answers = [(status, {}, body)]
    with pytest.raises(Misuse, match="does not answer as"):
        server_at(fake).greet()


def test_it_says_that_the_address_of_the_api_is_none_of_a_server(fake: FakeServer) -> None:
    fake.answers = [(404, {}, problem("not-found"))]
    with pytest.raises(Misuse, match="without /api/v1"):
        Server(f"{fake.address}/api/v1", Token(TEXT)).greet()


def test_it_says_when_the_server_knows_no_tokens(fake: FakeServer) -> None:
    fake.answers = [(200, {}, {"user": None})]
    with pytest.raises(Misuse, match="too old"):
        server_at(fake).greet()


def test_it_waits_no_longer_once_it_is_stopped(fake: FakeServer) -> None:
    stop = threading.Event()
    stop.set()
    fake.answers = [(503, {"Retry-After": "60"}, problem("queue-full"))]
    with pytest.raises(Stopped):
        server_at(fake, stop=stop).submit({}, "k")


def test_it_says_that_a_proxy_takes_no_code_so_long(fake: FakeServer) -> None:
    fake.answers = [(413, {}, b"<html>")]
    with pytest.raises(Misuse, match="too long for what stands in front"):
        server_at(fake).submit({}, "k")


def test_it_verifies_certificates(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("no certificate", encoding="utf-8")
    with pytest.raises(Misuse, match="CA bundle"):
        Server("https://127.0.0.1:1", Token(TEXT), ca_bundle=str(bundle))


@pytest.mark.parametrize("address", ["http://localhost:8000/", "http://127.0.0.2", "http://[::1]"])
def test_it_speaks_in_clear_with_this_machine(address: str) -> None:
    assert address_from(address, {}, in_clear=False) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://review.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "ftp://localhost",
        "review.example.com",
        "https://user:secret@review.example.com",
        "https://review.example.com/?q=1",
        "https://[",
        "https://.example.com",
        f"https://{'a' * 70}.example.com",
        "",
    ],
)
def test_it_refuses_other_addresses(address: str) -> None:
    with pytest.raises(Misuse):
        address_from(address, {}, in_clear=False)


@pytest.mark.parametrize("address", ["u:secret@example.com", "ftp://u:secret@example.com"])
def test_it_repeats_no_password_in_an_address(address: str) -> None:
    with pytest.raises(Misuse) as refused:
        address_from(address, {}, in_clear=False)
    assert "secret" not in str(refused.value)


def test_it_speaks_in_clear_with_others_only_when_told() -> None:
    assert address_from("http://10.0.0.1", {}, in_clear=True) == "http://10.0.0.1"


@pytest.mark.parametrize("text", ["", "  ", "two words", "TOKEN=\nx", "é"])
def test_it_takes_nothing_but_a_token(text: str) -> None:
    with pytest.raises(Misuse):
        token_from(None, {"AI_TO_PRODUCTION_TOKEN": text})


def test_it_never_shows_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert TEXT not in repr(Token(TEXT))
    assert cli.main(["review", f"--token={TEXT}", "x.py"]) == 2
    assert TEXT not in capsys.readouterr().err


def test_its_key_depends_on_all_that_is_sent_and_on_nothing_else() -> None:
    body: dict[str, str | None] = {"code": "x", "language": None, "filename": "a", "comments": ""}
    changed = [{**body, name: "other"} for name in body]
    assert key_of(body) == key_of(dict(reversed(body.items())))
    assert len({key_of(body), key_of(body, "again"), *map(key_of, changed)}) == 6


def test_it_knows_the_languages_of_the_product() -> None:
    known = LANGUAGES.values()
    assert set(languages.LANGUAGES) == set(LANGUAGES)
    assert set(languages.EXTENSIONS) == {end for each in known for end in each.extensions}
    assert set(languages.NAMES) == {name for each in known for name in each.names}
    assert set(languages.INTERPRETERS) == {name for each in known for name in each.interpreters}
