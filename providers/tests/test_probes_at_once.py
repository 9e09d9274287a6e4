"""Probes that several processes would make at the same moment: one is made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from providers import probes, services
from providers.models import ApiProvider

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def test_it_is_claimed_once_however_many_look() -> None:
    provider = services.add_provider(
        name="P", base_url="https://api.example.com/v1", auth_type="none", by=None, address=None
    )
    start = Barrier(MANY)

    def claim(_: int) -> ApiProvider | None:
        try:
            start.wait(timeout=20)
            return probes.claim()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as threads:
        claimed = [found for found in threads.map(claim, range(MANY)) if found]
    assert claimed == [provider]
    provider.refresh_from_db()
    assert provider.probes_used == 1
