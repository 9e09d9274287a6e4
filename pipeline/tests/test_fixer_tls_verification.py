"""The TLS fixer: a certificate that nobody vouches for is refused, one that is trusted works."""

import ssl
from pathlib import Path

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched
from pipeline.tests.handshakes import make_certificate, shake_hands

RULE = "tls-verification"
CONTEXTS = [
    "import ssl\ndef make():\n    return ssl._create_unverified_context()\n",
    "import ssl\ndef make():\n    c = ssl.create_default_context()\n    c.check_hostname = False\n"
    "    c.verify_mode = ssl.CERT_NONE\n    return c\n",
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a self-signed certificate and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("code", CONTEXTS)
def test_it_refuses_a_certificate_that_nobody_vouches_for(code: str, certificate: Path):
    shake_hands(run(code)["make"](), certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(run(fixed(code, RULE))["make"](), certificate)


@pytest.mark.parametrize("code", CONTEXTS)
def test_it_accepts_a_certificate_that_is_trusted(
    code: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    shake_hands(run(fixed(code, RULE))["make"](), certificate)


def test_it_sends_the_same_request_with_the_check_on():
    code = (
        "import requests\ndef f():\n    return requests.get('https://x', verify=False, timeout=1)\n"
    )
    recorder = Recorder("requests", "get")
    run(fixed(code, RULE), requests=recorder.module)["f"]()
    assert recorder.calls == [("get", ("https://x",), {"verify": True, "timeout": 1})]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("requests.get(u, verify=False, timeout=1)", "requests.get(u, verify=True, timeout=1)"),
        ("c = httpx.Client(verify=False)", "c = httpx.Client(verify=True)"),
        ("s = requests.Session()\ns.verify = False", "s = requests.Session()\ns.verify = True"),
        (
            "s = requests.Session()\ns.get(u, timeout=1, verify=False)",
            "s = requests.Session()\ns.get(u, timeout=1, verify=True)",
        ),
        (
            "urllib3.PoolManager(cert_reqs='CERT_NONE')",
            "urllib3.PoolManager(cert_reqs='CERT_REQUIRED')",
        ),
        (
            "urllib3.PoolManager(cert_reqs=ssl.CERT_NONE)",
            "urllib3.PoolManager(cert_reqs=ssl.CERT_REQUIRED)",
        ),
        (
            "ssl._create_default_https_context = ssl._create_unverified_context",
            "ssl._create_default_https_context = ssl.create_default_context",
        ),
        (
            "x = ssl._create_unverified_context(cafile=f)",
            "x = ssl.create_default_context(cafile=f)",
        ),
    ],
)  # fmt: skip
def test_it_knows_the_forms(before: str, after: str):
    head = "import httpx, requests, ssl, urllib3\n"
    assert fixed(f"{head}{before}\n", RULE) == f"{head}{after}\n"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("requests.get(u, verify=check, timeout=1)", "variable"),
        ("requests.get('https://localhost:8443/', verify=False, timeout=1)", "this machine"),
        ("if insecure:\n    requests.get(u, verify=False, timeout=1)", "on purpose"),
        ("def f(c):\n    c.check_hostname = False", "not clear"),
        ("c = ssl.SSLContext()\nc.verify_mode = ssl.CERT_NONE", "not clear"),
        ("c = ssl.create_default_context(cafile=f)\nc.check_hostname = False", "on purpose"),
        (
            "c = ssl.create_default_context()\nc.check_hostname = False\nc.verify_mode = m",
            "not clear",
        ),
        ("x = ssl._create_unverified_context(ssl.PROTOCOL_TLS)", "not clear"),
    ],
)  # fmt: skip
def test_it_refuses_where_the_repair_is_not_sure(line: str, word: str):
    assert word in refusal(f"import requests, ssl\n{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import requests\nrequests.get(u, verify='/ca.pem', timeout=1)\n",
        "def f(requests):\n    requests.get(u, verify=False)\n",
        "import ssl\nc = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)\n"
        "c.verify_mode = ssl.CERT_NONE\n",
        "x = thing()\nx.verify = False\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)


def test_it_follows_imported_names():
    code = "from requests import get as fetch\nfetch(u, verify=False, timeout=1)  # nosec\n"
    assert "fetch(u, verify=True, timeout=1)  # nosec" in fixed(code, RULE)
