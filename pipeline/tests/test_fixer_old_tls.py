"""The fixer of old TLS versions: modern peers are served, outdated ones refused."""

import ssl
import warnings
from pathlib import Path

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched
from pipeline.tests.handshakes import make_certificate, shake_hands

RULE = "old-tls"
OLDEST = """\
import ssl
def make(cafile):
    context = ssl.create_default_context(cafile=cafile)
    context.minimum_version = ssl.TLSVersion.TLSv1  # for the old printer
    return context
"""
PROTOCOL = "import ssl\ndef make():\n    return ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_it_still_talks_to_a_modern_server(certificate: Path, newest: ssl.TLSVersion):
    context = run(fixed(OLDEST, RULE))["make"](certificate)
    assert shake_hands(context, certificate, newest) == newest.name.replace("_", ".")


def test_it_no_longer_accepts_an_old_version():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = run(OLDEST)["make"](None)
    after = run(fixed(OLDEST, RULE))["make"](None)
    oldest = (before.minimum_version, after.minimum_version)
    assert oldest == (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2)


def test_it_negotiates_where_one_old_version_was_wanted(certificate: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old, new = run(PROTOCOL)["make"](), run(fixed(PROTOCOL, RULE))["make"]()
    assert (new.verify_mode, new.check_hostname) == (old.verify_mode, old.check_hostname)
    assert shake_hands(new, certificate) == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        shake_hands(old, certificate)


def test_it_changes_one_word():
    assert fixed(OLDEST, RULE) == OLDEST.replace("TLSVersion.TLSv1 ", "TLSVersion.TLSv1_2 ")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("c.maximum_version = c.minimum_version = ssl.TLSVersion.TLSv1", "limited"),
        ("c.maximum_version = m\nc.minimum_version = ssl.TLSVersion.TLSv1", "limited"),
        ("from ssl import PROTOCOL_TLSv1\nssl.SSLContext(PROTOCOL_TLSv1)", "bare name"),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    assert word in refusal(f"import ssl\n{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n",
        "import ssl\nc.minimum_version = ssl.TLSVersion.TLSv1_2\n",
        "def f(ssl):\n    ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n",
        "import ssl\nold = version == ssl.PROTOCOL_TLSv1\n",
        "import ssl\nold = set()\nold.add(ssl.PROTOCOL_TLSv1)\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
