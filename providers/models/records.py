"""What is recorded of providers: every call, what breakers concluded, tests and changes."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from providers.models.provider import ApiProvider


class ProviderCall(models.Model):
    """One call of a model: written before it is made (intent), completed after it.

    intent ──► succeeded | failed. A row that stays an intent is a call whose process died before
    its answer was kept: it may have been paid. ``job_id`` is a plain number: this app does not know
    jobs.
    """

    class State(models.TextChoices):
        INTENT = "intent"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    call_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    provider = models.ForeignKey(
        ApiProvider, on_delete=models.SET_NULL, null=True, related_name="calls"
    )
    provider_name = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    job_id = models.BigIntegerField(null=True, db_index=True)
    step = models.CharField(max_length=30, blank=True)
    attempt = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INTENT)
    error = models.CharField(max_length=40, blank=True, help_text="Code of the error tree")
    detail = models.CharField(max_length=500, blank=True, help_text="For operators; holds no key")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    first_token_ms = models.PositiveIntegerField(
        null=True, help_text="When a streamed answer began; null for one that came whole"
    )
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost_microdollars = models.PositiveBigIntegerField(null=True, help_text="Null is unknown")

    class Meta:
        db_table = "provider_calls"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["provider", "started_at"], name="calls_of_provider"),
            models.Index(fields=["provider", "model", "finished_at"], name="calls_of_breaker"),
        )

    def __str__(self) -> str:
        return f"{self.provider_name} / {self.model} ({self.state})"


class ProviderBreaker(models.Model):
    """Whether one model of a provider may be called now. No row is as good as a closed one.

    ::

        closed ──too many failures, account or budget used up──> open ──time over──> half-open
        half-open: one call is the probe. It answers──> closed, it fails──> open
        any ──trip──> tripped, until somebody resets it;  any ──reset──> closed

    Only providers.breaker and providers.tripping write here.
    """

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        HALF_OPEN = "half-open"
        TRIPPED = "tripped", "Tripped by hand"

    provider = models.ForeignKey(ApiProvider, on_delete=models.CASCADE, related_name="breakers")
    model = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLOSED)
    reason = models.CharField(max_length=40, blank=True, help_text="Code of the error tree")
    probe_at = models.DateTimeField(
        null=True, help_text="From then on one call may try whether it works again"
    )
    probe = models.UUIDField(null=True, help_text="Call that is trying it now")
    counts_from = models.DateTimeField(null=True, help_text="Calls begun before do not count")
    openings = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "provider_breakers"
        verbose_name = "breaker"
        ordering = ("provider__name", "model")
        constraints = (
            models.UniqueConstraint(fields=["provider", "model"], name="one_breaker_per_model"),
        )

    def __str__(self) -> str:
        return f"{self.provider} / {self.model}: {self.state}"


class ProviderHealth(models.Model):
    """The result of one check of a provider: a test or a sync by somebody, or a probe."""

    class Source(models.TextChoices):
        TEST = "test", "test"
        SYNC = "sync", "sync of models"
        PROBE = "probe", "periodic probe"

    provider = models.ForeignKey(
        ApiProvider, on_delete=models.CASCADE, related_name="health_history"
    )
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TEST)
    checked_at = models.DateTimeField()
    ok = models.BooleanField()
    error = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    latency_ms = models.PositiveIntegerField()

    class Meta:
        db_table = "provider_health_history"
        verbose_name_plural = "provider health"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["provider", "checked_at"], name="health_of_provider"),
            models.Index(fields=["checked_at"], name="health_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.provider}: {'ok' if self.ok else self.error}"


class ProviderChange(models.Model):
    """What was changed or done about a provider, by whom and from where. Never edited."""

    provider = models.ForeignKey(
        ApiProvider, on_delete=models.SET_NULL, null=True, related_name="changes"
    )
    provider_name = models.CharField(max_length=100)
    action = models.CharField(max_length=40)
    details = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "provider_audit_log"
        verbose_name = "provider change"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.provider_name}: {self.action}"
