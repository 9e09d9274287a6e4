"""Log lines hold no secrets."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
import structlog

from operations.logs import REDACTED, logging_config, redact


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "apikey", "Authorization", "csrf_token", "token", "client_secret"],
)
def test_it_blanks_values_named_like_secrets(name: str) -> None:
    assert redact(None, "info", {name: "hunter2"}) == {name: REDACTED}


@pytest.mark.parametrize("name", ["tokens", "event", "job", "total_tokens"])
def test_it_leaves_other_values_alone(name: str) -> None:
    assert redact(None, "info", {name: 5}) == {name: 5}


@pytest.mark.parametrize("as_json", [True, False])
def test_it_masks_personal_tokens_even_in_tracebacks(as_json: bool) -> None:
    formatter = logging_config(level="INFO", as_json=as_json)["formatters"]["structured"]
    printed = StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**_without_factory(formatter)))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    token = "aitp_" + "7" * 46
    try:
        raise ValueError([token])
    except ValueError:
        logger.exception("refused %s", {"headers": f"Bearer {token}"})
    assert token not in printed.getvalue()
    assert printed.getvalue().count(REDACTED) >= 2


@pytest.mark.parametrize("as_json", [True, False])
def test_it_prints_no_local_variables_with_an_error(as_json: bool) -> None:
    config = logging_config(level="INFO", as_json=as_json)
    formatter = config["formatters"]["structured"]
    printed = StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**_without_factory(formatter)))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    code_of_a_user = "print('hunter2')"
    try:
        raise ValueError(len(code_of_a_user))
    except ValueError:
        logger.exception("it_broke")
    assert "ValueError" in printed.getvalue()
    assert "hunter2" not in printed.getvalue()


def _without_factory(formatter: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in formatter.items() if key != "()"}
