"""A job is one run of a submission; its row is the queue. Its results and its end live here too."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pipeline.models.steps import BUILT_IN, Step, SystemPrompt
from pipeline.models.submission import Submission


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.DEAD, JobState.CANCELLED)


class Job(models.Model):
    """One run of a submission.

    ::

        queued ──claim──> running ──last step stored──> succeeded
          ^                  │ ├────code at fault──────> failed     (no retry would help)
          │                  │ ├────attempts or time up> dead       (with a dead letter)
          └──retry, release, lease expired──┘
        queued or running ──cancel──> cancelled

    Only pipeline.transitions moves a job, each time by one conditional UPDATE that must change
    one row. ``lease_token`` is the fencing token: it grows with every claim and every loss of the
    lease, and a writer that holds an old one writes nothing. Times are the database's.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveIntegerField(default=0, help_text="claims so far")
    isolated = models.BooleanField(
        default=False, help_text="A worker vanished while it ran: the next attempts run alone."
    )
    available_at = models.DateTimeField(db_default=Now())
    announced_at = models.DateTimeField(
        null=True,
        db_default=Now(),
        editable=False,
        help_text="when the broker was last told; a new job is announced as it is committed",
    )
    current_step = models.CharField(max_length=20, choices=Step.choices, blank=True)
    step_started_at = models.DateTimeField(null=True)

    lease_owner = models.CharField(max_length=200, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True, help_text="start of the attempt in progress")
    running_ms = models.PositiveBigIntegerField(
        default=0, help_text="running time of ended attempts; queueing is not counted"
    )

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=100, blank=True)
    user_message = models.CharField(max_length=500, blank=True)

    worst_severity = models.PositiveSmallIntegerField(
        null=True,
        editable=False,
        help_text="rank of the dossier's worst finding, 0 is the worst, 9 for none; "
        "empty while there is no dossier",
    )
    tally = models.JSONField(
        null=True, editable=False, help_text="how many findings of each severity the dossier has"
    )

    chosen = models.JSONField(
        null=True,
        editable=False,
        help_text="what the user chose to run steps of this run with; steps without a choice, "
        "and runs without any, go the way that administrators set",
    )

    class Meta:
        db_table = "jobs"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["state", "isolated", "available_at"], name="jobs_due_by_kind"),
            models.Index(fields=["state", "lease_expires_at"], name="jobs_by_lease"),
            models.Index(fields=["lease_owner", "state"], name="jobs_of_owner"),
        )

    def __str__(self) -> str:
        return f"job {self.pk} ({self.state})"

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


class StepResult(models.Model):
    """A finished step's output, stored once: a restarted job goes on after it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="results")
    step = models.CharField(max_length=20, choices=Step.choices)
    engine = models.CharField(max_length=100)
    content = models.JSONField(help_text="Dossier, Rebuild or Verdict of pipeline.analysis.types")
    attempt = models.PositiveIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    prompt = models.ForeignKey(
        SystemPrompt,
        null=True,
        on_delete=models.SET_NULL,
        help_text="empty for the built-in engine",
    )
    trace = models.JSONField(
        default=list, blank=True, help_text="every route that was tried, what it took and cost"
    )
    input_tokens = models.PositiveIntegerField(null=True, help_text="by the provider's own count")
    output_tokens = models.PositiveIntegerField(null=True, help_text="by the provider's own count")
    cost_microdollars = models.PositiveBigIntegerField(
        null=True, help_text="millionths of a US dollar; empty when unknown"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pipeline_results"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["job", "step"], name="one_result_per_job_and_step"),
        )

    def __str__(self) -> str:
        return f"{self.step} of job {self.job_id}"

    @property
    def is_free(self) -> bool:
        """Whether the built-in engine made it and no model was asked before."""
        return self.engine == BUILT_IN and not self.input_tokens


class DeadLetter(models.Model):
    """A job that ended without a result, for an administrator to look at, retry or delete."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="dead_letter")
    error_class = models.CharField(max_length=100)
    error_message = models.TextField()
    step = models.CharField(max_length=20, choices=Step.choices, blank=True)
    attempts = models.PositiveIntegerField()
    trace = models.JSONField(
        default=list, blank=True, help_text="every route that was tried, what it took and cost"
    )
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    retried_as = models.OneToOneField(
        Job, null=True, editable=False, on_delete=models.SET_NULL, related_name="retry_of"
    )

    class Meta:
        db_table = "dead_letter_queue"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.error_class} in job {self.job_id}"
