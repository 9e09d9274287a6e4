"""The three-step pipeline: from submitted code to dossier, rebuilt code and verdict."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Pipeline"

    def ready(self) -> None:
        from operations import audit
        from pipeline.models import DeadLetter, ModelConfig, SystemPrompt

        audit.register(SystemPrompt)
        audit.register(ModelConfig)
        audit.register(DeadLetter)
