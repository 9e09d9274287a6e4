"""The token fixer: honest tokens are read as before, forged ones are refused."""

import jwt
import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "token-checks"
KEY = "k" * 32
CODE = """\
import jwt
def user(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_signature": False})  # who
"""
GOOD, FORGED = (jwt.encode({"sub": "ann"}, key, algorithm="HS256") for key in (KEY, "x" * 32))


def test_it_reads_honest_tokens_as_before():
    assert run(fixed(CODE, RULE))["user"](GOOD, KEY) == run(CODE)["user"](GOOD, KEY)


def test_it_refuses_forged_tokens():
    assert run(CODE)["user"](FORGED, KEY) == {"sub": "ann"}
    with pytest.raises(jwt.InvalidSignatureError):
        run(fixed(CODE, RULE))["user"](FORGED, KEY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("t, k, algorithms=['RS256'], verify=False", "t, k, algorithms=['RS256']"),
        ('t, k, algorithms=["HS256", "none"]', 't, k, algorithms=["HS256"]'),
    ],
)
def test_it_knows_the_forms(before: str, after: str):
    code = "import jwt\njwt.decode({})\n"
    assert fixed(code.format(before), RULE) == code.format(after)


@pytest.mark.parametrize(
    "given",
    [
        "t, verify=False",
        "t, options={'verify_signature': False}",
        "t, k, options={'verify_signature': False}",
        "t, '', algorithms=['HS256'], options={'verify_signature': False}",
        "t, k, algorithms=['none']",
    ],
)
def test_it_refuses_where_there_is_nothing_to_check_with(given: str):
    assert "nothing to check" in refusal(f"import jwt\njwt.decode({given})\n", RULE)


def test_it_leaves_other_options_alone():
    code = "import jwt\njwt.decode(t, k, algorithms=['HS256'], options={'verify_aud': False})\n"
    assert untouched(code)
