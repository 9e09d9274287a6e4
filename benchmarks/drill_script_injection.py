"""Plants some 200 hostile texts wherever one can write, and opens every page in Chromium.

The texts of script_injection.toml travel through code, comments, names of files, a model's answers
(structured and as markdown), another tool's SARIF, tokens, webhooks, people's names, reasons and
the console's lists. Then a browser opens every page, tab and list that shows them, as their user
and as an administrator, and downloads every file. Needs Chromium and requirements-dev.txt.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import quote

from benchmarks.laboratory import planting, verdict, watching
from benchmarks.laboratory.alone import open_alone
from benchmarks.laboratory.hostile_words import payloads
from benchmarks.laboratory.planting import ADMIN, USER, Planted
from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import new_session
from benchmarks.laboratory.watching import Noticed
from config.workshop.console import StopError, say
from config.workshop.needs import chromium

LEAST_TEXTS = 200
REFLECTING = (
    "/submissions/?q={}",
    "/sign-in/?next={}",
    "/nothing/{}",
    "/admin/accounts/user/?q={}",
)
PROMISES = {
    "dialogs": "no script ran",
    "outside": "nothing was asked for elsewhere",
    "complaints": "the browser saw no error and no violation of the policy",
    "alive": "no text became an element, a handler or an address",
    "refused": "every page was shown, and every file saved under headers of ours",
}


def main() -> int:
    """Run the drill; 0 when the promise held."""
    argparse.ArgumentParser(prog="./dev drill script-injection", description=__doc__).parse_args()
    if chromium() is None:
        raise StopError("there is no Chromium here; CHROMIUM may name one")
    if find_spec("playwright") is None:
        raise StopError("Playwright is not installed: ./dev check installs requirements-dev.txt")
    texts = payloads()
    with open_alone("drill-script-injection", DB_MAX_CONNECTIONS="20"):
        user_named(USER)
        _make_administrator()
        sessions = {name: new_session(name) for name in (USER, ADMIN)}
        planted = planting.plant(texts)
        say(
            f"  {len(texts)} texts planted; {len(planted.of_user)} pages of the user, "
            f"{len(planted.of_admin)} of the console, {len(planted.files)} files"
        )
        with serving() as url:
            return look(url, sessions, planted, texts)


def look(url: str, sessions: dict[str, str], planted: Planted, texts: Sequence[str]) -> int:
    """Open everything, and say what was noticed."""
    with watching.browser(chromium()) as opened:
        caught = watching.control(opened, url)
        user = watching.signed_in(opened, url, sessions[USER])
        for address in planted.of_user:
            user.visit(address)
        administrator = watching.signed_in(opened, url, sessions[ADMIN])
        for address in (*planted.of_admin, *reflected(texts)):
            administrator.visit(address)
        for address in planted.files:
            user.fetch(address)
        for address in planted.files[:5]:
            user.download(address)
        visits = user.visits + administrator.visits
    return judge([user.noticed, administrator.noticed], visits, len(texts), caught)


def reflected(texts: Sequence[str]) -> Iterator[str]:
    """Each text in an address that a page repeats, each page in its turn."""
    for number, text in enumerate(texts):
        yield REFLECTING[number % len(REFLECTING)].format(quote(text, safe=""))


def judge(noticed: Sequence[Noticed], visits: int, texts: int, caught: dict[str, bool]) -> int:
    """Say what was counted; the exit code."""
    end = verdict.Verdict("no hostile text ran, loaded or changed anything in a browser.")
    end.check(f"at least {LEAST_TEXTS} texts", texts >= LEAST_TEXTS, texts)
    for name, promise in PROMISES.items():
        found = [line for each in noticed for line in getattr(each, name)]
        for line in found[:20]:
            say(f"    {line[:300]}")
        end.check(promise, not found, f"{len(found)} not" if found else f"{visits} pages")
    end.check("what is planted on purpose is seen", all(caught.values()), ", ".join(caught))
    return end.give()


@contextmanager
def serving() -> Iterator[str]:
    """The product on a free port of this machine, in threads of this process."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from config.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a page that fails is noticed by the browser."""

    with ThreadedWSGIServer(("127.0.0.1", 0), Quiet) as server:
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _make_administrator() -> None:
    from accounts.models import User

    User.objects.filter(pk=user_named(ADMIN)).update(role="admin")


if __name__ == "__main__":
    verdict.run(main)
