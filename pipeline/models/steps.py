"""The three steps of the pipeline, and what administrators set for each."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from providers.models import ApiProvider, ProviderModel


class Step(models.TextChoices):
    """The steps in the order in which they run."""

    FORENSIC = "forensic", "Forensic analysis"
    REBUILDER = "rebuilder", "Code rebuilder"
    QUALITY = "quality", "Quality checker"

    @property
    def position(self) -> int:
        """1 for the first step."""
        return list(Step).index(self) + 1


class SystemPrompt(models.Model):
    """One version of the instruction that a model gets for a step. The highest version counts."""

    step = models.CharField(max_length=20, choices=Step.choices)
    version = models.PositiveIntegerField(editable=False)
    content = models.TextField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "system_prompts"
        ordering = ("step", "-version")
        constraints = (
            models.UniqueConstraint(fields=["step", "version"], name="one_prompt_per_version"),
        )

    def __str__(self) -> str:
        return f"{self.get_step_display()}, version {self.version}"


BUILT_IN = "built-in"


class _EngineChoice(models.Model):
    """What a choice of provider and model means; its kinds declare both with their own words."""

    provider: ApiProvider | None
    provider_id: int | None
    model: ProviderModel | None

    class Meta:
        abstract = True

    @property
    def engine(self) -> str:
        """What runs the step, in words."""
        return f"{self.provider.name}: {self.model_name}" if self.provider else BUILT_IN

    @property
    def model_name(self) -> str:
        return self.model.name if self.model else settings.DEFAULT_LLM_MODEL

    def clean(self) -> None:
        """A model belongs to the provider that is chosen."""
        if self.model and not self.provider_id:
            raise ValidationError(
                {"model": "Choose its provider too, or no model for the built-in engine."}
            )
        if self.model and self.model.provider_id != self.provider_id:
            raise ValidationError({"model": "This model belongs to another provider."})


class ModelConfig(_EngineChoice):
    """What runs a step: a provider's model, or without a provider the built-in engine."""

    step = models.CharField(max_length=20, choices=Step.choices, unique=True)
    provider = models.ForeignKey(
        ApiProvider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Empty: the built-in engine runs this step, and no code leaves this machine.",
    )
    model = models.ForeignKey(
        ProviderModel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Empty: the model that DEFAULT_LLM_MODEL names.",
    )
    temperature = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(2.0)],
        help_text="0 to 2; empty leaves it to the provider.",
    )
    max_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The longest answer in tokens; empty leaves it to the provider.",
    )
    timeout_seconds = models.PositiveIntegerField(
        default=120,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text="The longest wait for one answer, in seconds.",
    )
    structured = models.BooleanField(
        default=True, help_text="Send the JSON schema along, for models that keep to one."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "model_config"
        verbose_name = "step route"

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.engine}"


class StepFallback(_EngineChoice):
    """What runs a step when everything before it failed, in the order of ``position``.

    Without a provider it is the built-in engine, which is always the last. What is empty is as it
    is set for the step.
    """

    config = models.ForeignKey(ModelConfig, on_delete=models.CASCADE, related_name="fallbacks")
    position = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="1 is tried first."
    )
    provider = models.ForeignKey(
        ApiProvider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Empty: the built-in engine. It is always the last.",
    )
    model = models.ForeignKey(
        ProviderModel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Empty: the model that DEFAULT_LLM_MODEL names.",
    )
    temperature = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)]
    )
    max_tokens = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    timeout_seconds = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )

    class Meta:
        db_table = "step_fallbacks"
        verbose_name = "fallback"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.config.get_step_display()}, fallback {self.position}: {self.engine}"
