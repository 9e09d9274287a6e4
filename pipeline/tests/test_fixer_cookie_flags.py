"""The cookie fixer: the same cookie, marked for HTTPS and hidden from scripts."""

import flask
import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "cookie-flags"
CODE = "from flask import make_response\ndef f(v):\n    r = make_response('x')\n"
CODE += "    r.set_cookie('session_id', v, secure=False)  # signed in\n    return r\n"


def cookie(code: str) -> set[str]:
    """The parts of the one cookie that is set."""
    with flask.Flask("sample").test_request_context():
        header = run(code)["f"]("v1").headers["Set-Cookie"]
    return set(header.split("; "))


def test_it_sets_the_same_cookie_with_its_flags():
    assert cookie(fixed(CODE, RULE)) - cookie(CODE) == {"Secure", "HttpOnly"}
    assert cookie(CODE) <= cookie(fixed(CODE, RULE))


def test_it_keeps_what_is_there():
    line = "r.set_cookie('session_id', v, secure=True, httponly=True)  # signed in"
    assert fixed(CODE, RULE).splitlines()[3] == f"    {line}"


@pytest.mark.parametrize("name", ["'theme'", "'csrf_session'", "name"])
def test_it_refuses_cookies_that_others_may_need(name: str):
    code = f"import flask\nr.set_cookie({name}, v, secure=False)\n"
    assert "name of the cookie" in refusal(code, RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import flask\nr.set_cookie('session', v, secure=True, httponly=True)\n",
        "import flask\nr.set_cookie('session', '', max_age=0)\n",
        "import flask\nr.set_cookie('session', v, **flags)\n",
        "import flask\nr.set_cookie('session', v, secure=https, httponly=True)\n",
        "r.set_cookie('session', v)\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
