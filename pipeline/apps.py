"""The three-step pipeline: from submitted code to dossier, rebuilt code and verdict."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Pipeline"

    def ready(self) -> None:
        from operations import audit, health, metrics
        from pipeline import observed
        from pipeline.models import DeadLetter, ModelConfig, SystemPrompt

        audit.register(SystemPrompt)
        audit.register(ModelConfig)
        audit.register(DeadLetter)
        health.register("queue", observed.queue)
        health.register("workers", observed.workers)
        metrics.register(observed.metrics)
