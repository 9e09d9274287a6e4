"""What is stored of providers: addresses, sealed keys, models, every call, checks and changes."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from operations.addresses import origin
from providers.validators import (
    validate_base_url,
    validate_header_name,
    validate_header_value,
    validate_headers,
)


class ApiProvider(models.Model):
    """One account with a vendor of models, or one server that speaks a vendor's protocol."""

    class Kind(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        OPENAI_COMPATIBLE = "openai-compatible", "OpenAI-compatible"

    class Auth(models.TextChoices):
        NONE = "none", "No key"
        BEARER = "bearer", "Authorization: Bearer KEY"
        HEADER = "header", "A header that holds the key"
        CUSTOM = "custom", "A header that holds a prefix and the key"

    class StructuredOutput(models.TextChoices):
        SCHEMA = "schema", "Takes a JSON schema"
        OBJECT = "object", "Knows JSON mode only"
        NONE = "none", "Neither"

    class Status(models.TextChoices):
        UNTESTED = "untested"
        CONNECTED = "connected"
        FAILED = "failed"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=30, choices=Kind.choices, default=Kind.OPENAI_COMPATIBLE)
    base_url = models.CharField(
        "base URL",
        max_length=500,
        validators=[validate_base_url],
        help_text="Such as https://api.openai.com/v1. Another scheme, host or port than before "
        "removes the stored keys, so that no key goes where it was not meant to go.",
    )
    auth_type = models.CharField(
        "key goes into", max_length=10, choices=Auth.choices, default=Auth.BEARER
    )
    header_name = models.CharField(
        max_length=100,
        blank=True,
        validators=[validate_header_name],
        help_text="For a key in a header of its own, such as api-key.",
    )
    header_prefix = models.CharField(
        max_length=50,
        blank=True,
        validators=[validate_header_value],
        help_text="Stands before the key, separated by a space.",
    )
    extra_headers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_headers],
        help_text="A JSON object of names and values. Not for secrets: they are stored and shown.",
    )
    structured_output = models.CharField(
        max_length=10, choices=StructuredOutput.choices, default=StructuredOutput.SCHEMA
    )
    enabled = models.BooleanField(default=True)
    may_receive_code = models.BooleanField(
        default=True, help_text="Off keeps all submitted code from this provider."
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.UNTESTED, editable=False
    )
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "api_providers"
        verbose_name = "provider"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        needs_name = self.auth_type in (self.Auth.HEADER, self.Auth.CUSTOM)
        if needs_name != bool(self.header_name):
            message = "Name the header." if needs_name else "Only for a key in a header of its own."
            raise ValidationError({"header_name": message})
        if self.header_prefix and self.auth_type != self.Auth.CUSTOM:
            raise ValidationError({"header_prefix": "Only with a prefix and the key in a header."})

    @property
    def origin(self) -> str:
        """Scheme, host and port of the base URL: what a key is bound to."""
        return origin(self.base_url)


class ProviderApiKey(models.Model):
    """A key, sealed so that it opens only in this row, for this provider, at its origin."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    provider = models.ForeignKey(ApiProvider, on_delete=models.CASCADE, related_name="keys")
    ciphertext = models.TextField(editable=False)
    key_id = models.CharField("sealed with", max_length=8, editable=False)
    last_four = models.CharField(max_length=4, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "provider_api_keys"
        verbose_name = "provider key"
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.provider}: …{self.last_four}"


class ProviderModel(models.Model):
    """A model of a provider. Prices are micro-dollars per million tokens and override known ones.

    What is not known stays null: it is never 0.
    """

    provider = models.ForeignKey(ApiProvider, on_delete=models.CASCADE, related_name="models")
    name = models.CharField(max_length=200, help_text="As the provider spells it.")
    enabled = models.BooleanField(default=True)
    context_window = models.PositiveIntegerField(null=True, blank=True, help_text="In tokens.")
    input_price = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Micro-dollars per million tokens read (2500000 is 2.50 US dollars); "
        "empty: the published price, if there is one.",
    )
    output_price = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Micro-dollars per million tokens written."
    )
    synced_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "provider_models"
        verbose_name = "model"
        ordering = ("provider__name", "name")
        constraints = (
            models.UniqueConstraint(fields=["provider", "name"], name="one_row_per_provider_model"),
        )

    def __str__(self) -> str:
        return f"{self.provider} / {self.name}"

    def clean(self) -> None:
        if (self.input_price is None) != (self.output_price is None):
            raise ValidationError("Set both prices or none: half a price is no price.")


class ProviderCall(models.Model):
    """One call of a model: written before it is made (intent), completed after it.

    intent ──► succeeded | failed. A row that stays an intent is a call whose process died: it may
    have been paid. ``job_id`` is a plain number: this app does not know jobs.
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
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost_microdollars = models.PositiveBigIntegerField(null=True, help_text="Null is unknown")

    class Meta:
        db_table = "provider_calls"
        ordering = ("-pk",)
        indexes = (models.Index(fields=["provider", "started_at"], name="calls_of_provider"),)

    def __str__(self) -> str:
        return f"{self.provider_name} / {self.model} ({self.state})"


class ProviderHealth(models.Model):
    """The result of one test of a provider's connection."""

    provider = models.ForeignKey(
        ApiProvider, on_delete=models.CASCADE, related_name="health_history"
    )
    checked_at = models.DateTimeField()
    ok = models.BooleanField()
    error = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    latency_ms = models.PositiveIntegerField()

    class Meta:
        db_table = "provider_health_history"
        verbose_name_plural = "provider health"
        ordering = ("-pk",)

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
