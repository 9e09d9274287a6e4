"""Exports and imports in the console: bounded, for those who may, noted in the audit log."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from import_export.admin import ExportActionMixin, ImportMixin
from import_export.formats.base_formats import Format
from import_export.resources import ModelResource
from import_export.results import Result
from import_export.tmp_storages import BaseStorage

from operations import audit, tables
from operations.table_forms import ChooseForm, ConfirmForm, UploadForm

FORMATS = [tables.Csv, tables.Json]
MOST_CHOSEN = 500  # rows chosen one by one; more go by the list's filters
CONFIRM_SECONDS = 3600


class Exporting(ExportActionMixin):
    """Gives a console page *Export*: the rows of the list as it is filtered, or the chosen ones."""

    outgoing: type[ModelResource]
    formats = FORMATS
    export_form_class = ChooseForm
    change_form_template: Any = None  # the library's has a button that nobody asked for
    show_change_form_export = False
    model: type[Model]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ModelResource]]:
        return [self.outgoing]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[str]:
        """Whatever looks like one: the rows are looked up among those of the list."""
        return [key for key in request.POST.getlist("export_items") if key.isdecimal()]

    def export_admin_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if queryset.count() > MOST_CHOSEN:
            told = f"At most {MOST_CHOSEN} rows can be chosen. Filter the list, then use Export."
            self._tell(request, told)
            return None
        return super().export_admin_action(request, queryset)

    def export_action(self, request: HttpRequest) -> Any:
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return redirect(self._list())

    def _do_file_export(
        self, file_format: Format, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> HttpResponse:
        count = queryset.count()
        if count > tables.MOST_ROWS:
            raise ValueError(
                f"These are {count:,} rows, and at most {tables.MOST_ROWS:,} are exported at once. "
                "Filter the list first."
            )
        response: HttpResponse = super()._do_file_export(file_format, request, queryset, **kwargs)
        _note(request, "console.export", self.model, rows=count, format=file_format.get_title())
        response["Cache-Control"] = "no-store"
        return response

    def get_export_filename(
        self, request: HttpRequest, queryset: QuerySet[Any], file_format: Format
    ) -> str:
        name = str(self.model._meta.verbose_name_plural).replace(" ", "-")
        return f"{name}.{file_format.get_extension()}"

    def _list(self) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def _tell(self, request: HttpRequest, told: str) -> None:
        messages.error(request, told)


class Importing(ImportMixin, Exporting):
    """Gives a console page *Import* as well: a preview first, then all rows or none."""

    incoming: type[tables.Incoming]
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[ModelResource]]:
        return [self.incoming]

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"by": request.user, "address": request.META.get("REMOTE_ADDR")}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"rollback_on_validation_errors": True}

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    def get_tmp_storage_class(self) -> type[BaseStorage]:
        return SignedUpload

    def get_tmp_storage_class_kwargs(self) -> dict[str, Any]:
        return {"of": self.model._meta.label_lower}

    @transaction.atomic
    def process_import(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().process_import(request, **kwargs)

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """Nothing is stored where a row that was good in the preview no longer is."""
        if result.has_errors() or result.has_validation_errors():
            self._tell(request, "Nothing was imported: rows changed meanwhile. Look again.")
            meta = self.model._meta
            return redirect(f"admin:{meta.app_label}_{meta.model_name}_import")
        _note(request, "console.import", self.model, **dict(result.totals))
        response: HttpResponse = super().process_result(result, request)
        return response


class SignedUpload(BaseStorage):
    """Keeps an upload in the page itself, signed, until it is confirmed: there is no file of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.salt = f"operations.upload.{kwargs['of']}"

    def save(self, data: bytes) -> None:
        self.name = signing.dumps(data, salt=self.salt, serializer=_Raw, compress=True)

    def read(self) -> Any:
        try:
            data: bytes = signing.loads(
                self.name or "", salt=self.salt, serializer=_Raw, max_age=CONFIRM_SECONDS
            )
        except signing.BadSignature:
            raise SuspiciousOperation(
                "This is not the file of the preview, or it is old."
            ) from None
        return data.decode(self.encoding) if self.encoding else data

    def remove(self) -> None:
        """There is nothing to remove."""


class _Raw:
    """Bytes as they are, for ``signing``."""

    def dumps(self, data: bytes) -> bytes:
        return data

    def loads(self, data: bytes) -> bytes:
        return data


def _note(request: HttpRequest, event: str, model: type[Model], **details: Any) -> None:
    audit.record(cast(Model, request.user), event, of=model._meta.label_lower, **details)
