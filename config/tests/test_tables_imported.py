"""Tables that come back to the console: shown first, by the rules of its forms, all or nothing."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from accounts.models import User
from billing.models import LimitOverride
from config.tests.admin_rows import a_model, a_user, an_override
from config.tests.tables import CSV, bring, confirm, events, export, here, preview, table
from operations import tables
from operations.models import AuditEntry
from pipeline.models import Step, SystemPrompt
from providers.models import ProviderChange, ProviderModel

pytestmark = pytest.mark.django_db


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
