"""A comparison in constant time is judged by whether it still answers the same question."""

import pytest

from pipeline.analysis.engine import quality

HEAD = "import hashlib, hmac\ndef f(body, sig):\n"
HEAD += "    good = hmac.new(b'k', body, hashlib.sha256).hexdigest()\n"
SAME = "hmac.compare_digest(sig.encode(), good.encode())"


@pytest.mark.parametrize(
    ("before", "after", "confidence"),
    [
        ("sig != good", f"not {SAME}", "MEDIUM"),
        ("sig == good", SAME, "MEDIUM"),
        ("sig != good", SAME, "LOW"),
        ("sig == good", f"not {SAME}", "LOW"),
    ],
)
def test_it_sees_a_comparison_that_is_turned_round(before: str, after: str, confidence: str):
    rest = "        return 'no'\n    return 'ok'\n"
    code = f"{HEAD}    if {before}:\n{rest}"
    assert quality(code, code.replace(before, after), "python").confidence == confidence


@pytest.mark.parametrize(
    ("after", "confidence"),
    [("True", "MEDIUM"), ("not DEBUG", "MEDIUM"), ("not HTTPS", "LOW"), ("None", "LOW")],
)
def test_it_knows_how_a_cookie_is_made_secure(after: str, confidence: str):
    code = "from site import HTTPS\nROOT_URLCONF = 'u'\nINSTALLED_APPS = []\nDEBUG = HTTPS\n"
    code += "SESSION_COOKIE_SECURE = False\n"
    rebuilt = code.replace("SECURE = False", f"SECURE = {after}")
    assert quality(code, rebuilt, "python").confidence == confidence
