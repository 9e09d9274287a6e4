"""Prompts stored at the same time each become a version of their own."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection

from pipeline.defaults import add_prompt_version
from pipeline.models import Step, SystemPrompt

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4


def test_none_is_lost_and_none_fails() -> None:
    start, failed = threading.Barrier(AT_ONCE), list[DatabaseError]()

    def store(number: int) -> None:
        start.wait()
        try:
            add_prompt_version(step=Step.QUALITY, content=f"Prompt {number}", by=None)
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=store, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    stored = SystemPrompt.objects.filter(step=Step.QUALITY)
    assert sorted(stored.values_list("version", flat=True)) == [1, 2, 3, 4]
