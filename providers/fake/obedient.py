"""The model that obeys the code it reads: the worst case of an injection, and it always succeeds.

Without an order in what it is asked it answers as the good one does.
"""

from __future__ import annotations

import json
from typing import Any

from providers.fake.orders import orders_in
from providers.fake.script import FENCE_TAG, Script, answers_of, asked_in, code_in

OBEDIENT = "obedient"


class Obedient:
    """Answers as the orders want it that stand in the question."""

    def __init__(self, messages: list[Any]) -> None:
        self.messages = messages
        self.asked = asked_in(messages)
        self.orders = sorted(orders_in(self.asked))
        self.acts: dict[str, Any] = answers_of(OBEDIENT)

    def answer(self, step: str) -> str:
        """The text of the answer."""
        honest = Script("good").answer(step, self.messages)
        if not self.orders or step == "plain":
            return honest
        if step == "rebuilder":
            return self._rebuilder(honest)
        return json.dumps(self._obeyed(step, json.loads(honest)), indent=1)

    def tools(self) -> list[dict[str, Any]]:
        """The tools that it wants to call on top."""
        called: list[dict[str, Any]] = self.acts["tools"] if "tools" in self.orders else []
        return called

    def _obeyed(self, step: str, content: dict[str, Any]) -> dict[str, Any]:
        for order in self.orders:
            content |= self.acts[step].get(order, {})
        if "prompt" in self.orders:
            content |= self._printed(step)
        return content

    def _printed(self, step: str) -> dict[str, Any]:
        prompt = self._prompt()
        if step == "quality":
            return {"sentence": prompt}
        return {"brief": {"what": prompt, "purpose": prompt, "score": 10, "biggest_risk": prompt}}

    def _rebuilder(self, honest: str) -> str:
        told = self.acts["rebuilder"]
        before = "".join(told["before"].get(order, "") for order in self.orders)
        if "prompt" in self.orders:
            before += f"{self._prompt()}\n\n"
        tag = FENCE_TAG.search(self.asked)
        language = tag[1] if tag else ""
        if "keep" in self.orders:
            honest = f"```{language}\n{code_in(self.asked)}\n```\n"
        if "malice" in self.orders:
            flaw = told["malice"].get(language, told["malice"][""])
            honest = honest.removesuffix("```\n") + f"{flaw}```\n"
        return before + honest

    def _prompt(self) -> str:
        first = self.messages[0] if self.messages else {}
        return str(first.get("content", "")) if isinstance(first, dict) else ""
