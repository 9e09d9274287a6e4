"""The settings fixer: protection is on, and a developer's own site works as before."""

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "django-settings"
HEAD = "import os\nROOT_URLCONF = 'u'\nALLOWED_HOSTS = ['h']\n"
HEAD += "DEBUG = os.environ.get('D') == '1'\n"


@pytest.mark.parametrize(("debug", "secure"), [("1", False), ("0", True)])
def test_it_follows_debug(debug: str, secure: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("D", debug)
    result = fixed(f"{HEAD}SESSION_COOKIE_SECURE = False  # http\n", RULE)
    assert run(result)["SESSION_COOKIE_SECURE"] is secure
    assert result.endswith("SESSION_COOKIE_SECURE = not DEBUG  # http\n")


def test_it_turns_on_what_no_site_needs_off():
    assert fixed(f"{HEAD}SESSION_COOKIE_HTTPONLY = False\n", RULE).endswith("HTTPONLY = True\n")


def test_it_refuses_redirects_that_could_go_in_circles():
    assert "circles" in refusal(f"{HEAD}SECURE_SSL_REDIRECT = False\n", RULE)


def test_it_refuses_a_file_for_developers():
    code = f"{HEAD}CSRF_COOKIE_SECURE = False\n"
    assert "development" in refusal(code, RULE, filename="settings/dev.py")


def test_it_leaves_other_files_alone():
    assert untouched("SESSION_COOKIE_SECURE = False\n")
