"""What the floor stores: the audit log, and the revisions of the runtime configuration."""

from auditlog.models import AbstractLogEntry
from django.conf import settings
from django.db import models


class AuditEntry(AbstractLogEntry):
    """One audited change (before and after values) or recorded action. Never edited."""

    class Meta(AbstractLogEntry.Meta):
        abstract = False
        db_table = "audit_logs"
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"


class RuntimeConfig(models.Model):
    """One revision of a runtime parameter (operations.runtime_config). Never changed or deleted."""

    name = models.CharField(max_length=60)
    revision = models.PositiveIntegerField(editable=False)
    value = models.JSONField()
    before = models.JSONField(editable=False, help_text="what counted until then")
    reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "runtime_config"
        verbose_name = "config revision"
        verbose_name_plural = "system config"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["name", "revision"], name="one_value_per_revision"),
        )

    def __str__(self) -> str:
        return f"{self.name}, revision {self.revision}"
