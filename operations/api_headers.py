"""How the schema of the JSON API describes the header fields of its answers."""

from __future__ import annotations

from typing import Any

Described = dict[str, Any]


def field(description: str, *, always: bool = True, **schema: Any) -> Described:
    """One header field: a text unless ``schema`` says otherwise."""
    return {
        "description": description,
        "required": always,
        "schema": {"type": "string", **schema},
    }


def seconds(description: str, *, always: bool = True) -> Described:
    """A header field that holds whole seconds."""
    return field(description, always=always, type="integer", minimum=1)


def on(status: int, **fields: Described) -> dict[int, Described]:
    """``openapi_extra`` for an answer of an operation; ``_`` in names stands for a hyphen."""
    headers = {name.replace("_", "-"): described for name, described in fields.items()}
    return {status: {"headers": headers}}


ETAG = field("what the answer is known by: send it as If-None-Match", pattern='^W/"[0-9a-f]+"$')
RETRY_AFTER = seconds("after how many seconds it is worth asking again", always=False)
POLICY = field("how much there is in which window of seconds", always=False, pattern='^"[a-z]+";')
LEFT = field("what is left of it and seconds until it is whole", always=False, pattern='^"[a-z]+";')
