"""Log lines hold no secrets."""

from __future__ import annotations

import pytest

from operations.logs import REDACTED, redact


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "apikey", "Authorization", "csrf_token", "token", "client_secret"],
)
def test_it_blanks_values_named_like_secrets(name: str) -> None:
    assert redact(None, "info", {name: "hunter2"}) == {name: REDACTED}


@pytest.mark.parametrize("name", ["tokens", "event", "job", "total_tokens"])
def test_it_leaves_other_values_alone(name: str) -> None:
    assert redact(None, "info", {name: 5}) == {name: 5}
