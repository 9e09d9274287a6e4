"""Tables that leave the console: whole, bounded, audited, and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import DailyUsage, LimitOverride
from config.tests.admin_rows import ROWS, a_usage, a_user
from config.tests.tables import CSV, JSON, events, export, here, rows_of
from operations import tables
from operations.admin import Exporting, Importing
from operations.models import AuditEntry, RuntimeConfig
from pipeline.models import DeadLetter, KnownFinding, Step, Submission, SystemPrompt
from providers.models import ProviderCall, ProviderModel

pytestmark = pytest.mark.django_db
EXPORTED = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, Exporting)),
    key=lambda model: model._meta.label,
)
every_export = pytest.mark.parametrize("model", EXPORTED, ids=lambda model: model._meta.label)
FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"]  # noqa: RUF001


def test_it_exports_what_is_asked_for() -> None:
    wanted = {
        User, Submission, ProviderCall, DailyUsage, AuditEntry, KnownFinding, DeadLetter,
        SystemPrompt, ProviderModel, LimitOverride,
    }  # fmt: skip
    assert set(EXPORTED) == wanted


@every_export
def test_it_never_exports_a_secret(model: type[Model]) -> None:
    page: Any = admin.site._registry[model]
    for field in page.outgoing().fields.values():
        assert not {field.column_name, *field.attribute.split("__")} & tables.NEVER


def test_it_declares_no_table_with_a_secret() -> None:
    with pytest.raises(ValueError, match="password"):
        tables.outgoing(User, {"told": "password"})


@every_export
@pytest.mark.parametrize("kind", [CSV, JSON])
def test_it_exports_all_rows_and_notes_it(
    model: type[Model], kind: str, as_admin: Client, an_admin: User
) -> None:
    for number in range(3):
        ROWS[model](number)
    count = model._default_manager.count()
    answer = export(as_admin, model, kind)
    rows = json.loads(answer.content) if kind == JSON else rows_of(answer)
    assert len(rows) >= count >= 3
    assert "secret_" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    (entry,) = events("console.export")
    assert entry.actor == an_admin
    told = entry.additional_data
    assert (told["of"], told["rows"]) == (model._meta.label_lower, len(rows))


@every_export
def test_it_asks_no_more_often_for_more_rows(model: type[Model], as_admin: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export(as_admin, model)
        assert not [q for q in captured if '"code"' in q["sql"] or "`code`" in q["sql"]]
        return len(captured)

    for number in range(3):
        ROWS[model](number)
    few = queries()
    for number in range(3, 9):
        ROWS[model](number)
    assert queries() <= few


@every_export
def test_it_is_closed_to_users(model: type[Model], as_alice: Client) -> None:
    for page in ("export", "import") if is_imported(model) else ("export",):
        assert as_alice.get(here(model, page), follow=True).status_code == 403
    assert events("console.export") == []


def is_imported(model: type[Model]) -> bool:
    return isinstance(admin.site._registry[model], Importing)


def test_it_exports_the_list_as_it_is_filtered(as_admin: Client) -> None:
    a_user(1)
    a_user(2)
    (row,) = rows_of(export(as_admin, User, query="?q=person-2"))
    assert row["email"] == "person-2@example.com"


def test_it_goes_back_to_the_list_from_a_filter_that_is_none(as_admin: Client) -> None:
    answer = export(as_admin, User, query="?is_active__exact=maybe&created_at__gte=x")
    assert answer.status_code == 302


def test_it_exports_the_chosen_rows(as_admin: Client) -> None:
    first, _ = a_usage(1), a_usage(2)
    chosen = {"action": "export_admin_action", "_selected_action": [first.pk]}
    page = as_admin.post(here(DailyUsage, "changelist"), chosen)
    assert "1 chosen row with" in page.content.decode()
    sent = {"format": CSV, "resource": "0", "export_items": [first.pk]}
    (row,) = rows_of(as_admin.post(here(DailyUsage, "export"), sent))
    assert (row["day"], row["user"]) == ("2030-01-02", "person-1@example.com")


def test_it_exports_nothing_that_is_no_key(as_admin: Client) -> None:
    sent = {"format": CSV, "resource": "0", "export_items": ["x"]}
    answer = as_admin.post(here(DailyUsage, "export"), sent)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")


def test_it_exports_a_bounded_number_of_rows(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    a_usage(1)
    a_usage(2)
    answer = export(as_admin, DailyUsage)
    assert "Filter the list first" in answer.content.decode()
    assert events("console.export") == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_it_lets_no_spreadsheet_reckon(as_admin: Client, formula: str) -> None:
    SystemPrompt.objects.create(step=Step.QUALITY, version=900, content=formula)
    (row,) = [row for row in rows_of(export(as_admin, SystemPrompt)) if row["version"] == "900"]
    assert row["content"] == f"'{formula}"


@pytest.mark.parametrize("formula", FORMULAS)
def test_it_reads_its_own_table_as_it_was(formula: str) -> None:
    sent = tables.Dataset([formula], headers=["text"])
    text = tables.Csv().export_data(sent)
    assert tables.Csv().create_dataset(text)["text"] == [formula]


def test_it_tells_audit_entries_in_the_words_of_their_page(
    as_admin: Client, an_admin: User
) -> None:
    export(as_admin, User)
    row = json.loads(export(as_admin, AuditEntry, JSON).content)[0]
    assert (row["actor"], row["action"]) == (an_admin.email, "console.export")
    assert row["object_type"] == "accounts.user"
    assert row["details"]["of"] == "accounts.user"


def test_it_keeps_numbers_in_json(as_admin: Client) -> None:
    a_usage(3)
    (row,) = json.loads(export(as_admin, DailyUsage, JSON).content)
    assert (row["submissions"], row["user"]) == (3, "person-3@example.com")


@pytest.mark.parametrize(("model", "offered"), [(RuntimeConfig, 0), (User, 1)])
def test_it_offers_exports_where_they_are_made(
    as_admin: Client, model: type[Model], offered: int
) -> None:
    page = as_admin.get(here(model, "changelist")).content.decode()
    assert page.count('class="export_link"') == offered


@pytest.mark.parametrize("command", ["export", "import"])
def test_it_leaves_no_way_past_the_console(command: str) -> None:
    with pytest.raises(CommandError, match="in the console"):
        call_command(command, "CSV", "accounts.ApiToken")
