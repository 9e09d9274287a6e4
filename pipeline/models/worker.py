"""Which processes see to jobs, by their own word: each keeps one row fresh while it lives."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Worker(models.Model):
    """A process that runs jobs, or beat. It renews ``seen_at``; it takes its row along when it ends
    in order, and the sweep takes away rows of those that did not.
    """

    class Kind(models.TextChoices):
        POOL = "pool", "Pool"
        CELERY = "celery", "Celery worker"
        BEAT = "beat", "Celery beat"

    owner = models.CharField(
        max_length=200, unique=True, help_text="host, process id and a random part"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    slots = models.PositiveIntegerField(help_text="jobs that it runs at once")
    in_flight = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "workers"
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.owner
