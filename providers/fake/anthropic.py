"""The pretend vendor's messages, as Anthropic defined them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from providers.fake.dialects import Refusal, pieces, tokens

MODELS_A_PAGE = 10  # fewer than any client asks for, so that all of them have to turn pages
REMOVED = ("temperature", "top_p", "top_k")  # by the protocol's version of 2026-10-21
VERSION_WITHOUT = "2026-10-21"
ENDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "empty": ("", {"stop_reason": "end_turn"}),
    "refusal": (
        "",
        {
            "stop_reason": "refusal",
            "stop_details": {"type": "refusal", "category": "cyber", "explanation": "No."},
        },
    ),
    "content-filter": ("The", {"stop_reason": "refusal", "stop_details": None}),
}


class Anthropic:
    path = "/v1/messages"
    refusals: Mapping[str, Refusal] = {
        "401": Refusal(401, "authentication_error", "invalid x-api-key"),
        "402": Refusal(402, "billing_error", "Check the payment details of your account."),
        "403": Refusal(403, "permission_error", "Your API key may not use this resource."),
        "413": Refusal(413, "request_too_large", "Request exceeds the maximum size"),
        "429": Refusal(429, "rate_limit_error", "This request would exceed your rate limit."),
        "429-retry-after": Refusal(
            429,
            "rate_limit_error",
            "This request would exceed your rate limit.",
            {"Retry-After": "7"},
        ),
        "quota": Refusal(400, "invalid_request_error", "Your credit balance is too low."),
        "500": Refusal(500, "api_error", "Internal server error"),
        "503": Refusal(529, "overloaded_error", "Overloaded", {"Retry-After": "3"}),
        "unknown-model": Refusal(404, "not_found_error", "model: x"),
        "context-length": Refusal(
            400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"
        ),
        "bad-request": Refusal(400, "invalid_request_error", "Extra inputs are not permitted"),
    }

    def complaint(self, request: dict[str, Any], headers: Mapping[str, str]) -> str:
        version = headers.get("anthropic-version", "")
        if not version:
            return "anthropic-version: header is required"
        if not isinstance(request.get("max_tokens"), int):
            return "max_tokens: Field required"
        if any(isinstance(m, dict) and m.get("role") == "system" for m in request["messages"]):
            return 'messages: Unexpected role "system"'
        if version >= VERSION_WITHOUT:
            extra = [name for name in REMOVED if name in request]
            return f"{extra[0]}: Extra inputs are not permitted" if extra else ""
        return ""

    def prompt(self, request: dict[str, Any]) -> list[Any]:
        system = {"role": "system", "content": request.get("system", "")}
        return [system, *request["messages"]]

    def structured(self, request: dict[str, Any]) -> bool:
        return bool((request.get("output_config") or {}).get("format"))

    def completion(self, text: str, request: dict[str, Any], number: int) -> dict[str, Any]:
        asked = tokens(self.prompt(request))
        cached = asked // 4
        return {
            "id": f"msg_fake_{number}",
            "type": "message",
            "role": "assistant",
            "model": str(request["model"]),
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "stop_details": None,
            "usage": {
                "input_tokens": asked - 2 * cached,
                "cache_creation_input_tokens": cached,
                "cache_read_input_tokens": cached,
                "output_tokens": tokens([text]),
            },
        }

    def calling(self, good: dict[str, Any], tools: list[dict[str, Any]]) -> dict[str, Any]:
        blocks = [
            {
                "type": "tool_use",
                "id": f"toolu_{index}",
                "name": tool["name"],
                "input": tool["arguments"],
            }
            for index, tool in enumerate(tools)
        ]
        return {**good, "content": [*good["content"], *blocks]}

    def ended(self, good: dict[str, Any], ending: str) -> dict[str, Any]:
        text, end = ENDINGS[ending]
        return {**good, "content": [{"type": "text", "text": text}], **end}

    def error(self, refusal: Refusal) -> dict[str, Any]:
        told = {"type": refusal.code, "message": refusal.message}
        return {"type": "error", "error": told, "request_id": "req_fake"}

    def frames(self, good: dict[str, Any], request: dict[str, Any]) -> list[str]:
        """The message's head, its text in pieces, and at last how it ended and what it took."""
        usage = good.get("usage")
        head = {**good, "content": [], "stop_reason": None, "stop_details": None}
        end = {name: good[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
        last: dict[str, Any] = {"delta": end}
        if usage:
            head["usage"] = {**usage, "output_tokens": 1}
            last["usage"] = {"output_tokens": usage["output_tokens"]}
        block = {"index": 0, "content_block": {"type": "text", "text": ""}}
        text = good["content"][0]["text"]
        return [
            _frame("message_start", {"message": head}),
            _frame("content_block_start", block),
            _frame("ping", {}),
            *(
                _frame("content_block_delta", {"index": 0, "delta": _delta(piece)})
                for piece in pieces(text)
            ),
            _frame("content_block_stop", {"index": 0}),
            *_tool_frames(good["content"][1:]),
            _frame("message_delta", last),
            _frame("message_stop", {}),
        ]

    def failure(self) -> str:
        return _frame("error", self.error(self.refusals["503"]))

    def models(self, names: list[str], asked: Mapping[str, str]) -> dict[str, Any]:
        after = asked.get("after_id", "")
        start = names.index(after) + 1 if after in names else 0
        page = names[start : start + MODELS_A_PAGE]
        rows = [
            {
                "id": name,
                "type": "model",
                "display_name": name.capitalize(),
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": "active",
                "max_input_tokens": 128_000,
            }
            for name in page
        ]
        ends = {"first_id": page[0], "last_id": page[-1]} if page else {}
        return {"data": rows, "has_more": start + len(page) < len(names), **ends}


def _tool_frames(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """Tools that are called after the text."""
    for index, block in enumerate(blocks, start=1):
        written = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        begun = {"index": index, "content_block": {**block, "input": {}}}
        yield _frame("content_block_start", begun)
        yield _frame("content_block_delta", {"index": index, "delta": written})
        yield _frame("content_block_stop", {"index": index})


def _delta(piece: str) -> dict[str, str]:
    return {"type": "text_delta", "text": piece}


def _frame(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
