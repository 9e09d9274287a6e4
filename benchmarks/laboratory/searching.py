"""Looks for a secret, whole or in pieces and in the forms in which text travels, everywhere."""

from __future__ import annotations

import re
import subprocess
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from redis import Redis as RedisClient

from benchmarks.laboratory.programs import program
from benchmarks.laboratory.servers import DATABASE, HOST, MariaDB, Redis

PIECE = 8  # characters; fewer, such as the last four, are shown on purpose
EMPTY_SPACE = re.compile(rb"\0{64,}")


class Needles:
    """Every piece of a secret's text in every form."""

    def __init__(self, text: str) -> None:
        pieces = [text[start : start + PIECE] for start in range(len(text) - PIECE + 1)]
        self.forms = {form: piece for piece in pieces for form in _forms(piece)}

    def found_in(self, data: bytes) -> list[str]:
        """The pieces that stand in the data, in whatever form."""
        return sorted({piece for form, piece in self.forms.items() if form in data})


def _forms(piece: str) -> set[bytes]:
    raw = piece.encode()
    quoted = quote(piece, safe="").encode()
    in_hex = raw.hex().encode()
    return {raw, quoted, in_hex, in_hex.upper(), *_in_base64(raw)}


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What base64 of any text that contains this holds for certain, at each of three offsets."""
    for offset in range(3):
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        padded = b"\0" * offset + raw
        yield b64encode(padded)[first:last]
        yield urlsafe_b64encode(padded)[first:last]


def database_dump(mariadb: MariaDB) -> bytes:
    """Everything in the database, as a backup has it."""
    address = [f"--host={HOST}", f"--port={mariadb.port}", "--user=root"]
    options = ["--no-defaults", *address, "--single-transaction", "--skip-ssl", DATABASE]
    return subprocess.run(  # noqa: S603
        [program("mariadb-dump"), *options], capture_output=True, check=True
    ).stdout


def files_below(folder: Path) -> bytes:
    """The content of all files, without long runs of zeros."""
    contents = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(EMPTY_SPACE.sub(b"\0", content) for content in contents)


def redis_content(redis: Redis) -> bytes:
    """Every key of Redis with its value, uncompressed."""
    client = RedisClient(host=HOST, port=redis.port)
    return b"\n".join(key + b" " + _value(client, key) for key in client.scan_iter())


def _value(client: Any, key: bytes) -> bytes:
    readers: dict[bytes, Any] = {
        b"string": lambda: client.get(key),
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"hash": lambda: client.hgetall(key),
        b"zset": lambda: client.zrange(key, 0, -1, withscores=True),
        b"stream": lambda: client.xrange(key),
    }
    value = readers[client.type(key)]()
    return value if isinstance(value, bytes) else repr(value).encode()


@contextmanager
def listening_to(redis: Redis) -> Iterator[list[bytes]]:
    """Every command that anybody sends to Redis while the block runs, messages included."""
    heard: list[bytes] = []
    client: Any = RedisClient(host=HOST, port=redis.port, socket_timeout=None)
    monitor = client.monitor()
    monitor.__enter__()

    def listen() -> None:
        try:
            for command in monitor.listen():
                heard.append(str(command["command"]).encode())
        except (OSError, ValueError, AttributeError):
            return  # closed

    threading.Thread(target=listen, daemon=True).start()
    yield heard


def sessions() -> bytes:
    """What stands in all sessions, which the database holds compressed."""
    from django.contrib.sessions.models import Session

    return repr([row.get_decoded() for row in Session.objects.all()]).encode()
