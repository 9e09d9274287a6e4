"""What is left of a job whose submission its user deleted: enough to count what it cost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class DeletedJob(models.Model):
    """Whose a deleted job was and on which UTC day it counts. Its code and results are gone.

    Calls of models keep the job's number: with this row the day's cost can still be proven.
    """

    job_id = models.BigIntegerField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deleted_jobs"
    )
    day = models.DateField(help_text="UTC day of the submission")
    deleted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "deleted_jobs"
        ordering = ("-job_id",)
        indexes = (models.Index(fields=["day", "user"], name="deleted_jobs_of_day"),)

    def __str__(self) -> str:
        return f"deleted job {self.job_id}"
