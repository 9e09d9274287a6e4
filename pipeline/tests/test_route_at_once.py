"""A step that was never set is set by several at once, and none of them meets an error."""

from __future__ import annotations

import pytest

from pipeline import route_changes
from pipeline.models import ModelConfig, Step
from pipeline.tests.test_retries_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_has_one_row_and_what_one_of_them_said() -> None:
    def change() -> object:
        fields = {"provider": None, "model": None}
        return route_changes.change_route(step=Step.QUALITY, fields=fields, fallbacks=[]).pk

    stored = set(at_once(*[change] * 5))
    assert {row.pk for row in ModelConfig.objects.all()} == stored
