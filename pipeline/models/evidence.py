"""The evidence ledger of a job: one row for each check behind its verdict."""

from __future__ import annotations

from django.db import models

from pipeline.models.job import Job


class Evidence(models.Model):
    """One measured check of a job's rebuilt code, written with the verdict that rests on it.

    ``reason`` says in words what was measured, or why nothing was.
    """

    class Outcome(models.TextChoices):
        """How the check ended."""

        PASSED = "pass", "Passed"
        FAILED = "fail", "Failed"
        NOT_RUN = "not-run", "Not run"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveSmallIntegerField(help_text="1 is shown first.")
    check_id = models.CharField("check", max_length=40)
    title = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "evidence"
        verbose_name = "evidence row"
        verbose_name_plural = "evidence"
        ordering = ("job", "position")
        constraints = (
            models.UniqueConstraint(fields=["job", "position"], name="one_row_per_position"),
        )

    def __str__(self) -> str:
        return f"{self.title}: {self.get_outcome_display()}"
