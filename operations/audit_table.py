"""What leaves the console of the audit log as a table."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field

from operations import audit_reading
from operations.models import AuditEntry
from operations.tables import AsIs, outgoing

TOLD = {
    "actor": audit_reading.actor_of,
    "action": audit_reading.action_of,
    "object_type": audit_reading.kind_of,
}


class _Told(Field):
    """A column that is made of the entry, with the words of its page."""

    def get_value(self, instance: AuditEntry) -> Any:
        return TOLD[str(self.column_name)](instance)


_Columns = outgoing(
    AuditEntry,
    {
        "id": "id", "timestamp": "timestamp", "actor": "actor", "action": "action",
        "object_type": "content_type", "object_id": "object_pk", "object": "object_repr",
        "changes": "changes", "details": "additional_data", "address": "remote_addr",
        "request_id": "cid",
    },
)  # fmt: skip


class AuditTable(_Columns):  # type: ignore[misc,valid-type]
    """One line an entry."""

    actor = _Told(attribute="actor", column_name="actor", widget=AsIs())
    action = _Told(attribute="action", column_name="action", widget=AsIs())
    object_type = _Told(attribute="content_type", column_name="object_type", widget=AsIs())
