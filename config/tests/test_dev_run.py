"""./dev run refuses what cannot work in one line and serves on the loopback address only."""

import socket
from pathlib import Path

import pytest

from config.workshop import serve, variables
from config.workshop.console import StopError

READ_DOTENV = variables.dotenv


@pytest.fixture(autouse=True)
def no_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "dotenv", lambda _root=None: {})
    monkeypatch.setattr(serve, "dotenv", dict)


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "٣", "80 80"])
def test_it_refuses_a_port_that_is_none(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(StopError, match="is not a port number"):
        serve.wanted_port()


def test_it_serves_on_8000_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert serve.wanted_port() == 8000


def test_it_refuses_a_port_in_use_and_names_another() -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StopError, match=f"PORT={port + 1} ./dev run"):
            serve.refuse_taken(port)


def test_it_turns_debug_on_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEBUG", raising=False)
    assert serve.development_environment(8000)["DEBUG"] == "1"
    monkeypatch.setenv("DEBUG", "0")
    assert serve.development_environment(8000)["DEBUG"] == "0"


def test_it_lets_a_dotenv_file_turn_debug_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEBUG", raising=False)
    monkeypatch.setattr(serve, "dotenv", lambda: {"DEBUG": "0"})
    assert serve.development_environment(8000)["DEBUG"] == "0"


def test_it_listens_on_the_loopback_address() -> None:
    command = serve.web_command("python", 8123)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "8123"


def test_it_reads_a_dotenv_file_as_the_settings_do(tmp_path: Path) -> None:
    lines = ["# PORT=1", "PORT = 8001", "export JWT_SECRET='a=b'", "", "nonsense"]
    (tmp_path / ".env").write_text("\n".join(lines))
    assert READ_DOTENV(tmp_path) == {"PORT": "8001", "JWT_SECRET": "a=b"}
