"""What a model is writing just now."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pipeline.models.job import Job
from pipeline.models.steps import Step


class GrowingAnswer(models.Model):
    """The end of an answer that is still being written, for the page that waits for it.

    It counts for nothing, and only while the lease stands under which it was written: the worker
    takes it away with the step's end, and the next one writes over what a vanished worker left.
    """

    job = models.OneToOneField(
        Job, on_delete=models.CASCADE, primary_key=True, related_name="growing_answer"
    )
    step = models.CharField(max_length=20, choices=Step.choices)
    lease_token = models.BigIntegerField()
    characters = models.PositiveIntegerField(help_text="of the whole text so far")
    tail = models.TextField(help_text="its end")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "growing_answers"

    def __str__(self) -> str:
        return f"{self.job_id}: {self.characters} characters"
