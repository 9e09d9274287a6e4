"""The three-step pipeline: from submitted code to dossier, rebuilt code and verdict."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Pipeline"

    def ready(self) -> None:
        from billing import plans
        from operations import audit, health, metrics, runtime_config
        from pipeline import observed, parameters, personal, webhooks
        from pipeline.models import DeadLetter, ModelConfig, StepFallback, SystemPrompt
        from providers import audiences

        audit.register(SystemPrompt)
        audit.register(ModelConfig)
        audit.register(StepFallback)
        audiences.register(plans.names)
        audit.register(DeadLetter)
        health.register("queue", observed.queue)
        health.register("workers", observed.workers)
        metrics.register(observed.metrics)
        for parameter in parameters.ALL:
            runtime_config.declare(parameter)
        personal.register()
        webhooks.register()
