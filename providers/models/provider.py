"""What is set of providers: addresses, sealed keys, models."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models

from operations.addresses import origin
from providers import kinds
from providers.validators import (
    validate_base_url,
    validate_header_name,
    validate_header_value,
    validate_headers,
)

LONGEST_MODEL_NAME = 200
MOST_PRICE = 10**12  # a million dollars per million tokens, so that any number of them has a cost


class ApiProvider(models.Model):
    """One account with a vendor of models, or one server that speaks a vendor's protocol."""

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
    kind = models.CharField(max_length=30, choices=kinds.choices, default=kinds.DEFAULT)
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
    streams = models.BooleanField(
        default=True,
        help_text="Answers are asked for piece by piece, so that they can be read as they grow. "
        "Off for a server that refuses the request for it.",
    )
    enabled = models.BooleanField(default=True)
    may_receive_code = models.BooleanField(
        default=True, help_text="Off keeps all submitted code from this provider."
    )
    code_from = models.JSONField(
        "code from plans",
        default=list,
        blank=True,
        help_text="Only code of users on these plans is sent here. None chosen: from all plans.",
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.UNTESTED, editable=False
    )
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    probed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the last probe was claimed"
    )
    probes_since = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the day of the probes' budget began"
    )
    probes_used = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "api_providers"
        verbose_name = "provider"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        plans = self.code_from
        if not isinstance(plans, list) or not all(isinstance(name, str) for name in plans):
            raise ValidationError({"code_from": "A list of names of plans."})
        needs_name = self.auth_type in (self.Auth.HEADER, self.Auth.CUSTOM)
        if needs_name != bool(self.header_name):
            message = "Name the header." if needs_name else "Only for a key in a header of its own."
            raise ValidationError({"header_name": message})
        if self.header_prefix and self.auth_type != self.Auth.CUSTOM:
            raise ValidationError({"header_prefix": "Only with a prefix and the key in a header."})
        others = self.extra_headers if isinstance(self.extra_headers, dict) else {}
        if self.header_name and self.header_name.lower() in {name.lower() for name in others}:
            raise ValidationError({"extra_headers": "The header of the key is not set here."})

    @property
    def origin(self) -> str:
        """Scheme, host and port of the base URL: what a key is bound to."""
        return origin(self.base_url)

    def refuses_code_of(self, audience: str) -> str:
        """Why code of users on this plan is not sent here; empty if it may be."""
        if not self.may_receive_code:
            return f"The provider {self.name} may not receive code."
        if self.code_from and audience not in self.code_from:
            return f"The provider {self.name} may not receive code of {audience or 'no plan'}."
        return ""


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
    name = models.CharField(max_length=LONGEST_MODEL_NAME, help_text="As the provider spells it.")
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
        if max(self.input_price or 0, self.output_price or 0) > MOST_PRICE:
            raise ValidationError(f"A price is {MOST_PRICE:,} micro-dollars at most.")

    @property
    def own_price(self) -> tuple[int, int] | None:
        """(input, output) as administrators set them; None leaves it to the published price."""
        if self.input_price is None or self.output_price is None:
            return None
        return self.input_price, self.output_price
