"""The audit log in the console."""

from __future__ import annotations

import auditlog.admin  # noqa: F401 - registers its own page, which is replaced below
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from operations import audit_reading
from operations.admin.base import NOTHING, ReadOnlyAdmin, pretty_json
from operations.admin.tables import Exporting
from operations.audit_table import AuditTable
from operations.models import AuditEntry

admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class AuditEntryAdmin(Exporting, ReadOnlyAdmin):
    """Who did what to what: one line an entry, before and after inside."""

    outgoing = AuditTable
    date_hierarchy = "timestamp"
    list_display = ("timestamp", "who", "what", "content_type", "object_repr", "remote_addr")
    list_display_links = ("timestamp",)
    list_filter = (
        "timestamp",
        "action",
        ("content_type", admin.RelatedOnlyFieldListFilter),
        ("actor", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr", "actor__email", "actor_email", "cid", "remote_addr")
    search_help_text = "Object, e-mail address, network address or request id"
    fields = (
        "timestamp", "who", "what", "content_type", "object_repr", "object_pk",
        "before_and_after", "details", "remote_addr", "cid",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        entries: QuerySet[AuditEntry] = super().get_queryset(request)
        return entries.defer("serialized_data")

    @admin.display(description="who", ordering="actor__email")
    def who(self, entry: AuditEntry) -> str:
        """The actor, by the address noted then if the user is gone; commands have none."""
        return audit_reading.actor_of(entry) or "a command or the system"

    @admin.display(description="what", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        """The recorded event's name, or created, updated, deleted."""
        return audit_reading.action_of(entry)

    @admin.display(description="before and after")
    def before_and_after(self, entry: AuditEntry) -> SafeString | str:
        rows = [_row(field, change) for field, change in (entry.changes or {}).items()]
        if not rows:
            return "No field was changed."
        body = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", rows)
        return format_html(
            "<table><thead><tr><th>Field</th><th>Before</th><th>After</th></tr></thead>"
            "<tbody>{}</tbody></table>",
            body,
        )

    @admin.display(description="details")
    def details(self, entry: AuditEntry) -> SafeString | str:
        return pretty_json(entry.additional_data) if entry.additional_data else NOTHING


def _row(field: str, change: object) -> tuple[str, str, str]:
    """Field, before, after. Changes of many-to-many fields name what was added or removed."""
    if isinstance(change, list) and len(change) == 2:
        before, after = (NOTHING if value in ("None", None, "") else str(value) for value in change)
        return field, before, after
    if isinstance(change, dict):
        names = ", ".join(map(str, change.get("objects", ())))
        return field, NOTHING, f"{change.get('operation', 'set')}: {names}"
    return field, NOTHING, str(change)
