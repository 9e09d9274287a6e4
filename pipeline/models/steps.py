"""The three steps of the pipeline, and what administrators set for each."""

from __future__ import annotations

from django.conf import settings
from django.db import models


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


class ModelConfig(models.Model):
    """What runs a step."""

    class Engine(models.TextChoices):
        BUILT_IN = "built-in", "Built-in engine"

    step = models.CharField(max_length=20, choices=Step.choices, unique=True)
    engine = models.CharField(max_length=20, choices=Engine.choices, default=Engine.BUILT_IN)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "model_config"
        verbose_name = "step route"

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.get_engine_display()}"
