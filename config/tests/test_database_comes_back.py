"""A database that goes away and comes back under the production web server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import issue_login_link
from pipeline.models import Submission
from pipeline.tests.relay import Relay
from pipeline.tests.servers import free_port, product_process, url_of_test_database, wait_for

pytestmark = [pytest.mark.mysql, pytest.mark.django_db(transaction=True)]
TYPED = {"code": "keep = 'me'\n", "language": "python"}
THREADS = 4


class Page(NamedTuple):
    status: int
    url: str
    text: str
    retry_after: str | None


class Site:
    """The product behind granian, with the database at the end of a cable of its own."""

    def __init__(self, cable: Relay) -> None:
        self.cable = cable
        self.base = f"http://127.0.0.1:{free_port()}"
        self.http = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    @contextmanager
    def serving(self, log: Path) -> Iterator[None]:
        here = urlsplit(url_of_test_database())
        login = here.netloc.rpartition("@")[0]
        url = here._replace(netloc=f"{login}@127.0.0.1:{self.cable.port}").geturl()
        port = self.base.rpartition(":")[2]
        web = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port)
        sizes = ("--workers", "1", "--blocking-threads", str(THREADS), "config.wsgi:application")
        with product_process(log, *web, *sizes, DATABASE_URL=url, REDIS_URL="") as server:
            try:
                wait_for(self.answers, "The web server's start")
                yield
            finally:
                server.terminate()  # killed, it would leave its own worker process behind
                server.wait(timeout=30)

    def answers(self) -> bool:
        try:
            return self.get("/health").status == 200
        except URLError:
            return False

    def sign_in(self, user: User) -> None:
        link = issue_login_link(user.email)
        assert self.post(link, self.get(link)).status == 200

    def get(self, path: str, body: bytes | None = None) -> Page:
        try:
            answer = self.http.open(self.base + path, body, timeout=30)
        except HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            return Page(answer.status, answer.url, text, answer.headers["Retry-After"])

    def post(self, path: str, page: Page, **fields: str) -> Page:
        """Send the form of a page."""
        hidden = dict(re.findall('type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        return self.get(path, urlencode({**fields, **hidden}).encode())

    def get_at_once(self, path: str) -> set[int]:
        """Statuses of as many requests as there are threads, several times."""
        with ThreadPoolExecutor(THREADS) as pool:
            found = pool.map(lambda _: self.get(path).status, range(THREADS * 5))
            return set(found)


@pytest.fixture
def site(alice: User, tmp_path: Path) -> Iterator[Site]:
    server = connection.settings_dict
    cable = Relay(server["HOST"], int(server["PORT"] or 3306))
    cable.mend()
    try:
        site = Site(cable)
        with site.serving(tmp_path / "web.log"):
            site.sign_in(alice)
            yield site
    finally:
        cable.cut()


def test_it_loses_nothing_and_goes_on_by_itself(site: Site) -> None:
    form = site.get("/")
    assert site.get_at_once("/submissions/") == {200}
    site.cable.cut()
    kept = site.post("/submissions/", form, **TYPED)
    assert (kept.status, "keep = &#x27;me&#x27;" in kept.text) == (503, True)
    assert int(kept.retry_after or 0) > 0
    assert site.get_at_once("/submissions/") == {503}
    assert site.get_at_once("/api/v1/code/getHistory") == {503}
    site.cable.mend()
    assert site.get_at_once("/submissions/") == {200}
    made = site.post("/submissions/", kept, **TYPED)
    assert site.post("/submissions/", kept, **TYPED).url == made.url
    assert Submission.objects.count() == 1


def test_it_needs_nobody_to_see_the_database_go(site: Site) -> None:
    """Each thread holds a connection from before, and none of them answers an error for it."""
    assert site.get_at_once("/submissions/") == {200}
    site.cable.cut()
    site.cable.mend()
    assert site.get_at_once("/submissions/") == {200}
