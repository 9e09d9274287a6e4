"""The timeout fixer: the same request, but a silent server no longer holds the program for ever."""

import socket
import urllib.request

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

RULE = "missing-timeout"


def test_it_sends_the_same_request_with_a_limit():
    code = "import requests\ndef f():\n    return requests.get('http://x', params={'a': 1})\n"
    before, after = Recorder("requests", "get"), Recorder("requests", "get")
    first = run(code, requests=before.module)["f"]()
    second = run(fixed(code, RULE), requests=after.module)["f"]()
    ((name, args, options),) = before.calls
    assert after.calls == [(name, args, {**options, "timeout": 30})]
    assert first == second


def test_it_gives_up_on_a_server_that_stays_silent(monkeypatch: pytest.MonkeyPatch):
    code = "from urllib.request import urlopen\ndef f(url):\n    return urlopen(url).read()\n"
    after = run(fixed(code, RULE).replace("timeout=30", "timeout=0.05"))
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener())
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        after["f"](f"http://127.0.0.1:{silent.getsockname()[1]}/")


@pytest.mark.parametrize(
    "call",
    [
        "requests.post(u, data=d)",
        "requests.request('GET', u)",
        "urllib.request.urlopen(u)",
        "smtplib.SMTP('h', 25)",
        "smtplib.SMTP()",
        "http.client.HTTPSConnection('h')",
        "ftplib.FTP('h')",
    ],
)
def test_it_limits_every_kind_of_call(call: str):
    code = f"import requests, smtplib, ftplib, http.client, urllib.request\nx = {call}\n"
    separator = "" if call.endswith("()") else ", "
    assert f"x = {call[:-1]}{separator}timeout=30)" in fixed(code, RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import requests\ns = requests.Session()\ns.get(u)\n",
        "import requests\nwith requests.session() as s:\n    s.get(u)\n",
    ],
)
def test_it_knows_an_evident_session(code: str):
    assert "s.get(u, timeout=30)" in fixed(code, RULE)


def test_it_replaces_a_timeout_of_none():
    code = "import httpx\nc = httpx.Client(timeout=None)\nhttpx.get(u)\n"
    assert "httpx.Client(timeout=30)\nhttpx.get(u)\n" in fixed(code, RULE)


def test_it_limits_a_socket_that_only_exchanges_a_message():
    code = """\
    import socket
    def ask(place):
        with socket.create_connection(place) as s:
            s.sendall(b"?")
            return s.recv(9)
    """
    assert "create_connection(place, timeout=30) as s" in fixed(code, RULE)


def test_it_follows_the_layout_of_the_call():
    code = "import requests\nr = requests.get(\r\n    url,\r\n    headers=h,\r\n)\r\n"
    expected = "r = requests.get(\r\n    url,\r\n    headers=h,\r\n    timeout=30,\r\n)\r\n"
    assert fixed(code, RULE).endswith(expected)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("requests.get(u, **options)", "star"),
        ("requests.get(u, stream=True)", "stream"),
        ("requests.get('https://api/getUpdates')", "stream"),
        ("s = socket.create_connection(p)\nwhile True: s.recv(1)", "socket"),
        ("def f():\n    return socket.create_connection(p)", "socket"),
        ("s = requests.Session()\ns.mount('https://', Limited())\ns.get(u)", "adapter"),
        ("c = httpx.Client(timeout=None)\nc.stream('GET', u)", "silent"),
    ],
)
def test_it_refuses_where_waiting_may_be_meant(line: str, word: str):
    assert word in refusal(f"import httpx, requests, socket\n{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import requests\nrequests.get(u, timeout=5)\nrequests.get(u, timeout=t)\n",
        "import socket, urllib.request\nsocket.setdefaulttimeout(5)\nurllib.request.urlopen(u)\n",
        "import socket, urllib.request as r\nr.urlopen(u, None, 5)\n",
        "def f(requests):\n    requests.get(u)\n",
        "import requests\ndef f(session):\n    session.get(u)\n",
        "import requests\ns = requests.Session()\ns = {}\ns.get(u)\n",
        "requests = {}\nrequests.get('u')\n",
        "import requests\ns = requests.Session()\ns.request('GET', u, 0, 0, 0, 0, 0, 0, 5)\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)


def test_it_does_not_break_a_bare_generator():
    assert refusal("import requests\nrequests.get(x for x in y)\n", RULE)
