"""The life of a finding: from the run that first reported it to the one that no longer does."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from pipeline.models.submission import Submission


class FindingState(models.TextChoices):
    """What is to be thought of a finding; people set the last two, runs the first two."""

    OPEN = "open", "Open"
    FIXED = "fixed", "Fixed"
    FALSE_POSITIVE = "false-positive", "False positive"
    ACCEPTED = "accepted", "Accepted risk"


MARKS = (FindingState.FALSE_POSITIVE, FindingState.ACCEPTED)  # of people


class KnownFinding(models.Model):
    """One problem in one file of one user, however often it was reported.

    The file is known by its name, which stands here as a digest too: some databases compare text
    without case. ``fingerprint`` is that of pipeline.analysis: normalised snippet and CWE.
    ``quote`` is the first line of the snippet, with secrets masked.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255, blank=True)
    file_key = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the name")
    fingerprint = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10)
    cwe = models.PositiveIntegerField(null=True)
    by_model = models.BooleanField(default=False, help_text="no scanner reports it")
    quote = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=FindingState.choices, default=FindingState.OPEN)
    reason = models.CharField(max_length=500, blank=True, help_text="of who marked it")
    expires_on = models.DateField(
        null=True, blank=True, help_text="last UTC day on which the risk is accepted"
    )
    first_seen = models.ForeignKey(
        Submission, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_seen = models.ForeignKey(
        Submission, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    first_seen_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "findings"
        verbose_name = "finding"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "file_key", "fingerprint"], name="one_life_per_finding"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"


class FindingEvent(models.Model):
    """A change of a finding's state: by a run, or by a person."""

    finding = models.ForeignKey(KnownFinding, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=20, choices=FindingState.choices)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submission = models.ForeignKey(
        Submission, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "finding_events"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.at:%Y-%m-%d}"
