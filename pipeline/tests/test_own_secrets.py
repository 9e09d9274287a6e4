"""Our own tokens and webhook secrets are found in submitted code like anybody's, and not shown."""

from __future__ import annotations

import pytest

from accounts import tokens
from accounts.models import ApiToken, User
from pipeline import webhooks
from pipeline.analysis.secret_values import task as values
from pipeline.analysis.secrets import task

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alice: User) -> str:
    _, secret = tokens.create(user=alice, name="CI", scope=ApiToken.Scope.READ, days=None)
    return secret.reveal()


@pytest.fixture
def webhook_secret(alice: User) -> str:
    address = "https://hooks.example.com/x"
    made = webhooks.set_webhook(user=alice, address=address, site="https://here.example")
    return made.reveal()


@pytest.fixture(params=["token", "webhook_secret"])
def secret(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "call('{}')"),
        ("shell", "curl -H 'Authorization: Bearer {}' https://x.example"),
        ("javascript", "fetch(u, {{headers: {{a: `{}`}}}})"),
    ],
)
def test_it_finds_them_in_any_language_and_shows_none(
    secret: str, language: str, line: str
) -> None:
    findings = task({"code": line.format(secret) + "\n", "language": language})["findings"]
    (finding,) = findings
    assert finding["severity"] == "CRITICAL"
    assert finding["rules"][0] in ("aitp-token", "webhook-secret")
    assert secret[8:] not in str(findings)


def test_it_keeps_them_from_models(secret: str) -> None:
    assert values({"texts": [f"x = '{secret}'"]})["values"] == [secret]


def test_it_takes_no_text_of_another_length_for_a_token(token: str) -> None:
    for text in (token[:-1], token + "x", "aitp_" + "x" * 46, "aitp_provider_up"):
        assert task({"code": f"call('{text}')\n", "language": "python"})["findings"] == []
