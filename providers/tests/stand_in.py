"""Stands in for the network: answers requests in this process and keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

Reply = Callable[[httpx2.Request], httpx2.Response]


class StandIn:
    """``reply`` makes the answers, ``requests`` holds what was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.reply: Reply = lambda _: httpx2.Response(200, json={})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self.reply(request)

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.requests[-1].content)
        return body
