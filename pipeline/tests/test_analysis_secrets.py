"""Secrets in the code are found in any language and never shown; placeholders are left alone."""

import pytest

from pipeline.analysis.secrets import task

# Put together here, so that no scanner of repositories takes this file for a leak.
STRIPE = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
KEYS = {
    "aws-access-key": "AKIA" + "Z7QK3VWM2PLT8XNB",
    "github-token": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "gitlab-token": "glpat-" + "x7Yz9AbCdEfGhIjKlMnO",
    "slack-token": "xoxb-" + "123456789012-abcdefGHIJKL",
    "google-api-key": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "stripe-key": STRIPE,
    "anthropic-key": "sk-ant-" + "api03-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8",
    "openai-key": "sk-proj-" + "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2",
}


def found(code: str) -> list[dict]:
    return task({"code": code, "language": "python"})["findings"]


@pytest.mark.parametrize(("rule", "key"), KEYS.items())
def test_it_knows_the_keys_of_providers(rule, key):
    (finding,) = found(f'x = "{key}"\n')
    assert (finding["rules"], finding["severity"], finding["cwe"]) == ([rule], "CRITICAL", 798)


@pytest.mark.parametrize("key", KEYS.values())
def test_it_never_shows_the_whole_key(key):
    (finding,) = found(f"call('{key}')\n")
    assert key[8:] not in str(finding)
    assert "****" in finding["snippet"]


def test_it_finds_private_keys_and_hides_their_body():
    body = "MIIEpAIBAAKCAQEAuX3k9v1Q7bYz5F2c8d0eRt6yUi9oPaSdFgHjKlZxCvBn"
    (finding,) = found(f'K = """-----BEGIN RSA PRIVATE KEY-----\n{body}\n"""\n')
    assert finding["line"] == 1
    assert body not in str(finding)


@pytest.mark.parametrize(
    "code",
    [
        "password = 'hunter2!'",
        'const apiKey: string = "q8ZrT1xW9vLk2mNp";',
        '{"client_secret": "q8ZrT1xW9vLk2mNp"}',
        "$db_password = 'Tr0ub4dor&3';",
        "export DB_PASSWORD=s3cr3tpass99",
        "url = 'postgres://shop:Tr0ub4dor@db.internal:5432/shop'",
    ],
)
def test_it_finds_values_given_to_secret_names(code):
    (finding,) = found(code)
    assert finding["cwe"] == 798
    assert all(s not in finding["snippet"] for s in ("hunter2", "q8ZrT1xW9", "Tr0ub4", "s3cr3tp"))


@pytest.mark.parametrize(
    "code",
    [
        "password = 'changeme'",
        "password = '<your password>'",
        "api_key = 'YOUR_API_KEY'",
        "token = os.environ['TOKEN']",
        "password = getpass.getpass('Password: ')",
        "secret = '${SECRET}'",
        "PASSWORD_FIELD = 'password'",
        "token = 'access_token'",
        "password = ''",
        "secret_key = '{{ secret_key }}'",
        "url = 'postgres://user:<password>@host/db'",
        "if password == 'x1': pass",
        "error = 'the token is wrong: 12'",
        "AWS = 'AKIAIOSFODNN7EXAMPLE'",
    ],
)
def test_it_leaves_placeholders_and_lookups_alone(code):
    assert found(code) == []


def test_it_judges_a_random_looking_value_worse_than_a_word():
    severities = [
        f["severity"] for f in found("token = 'q8ZrT1xW9vLk2mNp5s'\n\npassword = 'hunter2'")
    ]
    assert severities == ["HIGH", "MEDIUM"]


def test_it_reports_one_finding_a_line_and_the_surest():
    (finding,) = found(f'stripe_secret_key = "{STRIPE}"')
    assert finding["rules"] == ["stripe-key"]
