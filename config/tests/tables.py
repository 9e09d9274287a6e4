"""Tables of the console, asked for and brought back as its pages do it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from operations.models import AuditEntry

CSV, JSON = "0", "1"


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
