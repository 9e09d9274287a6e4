"""The code that docs/webhooks.md offers to receivers accepts our messages, and no others."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from config.workshop.console import ROOT
from pipeline import webhooks

BODY = b'{"type":"test"}'
Verified = Callable[[str, dict[str, str], bytes], bool]


@pytest.fixture
def verified() -> Verified:
    text = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    names: dict[str, Verified] = {}
    exec(found[1], names)  # noqa: S102 - our own document
    return names["verified"]


def sent(secret: str, at: int) -> dict[str, str]:
    made = webhooks.signature(webhooks.Secret(secret), "msg_1", at, BODY)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": made}


def test_it_accepts_what_we_send(verified: Verified) -> None:
    secret = webhooks._new_secret().reveal()
    assert verified(secret, sent(secret, int(time.time())), BODY)


def test_it_refuses_what_was_changed(verified: Verified) -> None:
    secret = webhooks._new_secret().reveal()
    headers = sent(secret, int(time.time()))
    assert not verified(secret, headers, BODY + b" ")
    assert not verified(secret, {**headers, "webhook-id": "msg_2"}, BODY)
    assert not verified(webhooks._new_secret().reveal(), headers, BODY)


def test_it_refuses_what_is_old(verified: Verified) -> None:
    secret = webhooks._new_secret().reveal()
    assert not verified(secret, sent(secret, int(time.time()) - 400), BODY)
