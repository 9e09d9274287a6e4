"""Where the token comes from (a private file or the environment), and where it may be sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from .errors import Misuse

SERVER_VARIABLE = "AI_TO_PRODUCTION_SERVER"
TOKEN_VARIABLE = "AI_TO_PRODUCTION_TOKEN"  # noqa: S105 - the name, not the token
LONGEST = 1_000


@dataclass(frozen=True, repr=False)
class Token:
    """A token that shows itself only when asked by ``reveal``, not in a traceback."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Token([redacted])"


def token_from(file: str | None, environment: Mapping[str, str]) -> Token:
    """The token of the file, else of the environment. Raises Misuse."""
    if file:
        return _checked(_read_private(file), f"The token file {file}")
    if text := environment.get(TOKEN_VARIABLE, ""):
        return _checked(text, TOKEN_VARIABLE)
    raise Misuse(
        f"There is no token. Create one on the server's account page, and name its file with "
        f"--token-file or set {TOKEN_VARIABLE}."
    )


def address_from(text: str | None, environment: Mapping[str, str], *, in_clear: bool) -> str:
    """The server's address without a slash at its end. Raises Misuse."""
    given = (text or environment.get(SERVER_VARIABLE, "")).strip()
    if not given:
        raise Misuse(f"Name the server with --server or set {SERVER_VARIABLE}.")
    if "@" in given:  # not repeated: what stands before it is often a password
        raise Misuse("The server's address must have no user.")
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise Misuse(f"{given!r} is not an address such as https://review.example.com.") from None
    if parts.scheme not in ("http", "https") or not host or not given.isascii():
        raise Misuse(f"{given!r} is not an address such as https://review.example.com.")
    if parts.query or parts.fragment:
        raise Misuse("The server's address must have no query and no fragment.")
    if parts.scheme == "http" and not (in_clear or is_loopback(host)):
        raise Misuse(
            f"{given} would send the token and your code unencrypted. Use https, or "
            "--insecure-http if you know that nobody listens."
        )
    return given.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or its address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read_private(file: str) -> str:
    """The start of a file that nobody else may read; checked on what was opened, not by name."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise Misuse(f"The token file {file} is not a file.")
            if os.name == "posix" and mode & 0o077:
                raise Misuse(
                    f"The token file {file} can be read by others (mode {mode & 0o777:03o}). "
                    f"Run: chmod 600 {file}"
                )
            return opened.read(LONGEST).decode("utf-8", "replace")
    except OSError as error:
        raise Misuse(f"The token file {file} cannot be read: {error.strerror}.") from None


def _checked(text: str, where: str) -> Token:
    token = text.strip()
    if not token:
        raise Misuse(f"{where} is empty.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise Misuse(f"{where} does not hold a token alone.")
    return Token(token)
