"""Hostile words: the texts of script_injection.toml, and a pretend vendor that answers in them."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.laboratory import models

FILE = Path(__file__).resolve().parent.parent / "script_injection.toml"


def payloads() -> list[str]:
    """All texts of script_injection.toml."""
    kinds: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [text for texts in kinds.values() for text in texts]


def on_one_line(text: str) -> str:
    return " ".join(text.splitlines())


def packed(texts: Sequence[str], length: int) -> list[str]:
    """The texts in as few pieces of at most ``length`` characters as their order allows."""
    pieces = [""]
    for text in texts:
        if pieces[-1] and len(pieces[-1]) + 1 + len(text) > length:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {text}".strip()[:length]
    return pieces


class Hostile:
    """Takes the place of the pretend vendor's script: all that can be words are hostile ones."""

    markdown = False

    def __init__(self, quality: str) -> None:
        self.texts = cycle(payloads())

    def answer(self, step: str, messages: list[Any]) -> str:
        from providers.fake.script import asked_in, code_in

        if step == "rebuilder":
            return f"````\n{code_in(asked_in(messages))}\n# rebuilt\n````\n"
        if self.markdown:
            return "\n\n".join(payloads())
        return json.dumps(self._dossier(messages) if step == "forensic" else self._verdict())

    def _dossier(self, messages: list[Any]) -> dict[str, Any]:
        from providers.fake.script import asked_in, code_in

        lines = code_in(asked_in(messages)).splitlines()
        brief = {name: next(self.texts) for name in ("what", "purpose", "biggest_risk")}
        return {
            "brief": {**brief, "score": 1.0},
            "components": [self._component(number) for number in range(1, 30)],
            "dependencies": payloads()[:40],
            "assumptions": payloads()[40:80],
            "trace": payloads()[80:120],
            "assessment": {
                "stage": "prototype", "trusted_in_production": False, "reason": next(self.texts),
            },
            "not_checked": payloads()[120:160],
            "findings": [self._finding(n, line) for n, line in enumerate(lines, 1) if line.strip()],
        }  # fmt: skip

    def _component(self, number: int) -> dict[str, Any]:
        name, described = next(self.texts), next(self.texts)
        place = {"line": number, "end_line": number}
        return {"kind": "function", "name": name, "description": described, **place}

    def _finding(self, number: int, line: str) -> dict[str, Any]:
        words = {name: next(self.texts) for name in ("title", "description", "impact", "action")}
        place = {"line": number, "end_line": number, "snippet": line}
        return {"severity": "HIGH", "cwe": 79, **words, **place}

    def _verdict(self) -> dict[str, Any]:
        lists = {"improvements": payloads()[:5], "remaining": payloads()[5:40]}
        return {"sentence": next(self.texts), **lists, "confidence": "HIGH"}


@contextmanager
def hostile_vendor() -> Iterator[None]:
    """All three steps run on a model of the pretend vendor that answers with hostile words."""
    from providers.fake.server import FakeServer, Manners

    with patch("providers.fake.server.Script", Hostile), FakeServer(0, Manners()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        with _allowed(f"127.0.0.1:{server.server_port}"):
            models.use_vendor(server.server_port, name=packed(payloads(), 100)[0])
            yield
        server.shutdown()


@contextmanager
def _allowed(host: str) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(PROVIDER_ALLOWED_HOSTS=[host]):
        yield
