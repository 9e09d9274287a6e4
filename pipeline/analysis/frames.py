"""Length-prefixed frames between the sandbox client and its server.

A frame is four bytes of length (big-endian), a JSON header, a newline and a body. The server
passes bodies on without reading them, so what a hostile child wrote is parsed only by the client.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Frame:
    """One message: ``header`` is trusted, ``body`` is whatever a child wrote."""

    header: dict[str, Any]
    body: bytes


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """The bytes of one frame."""
    content = json.dumps(header).encode("ascii") + b"\n" + body
    return LENGTH.pack(len(content)) + content


class FrameReader:
    """Collects bytes as they come and gives back whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Adds ``data`` and returns the frames that are complete now."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if len(self._buffer) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._buffer)
        end = LENGTH.size + length
        if len(self._buffer) < end:
            return None
        header, _, body = bytes(self._buffer[LENGTH.size : end]).partition(b"\n")
        del self._buffer[:end]
        return Frame(header=json.loads(header), body=body)
