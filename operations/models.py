"""The audit log: one entry for each change or action, kept when its actor is gone."""

from auditlog.models import AbstractLogEntry


class AuditEntry(AbstractLogEntry):
    """One audited change (before and after values) or recorded action. Never edited."""

    class Meta(AbstractLogEntry.Meta):
        abstract = False
        db_table = "audit_logs"
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
