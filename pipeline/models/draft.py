"""An answer of a step that asks its model more than once, kept until the step has its result."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pipeline.models.job import Job
from pipeline.models.steps import Step


class StepDraft(models.Model):
    """An answer that was paid for: an attempt that goes on after it does not ask for it again.

    It is deleted with the step's result, which bears its cost and says what came of it. Those of
    a job that ended without a result stay with the job.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="drafts")
    step = models.CharField(max_length=20, choices=Step.choices)
    position = models.PositiveSmallIntegerField(help_text="1 is the first answer of the step")
    engine = models.CharField(max_length=100)
    content = models.JSONField(help_text="Dossier or Rebuild of pipeline.analysis.types")
    attempt = models.PositiveIntegerField()
    trace = models.JSONField(default=list)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost_microdollars = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "step_drafts"
        ordering = ("job", "step", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["job", "step", "position"], name="one_draft_per_position"
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} of job {self.job_id}, answer {self.position}"
