"""The pretend vendor's chat completions, as OpenAI defined them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from providers.fake.dialects import Refusal, pieces, tokens

FIRST_MOMENT = 1_700_000_000
ENDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "empty": ({"content": ""}, "stop"),
    "refusal": ({"content": None, "refusal": "I cannot help with that."}, "stop"),
    "content-filter": ({"content": "The"}, "content_filter"),
}


class OpenAi:
    path = "/v1/chat/completions"
    refusals: Mapping[str, Refusal] = {
        "401": Refusal(401, "invalid_api_key", "Incorrect API key provided."),
        "402": Refusal(402, "insufficient_credit", "Insufficient credits."),
        "403": Refusal(403, "forbidden", "Your project may not use this."),
        "413": Refusal(413, "request_too_large", "The request is too large."),
        "429": Refusal(429, "rate_limit_exceeded", "Rate limit reached."),
        "429-retry-after": Refusal(
            429, "rate_limit_exceeded", "Rate limit reached.", {"Retry-After": "7"}
        ),
        "quota": Refusal(429, "insufficient_quota", "You exceeded your current quota."),
        "500": Refusal(500, "internal_error", "The server had an error."),
        "503": Refusal(503, "overloaded", "The engine is overloaded.", {"Retry-After": "3"}),
        "unknown-model": Refusal(404, "model_not_found", "The model `x` does not exist."),
        "context-length": Refusal(
            400, "context_length_exceeded", "This model's maximum context length is 4096 tokens."
        ),
        "bad-request": Refusal(400, "invalid_value", "Unsupported parameter."),
    }

    def complaint(self, request: dict[str, Any], headers: Mapping[str, str]) -> str:
        return ""

    def prompt(self, request: dict[str, Any]) -> list[Any]:
        messages: list[Any] = request["messages"]
        return messages

    def structured(self, request: dict[str, Any]) -> bool:
        return bool(request.get("response_format"))

    def completion(self, text: str, request: dict[str, Any], number: int) -> dict[str, Any]:
        asked, answered = tokens(self.prompt(request)), tokens([text])
        message = {"role": "assistant", "content": text}
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": FIRST_MOMENT + number,
            "model": str(request["model"]),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": asked,
                "completion_tokens": answered,
                "total_tokens": asked + answered,
            },
        }

    def calling(self, good: dict[str, Any], tools: list[dict[str, Any]]) -> dict[str, Any]:
        calls = [
            {
                "index": index,
                "id": f"call_{index}",
                "type": "function",
                "function": {"name": tool["name"], "arguments": json.dumps(tool["arguments"])},
            }
            for index, tool in enumerate(tools)
        ]
        message = {**good["choices"][0]["message"], "tool_calls": calls}
        return {**good, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    def ended(self, good: dict[str, Any], ending: str) -> dict[str, Any]:
        told, finish = ENDINGS[ending]
        message = {"role": "assistant", **told}
        return {**good, "choices": [{"index": 0, "message": message, "finish_reason": finish}]}

    def error(self, refusal: Refusal) -> dict[str, Any]:
        told = {"message": refusal.message, "type": "invalid_request_error", "param": None}
        return {"error": {**told, "code": refusal.code}}

    def frames(self, good: dict[str, Any], request: dict[str, Any]) -> list[str]:
        """The text in pieces, the reason for its end, the usage if it was asked for."""
        base = {**good, "object": "chat.completion.chunk"}
        usage, (choice,) = base.pop("usage", None), base.pop("choices")
        message = choice["message"]
        deltas: list[dict[str, Any]] = [{"role": "assistant"}]
        for name in ("content", "refusal"):
            deltas += [{name: piece} for piece in pieces(message.get(name) or "")]
        deltas += [{"tool_calls": [call]} for call in message.get("tool_calls", ())]
        told = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        told.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
        chunks: list[dict[str, Any]] = [{**base, "choices": [each]} for each in told]
        if usage and (request.get("stream_options") or {}).get("include_usage"):
            chunks.append({**base, "choices": [], "usage": usage})
        return [*(_frame(json.dumps(chunk)) for chunk in chunks), _frame("[DONE]")]

    def failure(self) -> str:
        return _frame(json.dumps(self.error(self.refusals["503"])))

    def models(self, names: list[str], asked: Mapping[str, str]) -> dict[str, Any]:
        rows = [
            {"id": name, "object": "model", "owned_by": "fake", "context_window": 128_000}
            for name in names
        ]
        return {"object": "list", "data": rows}


def _frame(data: str) -> str:
    return f"data: {data}\n\n"
