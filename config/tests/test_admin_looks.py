"""Wherever the console shows a user's code or what came of it, the look is in the audit log."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client

from config.tests.admin_rows import ROWS
from config.tests.routes import routes
from config.tests.test_admin_pages import address
from operations.models import AuditEntry
from pipeline.models import StepResult, Submission

pytestmark = pytest.mark.django_db
# What admin_rows writes into code, comments and results.
USERS_OWN = re.compile(r"secret_\d+ =|&lt;b&gt;careful&lt;/b&gt;|their own result")


def looks() -> int:
    return AuditEntry.objects.filter(additional_data__event="submission.view").count()


@pytest.fixture
def addresses(an_admin: object) -> list[str]:
    """Every page of the console and of the API for administrators, with rows of all models."""
    found = [route.path for route in routes() if "/admin/" in route.path and "<" not in route.path]
    for number, (model, make) in enumerate(ROWS.items(), start=1):
        row = make(number)
        if model in admin.site._registry:
            found += [address(model, page, row.pk) for page in ("change", "history", "delete")]
    Submission.objects.update(comments="<b>careful</b>")
    StepResult.objects.update(content={"code": "their own result", "changes": []})
    return found


def test_it_records_a_look_wherever_code_or_results_are_shown(
    addresses: list[str], an_admin: object, client: Client
) -> None:
    client.force_login(an_admin)
    shown, unrecorded = [], []
    for path in addresses:
        before = looks()
        page = client.get(path).content.decode()
        if USERS_OWN.search(page):
            shown.append(path)
            unrecorded += [path] * (looks() == before)
    assert len(shown) >= 2
    assert unrecorded == []
    opened = re.compile(r"/(?:submission|stepresult)/\d+/change/")
    assert looks() == sum(bool(opened.search(path)) for path in addresses)
