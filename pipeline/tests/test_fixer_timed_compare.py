"""The comparison fixer: the same answer for every value, in a time that tells nothing."""

import hashlib
import hmac

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

RULE = "timed-compare"
CODE = """\
import hashlib
import hmac

def is_right(body, given):
    expected = hmac.new(b"k", body, hashlib.sha256).hexdigest()
    return expected == given  # in hex
"""
RIGHT = hmac.new(b"k", b"body", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "given", [RIGHT, RIGHT[:-1], RIGHT.upper(), "", "é", "\ud800", None, b"x", 7]
)
def test_it_gives_the_same_answer(given: object):
    before, after = run(CODE)["is_right"], run(fixed(CODE, RULE))["is_right"]
    assert after(b"body", given) is before(b"body", given)


def test_it_compares_in_constant_time():
    recorder = Recorder("hmac", "compare_digest", answer=True)
    recorder.module.new = hmac.new  # type: ignore[attr-defined]
    run(fixed(CODE, RULE), hmac=recorder.module)["is_right"](b"body", "x")
    assert recorder.calls == [("compare_digest", (RIGHT.encode(), b"x"), {})]


def test_it_keeps_what_stands_around():
    code = "import hmac\nif hmac.new(k, m, 'md5').hexdigest() != s and x:  # no\n    pass\n"
    assert "if (not hmac.compare_digest(" in fixed(code, RULE)
    assert fixed(code, RULE).splitlines()[1].endswith(" and x:  # no")


def test_it_refuses_bytes_that_may_meet_text():
    assert "bytes" in refusal("import hmac\nok = hmac.new(k, m, 'sha256').digest() == s\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import hmac\nok = digest == given\n",
        "import hmac\nok = hmac.compare_digest(a, b)\n",
        "import hmac\nok = hmac.new(k, m, 'sha256') == given\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
