"""The protocols of the pretend vendor, from the server's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

PIECE_CHARACTERS = 80


@dataclass(frozen=True)
class Refusal:
    """How a vendor words a fault."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """One protocol. ``good`` is a whole answer, as ``completion`` made it."""

    path: str
    refusals: Mapping[str, Refusal]

    def complaint(self, request: dict[str, Any], headers: Mapping[str, str]) -> str:
        """What the vendor would not accept in a request, or nothing."""

    def prompt(self, request: dict[str, Any]) -> list[Any]:
        """The messages of a request, with the system's."""

    def structured(self, request: dict[str, Any]) -> bool:
        """Whether the request asks for a structure."""

    def completion(self, text: str, request: dict[str, Any], number: int) -> dict[str, Any]:
        """A whole answer to the call with this number."""

    def calling(self, good: dict[str, Any], tools: list[dict[str, Any]]) -> dict[str, Any]:
        """The answer that calls tools on top, each with ``name`` and ``arguments``."""

    def ended(self, good: dict[str, Any], ending: str) -> dict[str, Any]:
        """The answer that ends as ``empty``, ``refusal`` or ``content-filter``."""

    def error(self, refusal: Refusal) -> dict[str, Any]:
        """The body of a refusal."""

    def frames(self, good: dict[str, Any], request: dict[str, Any]) -> list[str]:
        """The answer as server-sent events."""

    def failure(self) -> str:
        """The event that ends a stream when the server fails in the middle of it."""

    def models(self, names: list[str], asked: Mapping[str, str]) -> dict[str, Any]:
        """A page of the list of models; ``asked`` is the query."""


def pieces(text: str) -> Iterator[str]:
    """The text as a stream gives it."""
    for start in range(0, len(text), PIECE_CHARACTERS):
        yield text[start : start + PIECE_CHARACTERS]


def tokens(told: list[Any]) -> int:
    """How many tokens the vendor counts in messages or texts."""
    contents = (each.get("content", "") if isinstance(each, dict) else each for each in told)
    return sum(len(str(content)) for content in contents) // 4 + 1
