"""Hostile texts in a real browser: every kind of page, few of each. The drill opens them all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from accounts.models import User
from benchmarks.laboratory import planting, watching
from benchmarks.laboratory.hostile_words import payloads
from benchmarks.laboratory.planting import ADMIN, USER, Planted
from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import new_session
from config.workshop.needs import chromium

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILES = 15
ALL_RUNS = re.compile(r"tab=(dossier|findings|verdict)$")  # by structure, as markdown, imported
SHOWING_TEXTS = re.compile(
    r"submission/|stepresult|deadletter|knownfinding|/user/|apitoken|override|apiprovider|auditentry"
)


@pytest.fixture
def planted(live_server: LiveServer) -> Planted:
    call_command("seed_defaults")
    user_named(USER)
    User.objects.filter(pk=user_named(ADMIN)).update(role="admin")
    return planting.plant(payloads())


def one_of_each(addresses: list[str]) -> list[str]:
    """The first address of each kind; ids and numbers make no other kind."""
    kinds = {re.sub(r"/[\w-]{22}/|\d+", "/N/", address): address for address in reversed(addresses)}
    return list(reversed(kinds.values()))


def test_it_lets_no_text_run_or_load_anything(live_server: LiveServer, planted: Planted) -> None:
    sessions = {name: new_session(name) for name in (USER, ADMIN)}
    with watching.browser(chromium()) as opened:
        caught = watching.control(opened, live_server.url)
        assert all(caught.values()), caught
        user = watching.signed_in(opened, live_server.url, sessions[USER])
        whole = [address for address in planted.of_user if ALL_RUNS.search(address)]
        for address in {*whole, *one_of_each(planted.of_user)}:
            user.visit(address)
        for address in planted.files[-FILES:]:
            user.fetch(address)
        user.download(planted.files[0])
        administrator = watching.signed_in(opened, live_server.url, sessions[ADMIN])
        for address in one_of_each(planted.of_admin):
            if SHOWING_TEXTS.search(address) and "/history/" not in address:
                administrator.visit(address)
    assert user.noticed.all() + administrator.noticed.all() == []
