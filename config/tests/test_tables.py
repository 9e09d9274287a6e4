"""Tables that leave the console and come back: whole, bounded, audited, and without secrets."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.models import DailyUsage, LimitOverride
from config.tests.admin_rows import ROWS, a_model, a_usage, a_user, an_override
from operations import tables
from operations.admin import Exporting, Importing
from operations.models import AuditEntry, RuntimeConfig
from pipeline.models import DeadLetter, KnownFinding, Step, Submission, SystemPrompt
from providers.models import ProviderCall, ProviderChange, ProviderModel

pytestmark = pytest.mark.django_db
CSV, JSON = "0", "1"
EXPORTED = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, Exporting)),
    key=lambda model: model._meta.label,
)
every_export = pytest.mark.parametrize("model", EXPORTED, ids=lambda model: model._meta.label)
FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"]  # noqa: RUF001


def here(model: type[Model], page: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def export(client: Client, model: type[Model], kind: str = CSV, query: str = "") -> Any:
    return client.post(f"{here(model, 'export')}{query}", {"format": kind, "resource": "0"})


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer["Content-Type"].startswith("text/csv"), answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def table(rows: list[dict[str, object]]) -> SimpleUploadedFile:
    return SimpleUploadedFile("rows.json", json.dumps(rows).encode())


def preview(client: Client, model: type[Model], file: SimpleUploadedFile, kind: str = JSON) -> Any:
    sent = {"import_file": file, "format": kind, "resource": "0"}
    return client.post(here(model, "import"), sent)


def confirm(client: Client, model: type[Model], answer: Any) -> Any:
    form = answer.context["confirm_form"]
    return client.post(here(model, "process_import"), dict(form.initial), follow=True)


def bring(client: Client, model: type[Model], rows: list[dict[str, object]]) -> str:
    page = confirm(client, model, preview(client, model, table(rows)))
    return str(page.content.decode())


def events(name: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(additional_data__event=name))


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


def test_it_adds_imported_prompts_as_new_versions(as_admin: Client, an_admin: User) -> None:
    old = SystemPrompt.objects.create(step=Step.FORENSIC, version=1, content="Old.")
    answer = preview(as_admin, SystemPrompt, table([{"step": "forensic", "content": " - New. "}]))
    assert "<ins>- New.</ins>" in answer.content.decode()
    assert SystemPrompt.objects.count() == 1
    assert "1 new" in confirm(as_admin, SystemPrompt, answer).content.decode()
    new = SystemPrompt.objects.get(version=2)
    old.refresh_from_db()
    assert (old.content, new.content, new.created_by) == ("Old.", "- New.", an_admin)
    assert AuditEntry.objects.get_for_object(new).get().actor == an_admin
    (entry,) = events("console.import")
    assert (entry.additional_data["of"], entry.additional_data["new"]) == (
        "pipeline.systemprompt",
        1,
    )


def test_it_adds_no_version_of_what_counts_already(as_admin: Client) -> None:
    SystemPrompt.objects.create(step=Step.FORENSIC, version=1, content="Old.")
    exported = SimpleUploadedFile("prompts.csv", export(as_admin, SystemPrompt).content)
    answer = preview(as_admin, SystemPrompt, exported, CSV)
    assert "Unchanged" in answer.content.decode()
    confirm(as_admin, SystemPrompt, answer)
    assert SystemPrompt.objects.count() == 1


def test_it_sets_imported_limits(as_admin: Client, an_admin: User) -> None:
    known, new = an_override(2), a_user(5)
    told = bring(
        as_admin,
        LimitOverride,
        [
            {"user": known.user.email, "daily_submissions": "unlimited", "reason": "Trusted"},
            {"user": new.email.upper(), "daily_submissions": 7, "reason": ""},
        ],
    )
    assert "1 new, 1 updated" in told
    known.refresh_from_db()
    assert (known.daily_submissions, known.reason) == (None, "Trusted")
    added = LimitOverride.objects.get(user=new)
    assert added.daily_submissions == 7
    for row in (known, added):
        newest = AuditEntry.objects.get_for_object(row).first()
        assert newest is not None
        assert newest.actor == an_admin


def test_it_reads_its_own_limits(as_admin: Client) -> None:
    an_override(1)
    an_override(2)
    exported = SimpleUploadedFile("limits.csv", export(as_admin, LimitOverride).content)
    page = confirm(as_admin, LimitOverride, preview(as_admin, LimitOverride, exported, CSV))
    assert "0 new, 0 updated, 0 deleted and 2 skipped" in page.content.decode()


def test_it_sets_imported_prices(as_admin: Client, an_admin: User) -> None:
    model = a_model(1)
    name = {"provider": model.provider.name, "model": model.name}
    told = bring(as_admin, ProviderModel, [{**name, "input_price": 5, "output_price": "7"}])
    assert "1 updated" in told
    model.refresh_from_db()
    assert model.own_price == (5, 7)
    change = ProviderChange.objects.filter(action="model.change").get()
    assert (change.actor, change.address) == (an_admin, "127.0.0.1")
    bring(as_admin, ProviderModel, [{**name, "input_price": "", "output_price": None}])
    model.refresh_from_db()
    assert model.own_price is None


@pytest.mark.parametrize(
    ("model", "row", "told"),
    [
        (SystemPrompt, {"step": "nothing", "content": "x"}, "not a valid choice"),
        (SystemPrompt, {"step": "quality", "content": "  "}, "cannot be blank"),
        (SystemPrompt, {"step": "quality"}, "no column content"),
        (SystemPrompt, {"step": "quality", "content": ["x"]}, "A text without"),
        (SystemPrompt, {"step": "quality", "content": "x\0y"}, "A text without"),
        (LimitOverride, {"user": "no@where.x", "daily_submissions": 1}, "no user with this"),
        (LimitOverride, {"user": "admin@example.com", "daily_submissions": ""}, "or unlimited"),
        (LimitOverride, {"user": "admin@example.com", "daily_submissions": -1}, "or unlimited"),
        (LimitOverride, {"user": "admin@example.com"}, "no column daily_submissions"),
        (
            ProviderModel,
            {"provider": "x", "model": "y", "input_price": 1, "output_price": 1},
            "There is no model y",
        ),
    ],
)
def test_it_imports_nothing_that_the_forms_refuse(
    as_admin: Client, model: type[Model], row: dict[str, object], told: str
) -> None:
    before = model._default_manager.count()
    answer = preview(as_admin, model, table([row]))
    assert told in answer.content.decode()
    assert "confirm_form" not in answer.context
    assert model._default_manager.count() == before


def test_it_names_a_bounded_number_of_wrong_rows(as_admin: Client) -> None:
    rows: list[dict[str, object]] = [{"step": "nothing", "content": "x"}] * 60
    page = preview(as_admin, SystemPrompt, table(rows)).content.decode()
    assert page.count("is not a valid choice") == 50
    assert "60 rows in all" in page


def test_it_looks_at_no_row_of_a_file_without_its_columns(as_admin: Client) -> None:
    page = preview(as_admin, LimitOverride, table([{"daily_submissions": 1}])).content.decode()
    assert "<li>The file has no column user.</li>" in page
    assert "Row 1" not in page


def test_it_takes_no_half_price(as_admin: Client) -> None:
    model = a_model(1)
    row: dict[str, object] = {"provider": model.provider.name, "model": model.name}
    answer = preview(
        as_admin, ProviderModel, table([{**row, "input_price": 5, "output_price": ""}])
    )
    assert "half a price is no price" in answer.content.decode()


def test_it_imports_all_rows_or_none(as_admin: Client) -> None:
    first, second = a_user(1), a_user(2)
    rows: list[dict[str, object]] = [
        {"user": user.email, "daily_submissions": 1} for user in (first, second)
    ]
    answer = preview(as_admin, LimitOverride, table(rows))
    second.delete()
    page = confirm(as_admin, LimitOverride, answer)
    assert "Nothing was imported" in page.content.decode()
    assert not LimitOverride.objects.exists()
    assert events("console.import") == []


@pytest.mark.parametrize(
    "change", [{"import_file_name": "passwd"}, {"format": "9"}, {"resource": "7"}]
)
def test_it_confirms_nothing_that_it_did_not_show(as_admin: Client, change: dict[str, str]) -> None:
    answer = preview(as_admin, SystemPrompt, table([{"step": "quality", "content": "x"}]))
    sent = {**answer.context["confirm_form"].initial, **change}
    assert as_admin.post(here(SystemPrompt, "process_import"), sent).status_code in (200, 400)
    assert not SystemPrompt.objects.exists()


def test_it_confirms_no_file_of_another_page(as_admin: Client) -> None:
    answer = preview(as_admin, SystemPrompt, table([{"step": "quality", "content": "x"}]))
    sent = dict(answer.context["confirm_form"].initial)
    assert as_admin.post(here(LimitOverride, "process_import"), sent).status_code == 400


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"\xff\xfe", b"[", b"[]", b""])
def test_it_says_that_a_file_is_no_table(as_admin: Client, content: bytes) -> None:
    answer = preview(as_admin, SystemPrompt, SimpleUploadedFile("x.json", content))
    assert answer.status_code == 200
    assert answer.context["form"].errors["import_file"]


def test_it_takes_no_file_beyond_its_bound(as_admin: Client) -> None:
    big = table([{"step": "quality", "content": "x" * tables.MOST_BYTES}])
    answer = preview(as_admin, SystemPrompt, big)
    assert "bytes at most" in answer.content.decode()


def test_it_imports_a_bounded_number_of_rows(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_IMPORTED", 1)
    answer = preview(as_admin, SystemPrompt, table([{"step": "quality", "content": "x"}] * 2))
    assert "At most 1 rows" in answer.content.decode()


def test_it_shows_markup_as_text(as_admin: Client) -> None:
    row: dict[str, object] = {"step": "quality", "content": "<script>alert(1)</script>"}
    page = preview(as_admin, SystemPrompt, table([row])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


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
