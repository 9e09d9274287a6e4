"""What leaves the console about submissions and steps as a table, and prompts that come back."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field

from operations.tables import AsIs, Incoming, Text, outgoing
from pipeline.defaults import add_prompt_version
from pipeline.models import DeadLetter, KnownFinding, Step, Submission, SystemPrompt

SUBMISSIONS = outgoing(
    Submission,
    {
        "public_id": "public_id", "user": "user__email", "filename": "filename",
        "language": "language", "state": "current_job__state", "usage_day": "usage_day",
        "created_at": "created_at",
    },
)  # fmt: skip

FINDINGS = outgoing(
    KnownFinding,
    {
        "id": "id", "user": "user__email", "filename": "filename", "title": "title",
        "severity": "severity", "cwe": "cwe", "by_model": "by_model", "state": "state",
        "reason": "reason", "expires_on": "expires_on", "first_seen_at": "first_seen_at",
        "last_seen_at": "last_seen_at", "last_seen_in": "last_seen__public_id",
    },
)  # fmt: skip

DEAD_LETTERS = outgoing(
    DeadLetter,
    {
        "id": "id", "job": "job_id", "submission": "job__submission__public_id",
        "user": "job__submission__user__email", "step": "step", "error_class": "error_class",
        "error_message": "error_message", "attempts": "attempts", "created_at": "created_at",
        "retried_as": "retried_as_id",
    },
)  # fmt: skip

PROMPTS = outgoing(
    SystemPrompt,
    {
        "step": "step", "version": "version", "content": "content",
        "created_by": "created_by__email", "created_at": "created_at",
    },
)  # fmt: skip


class PromptsIn(Incoming):
    """Each line is a new version of its step's prompt, unless it says what counts already."""

    required = ("step", "content")
    step = Field("step", "step", Text())
    version = Field("version", "version", AsIs(), readonly=True)
    content = Field("content", "content", Text())

    class Meta:
        model = SystemPrompt
        fields = ("step", "version", "content")
        import_id_fields = ("step",)

    def get_instance(self, instance_loader: Any, row: Any) -> None:
        return None  # versions are never written over

    def validate_instance(self, instance: SystemPrompt, errors: Any = None, *more: Any) -> None:
        super().validate_instance(instance, errors, *more)
        instance.clean_fields(exclude=["version", "created_by", "created_at"])

    def skip_row(self, instance: Any, original: Any, row: Any, errors: Any = None) -> bool:
        newest = SystemPrompt.objects.filter(step=instance.step).order_by("-version").first()
        return newest is not None and newest.content == instance.content

    def do_instance_save(self, instance: SystemPrompt, is_create: bool) -> None:
        saved = add_prompt_version(step=Step(instance.step), content=instance.content, by=self.by)
        instance.pk, instance.version = saved.pk, saved.version
