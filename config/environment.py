"""Reads the process environment into typed settings; a wrong value stops the start with one line.

Every variable is declared once, by a call below ``settings.py``'s eyes, and recorded in
``Environment.declared``, so that tests and documents can list what the product honours. A value
may also stand in a file named by ``NAME_FILE`` (container secrets). The values of secrets never
appear in a message.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

import environ

from operations.addresses import parse_allowed

T = TypeVar("T")

KEY_BYTES = 32
MIN_SECRET_LENGTH = 32

DATABASE_ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "mysql": "operations.mysql",
    "mariadb": "operations.mysql",
    "tidb": "operations.mysql",
}


def stop(message: str) -> NoReturn:
    """End the process with one line on stderr and exit status 1, without a traceback."""
    raise SystemExit(f"ai-to-production: {message}")


def all_or_none(what: str, **values: str) -> None:
    """Stop if some of these variables are set and others are not: ``what`` needs all of them."""
    missing = [name for name, value in values.items() if not value]
    if 0 < len(missing) < len(values):
        stop(f"{' and '.join(missing)} must be set too: {what} needs {', '.join(values)}.")


class Environment:
    """Typed access to the variables that this product honours."""

    def __init__(self, base_dir: Path) -> None:
        self.base_dir = base_dir
        self.declared: set[str] = set()
        dotenv = base_dir / ".env"
        if dotenv.is_file():
            environ.Env.read_env(dotenv)

    def text(self, name: str, default: str = "", *, secret: bool = False) -> str:
        """The variable's value, or the content of the file that ``NAME_FILE`` names if secret.

        An empty value counts as not set: container files pass ``${NAME:-}`` on as one.
        """
        self.declared.add(name)
        path = os.environ.get(f"{name}_FILE", "") if secret else ""
        if path:
            return self._file_content(name, path)
        return os.environ.get(name, "").strip() or default

    def whole_number(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        """A whole number within bounds (both included)."""
        value = self._parse(name, str(default), int, "a whole number")
        if not minimum <= value <= maximum:
            stop(f"{name} must be between {minimum} and {maximum}, not {value}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True for 1/true/yes/on, False for 0/false/no/off."""
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        value = self.text(name, "on" if default else "off").lower()
        if value not in words:
            stop(f"{name} must be true or false.")
        return words[value]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in choices:
            stop(f"{name} must be one of: {', '.join(choices)}.")
        return value

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma-separated list; empty parts are left out."""
        value = self.text(name, ",".join(default))
        return [word.strip() for word in value.split(",") if word.strip()]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """A comma-separated list of IP addresses or networks in CIDR form."""
        try:
            return [ip_network(word) for word in self.words(name)]
        except ValueError as error:
            stop(f"{name} must list IP addresses or networks: {error}.")

    def url(self, name: str, schemes: tuple[str, ...], *, secret: bool = False) -> str:
        """An absolute URL with one of the schemes and a host, or an empty string."""
        value = self.text(name, secret=secret)
        if not value:
            return ""
        parts = _split(name, value)
        if parts.scheme not in schemes or not parts.hostname:
            stop(f"{name} must be a URL starting with {' or '.join(f'{s}://' for s in schemes)}.")
        return value

    def folder(self, name: str) -> str:
        """A folder that exists and can be written to, or an empty string."""
        value = self.text(name)
        if value and not os.access(value, os.W_OK | os.X_OK):
            stop(f"{name} must be a folder that exists and can be written to.")
        return value

    def database(self, name: str, default_path: Path) -> dict[str, object]:
        """Django's database settings from a URL; SQLite in ``default_path`` when it is not set."""
        value = self.text(name, secret=True)
        if not value:
            return {"ENGINE": DATABASE_ENGINES["sqlite"], "NAME": str(default_path)}
        scheme = _split(name, value).scheme
        if scheme not in DATABASE_ENGINES:
            stop(f"{name} must start with {', '.join(f'{s}://' for s in DATABASE_ENGINES)}.")
        if scheme == "sqlite":
            path = self.base_dir / _sqlite_path(name, value)
            return {"ENGINE": DATABASE_ENGINES[scheme], "NAME": str(path)}
        return {"ENGINE": DATABASE_ENGINES[scheme], **_server_address(name, value)}

    def local_secret(self, name: str, *, generate_in: Path | None) -> str:
        """A secret from the environment; without one, a generated file (mode 0600) if allowed."""
        value = self.text(name, secret=True)
        if value:
            if len(value) < MIN_SECRET_LENGTH:
                stop(f"{name} must have at least {MIN_SECRET_LENGTH} characters.")
            return value
        if generate_in is None:
            stop(f"{name} must be set (or {name}_FILE): production generates no secret.")
        return _stored_secret(generate_in / name.lower())

    def encryption_key(self, name: str, *, generate_in: Path | None) -> bytes:
        """A key of 32 bytes, written as 64 hexadecimal digits or as base64."""
        return _key_bytes(name, self.local_secret(name, generate_in=generate_in))

    def encryption_keys(self, name: str) -> list[bytes]:
        """A comma-separated list of such keys, which may be empty."""
        words = self.text(name, secret=True).replace("\n", ",").split(",")
        return [_key_bytes(name, word.strip()) for word in words if word.strip()]

    def hosts(self, name: str) -> list[str]:
        """A comma-separated list of ``host`` or ``host:port``."""
        words = self.words(name)
        try:
            for word in words:
                parse_allowed(word)
        except ValueError as error:
            stop(f"{name} must list hosts or host:port: {error}.")
        return words

    def file(self, name: str) -> Path | None:
        """The path of a file that can be read, or None."""
        value = self.text(name)
        if not value:
            return None
        path = self.base_dir / value
        if not os.access(path, os.R_OK) or not path.is_file():
            stop(f"{name} names a file that cannot be read.")
        return path

    def _parse(self, name: str, default: str, convert: Callable[[str], T], kind: str) -> T:
        value = self.text(name, default)
        try:
            return convert(value)
        except ValueError:
            stop(f"{name} must be {kind}, not {value!r}.")

    def _file_content(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            stop(f"{name}_FILE names a file that cannot be read: {error}.")


def _key_bytes(name: str, text: str) -> bytes:
    try:
        is_hex = len(text) == 2 * KEY_BYTES
        key = bytes.fromhex(text) if is_hex else b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        stop(f"{name} must be {KEY_BYTES} bytes as hexadecimal digits or base64.")
    return key


def _sqlite_path(name: str, url: str) -> str:
    """``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    path = unquote(url.removeprefix("sqlite://")).removeprefix("/")
    if not path or path == ":memory:":
        stop(f"{name} must name a file, such as sqlite:///var/db.sqlite3.")
    return path


def _split(name: str, url: str) -> SplitResult:
    """Take a URL apart; its text is not repeated in the message, it may hold a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        stop(f"{name} is not a URL: its host or port is malformed.")
    return parts


def _server_address(name: str, url: str) -> dict[str, object]:
    parts = _split(name, url)
    database = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not database:
        stop(f"{name} must be like mysql://user:password@host:3306/database.")
    return {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(parts.port or ""),
    }


def _stored_secret(path: Path) -> str:
    """Read a generated secret, creating it first; two processes starting at once agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # fails if another process was first: then its secret counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
