"""The pipeline in the console: what was submitted, how it ran, and how each step is set."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Max, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from operations import audit
from operations.admin import ConsoleAdmin, ReadOnlyAdmin, pretty_json
from pipeline import routing, services
from pipeline.defaults import add_prompt_version
from pipeline.models import (
    DeadLetter,
    Job,
    ModelConfig,
    Step,
    StepResult,
    Submission,
    SystemPrompt,
    Worker,
)
from pipeline.route_form import StepRouteForm

PASTED = "pasted code"


class CodeViewAdmin(ReadOnlyAdmin):
    """For rows that hold a user's code: looking at one is written into the audit log first."""

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        seen = self.get_object(request, unquote(object_id))
        if seen is not None and self.has_view_permission(request, seen):
            audit.record(seen, "submission.view")
        response: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return response


@admin.register(Submission)
class SubmissionAdmin(CodeViewAdmin):
    """What users sent. Lists never load code; the page of one submission shows it."""

    list_display = ("created_at", "named", "user", "language", "state", "public_id")
    list_filter = ("current_job__state", "language", "created_at")
    list_select_related = ("user", "current_job")
    search_fields = ("filename", "public_id", "user__email")
    search_help_text = "File name, public id or e-mail address"
    fields = (
        "public_id", "user", "filename", "language", "comments", "source",
        "usage_day", "created_at", "current_job", "page",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        submissions: QuerySet[Submission] = super().get_queryset(request)
        return submissions.defer("code", "comments")

    @admin.display(description="file", ordering="filename")
    def named(self, submission: Submission) -> str:
        return submission.filename or PASTED

    @admin.display(description="state", ordering="current_job__state")
    def state(self, submission: Submission) -> str:
        job = submission.current_job
        return job.get_state_display() if job else "no run"

    @admin.display(description="code")
    def source(self, submission: Submission) -> SafeString:
        return format_html("<pre>{}</pre>", submission.code)

    @admin.display(description="runs")
    def page(self, submission: Submission) -> SafeString:
        jobs = reverse("admin:pipeline_job_changelist")
        return format_html('<a href="{}?submission__id={}">All runs</a>', jobs, submission.pk)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """One line a run of a submission."""

    list_display = (
        "id", "named", "owner", "state", "current_step", "attempts", "error_class",
        "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "current_step", "isolated", "error_class", "created_at")
    search_fields = ("submission__public_id", "submission__filename", "submission__user__email")
    search_help_text = "Public id or file name of the submission, or e-mail address"
    fields = (
        "submission_link", "owner", "state", "current_step", "step_started_at", "attempts",
        "isolated", "available_at", "lease_owner", "lease_expires_at", "running_ms", "created_at",
        "started_at", "finished_at", "error_class", "user_message", "stored_results",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs: QuerySet[Job] = super().get_queryset(request)
        return jobs.select_related("submission__user").defer(
            "submission__code", "submission__comments"
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "submission__id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="file", ordering="submission__filename")
    def named(self, job: Job) -> str:
        return job.submission.filename or PASTED

    @admin.display(description="user", ordering="submission__user__email")
    def owner(self, job: Job) -> str:
        return job.submission.user.email

    @admin.display(description="submission")
    def submission_link(self, job: Job) -> SafeString:
        address = reverse("admin:pipeline_submission_change", args=[job.submission_id])
        return format_html('<a href="{}">{}</a>', address, self.named(job))

    @admin.display(description="results")
    def stored_results(self, job: Job) -> SafeString:
        address = reverse("admin:pipeline_stepresult_changelist")
        return format_html('<a href="{}?job__id={}">Stored results</a>', address, job.pk)


@admin.register(StepResult)
class StepResultAdmin(CodeViewAdmin):
    """What each step said. The rebuilt code is in it, so looking at one is recorded."""

    list_display = ("id", "job", "step", "engine", "attempt", "duration_ms", "created_at")
    list_filter = ("step", "engine", "created_at")
    list_select_related = ("job",)
    search_fields = ("job__submission__public_id", "job__submission__user__email")
    search_help_text = "Public id of the submission, or e-mail address"
    fields = (
        "job", "step", "engine", "prompt", "attempt", "duration_ms", "input_tokens",
        "output_tokens", "cost_microdollars", "created_at", "trace", "output",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepResult]:
        results: QuerySet[StepResult] = super().get_queryset(request)
        return results.defer("content")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "job__id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="output")
    def output(self, result: StepResult) -> SafeString:
        return pretty_json(result.content)


@admin.register(DeadLetter)
class DeadLetterAdmin(ConsoleAdmin):
    """Jobs that ended without a result, to look at, retry or delete."""

    list_display = (
        "created_at", "job", "owner", "step", "error_class", "attempts", "retried_as",
    )  # fmt: skip
    list_filter = (
        "error_class", "step", ("retried_as", admin.EmptyFieldListFilter), "created_at",
    )  # fmt: skip
    search_fields = ("error_class", "error_message", "job__submission__user__email")
    search_help_text = "Error or e-mail address"
    fields = (
        "job", "owner", "step", "error_class", "error_message", "attempts", "created_at",
        "retried_as",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        letters: QuerySet[DeadLetter] = super().get_queryset(request)
        return letters.select_related("job__submission__user", "retried_as").defer(
            "job__submission__code", "job__submission__comments"
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only the actions change one: its page is read-only."""
        return obj is None

    @admin.display(description="user", ordering="job__submission__user__email")
    def owner(self, letter: DeadLetter) -> str:
        return letter.job.submission.user.email

    @admin.action(description="Retry: one new run each, not taken from the user's limit")
    def retry(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> None:
        by = request.user
        assert isinstance(by, User)  # noqa: S101 - the console admits nobody else
        count = 0
        for letter in letters:
            try:
                services.retry_dead_letter(letter=letter, by=by)
                count += 1
            except services.NotPossible as error:
                self.message_user(request, str(error), messages.WARNING)
        if count:
            self.message_user(request, f"{count} queued again.", messages.SUCCESS)


@admin.register(SystemPrompt)
class SystemPromptAdmin(ConsoleAdmin):
    """Versions are never changed or deleted. Adding one makes it the active one of its step."""

    list_display = ("step", "version", "is_active", "created_by", "created_at")
    list_filter = ("step", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("content", "created_by__email")
    search_help_text = "Text of the prompt, or e-mail address"
    readonly_fields = ("version", "is_active", "created_by", "created_at", "next_version")

    def get_fields(self, request: HttpRequest, obj: SystemPrompt | None = None) -> Any:
        new = ("step", "content")
        return (*new, *self.readonly_fields) if obj else new

    def get_queryset(self, request: HttpRequest) -> QuerySet[SystemPrompt]:
        of_step = SystemPrompt.objects.filter(step=OuterRef("step")).order_by().values("step")
        newest = of_step.annotate(newest=Max("version")).values("newest")
        prompts: QuerySet[SystemPrompt] = super().get_queryset(request)
        return prompts.annotate(newest=Subquery(newest))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?from=ID`` starts a new version from an old one."""
        old = request.GET.get("from", "")
        known = SystemPrompt.objects.filter(pk=old).first() if old.isdecimal() else None
        return {"step": known.step, "content": known.content} if known else {}

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SystemPrompt, form: Any, change: bool) -> None:
        by = request.user
        assert isinstance(by, User)  # noqa: S101 - the console admits nobody else
        saved = add_prompt_version(step=Step(obj.step), content=obj.content, by=by)
        obj.pk, obj.version = saved.pk, saved.version

    @admin.display(description="active", boolean=True)
    def is_active(self, prompt: SystemPrompt) -> bool:
        return bool(prompt.version == getattr(prompt, "newest", None))

    @admin.display(description="change it")
    def next_version(self, prompt: SystemPrompt) -> SafeString:
        add = reverse("admin:pipeline_systemprompt_add")
        return format_html('<a href="{}?from={}">Write a new version from this</a>', add, prompt.pk)


@admin.register(ModelConfig)
class ModelConfigAdmin(ConsoleAdmin):
    """What runs each step; a change counts from the next step that starts."""

    form = StepRouteForm
    list_display = ("step", "engine", "updated_at")
    list_filter = ("provider",)
    list_select_related = ("provider", "model")
    search_fields = ("step", "provider__name", "model__name")
    fields = (
        "step",
        "provider",
        "model",
        "temperature",
        "max_tokens",
        "timeout_seconds",
        "structured",
        "updated_at",
    )
    readonly_fields = ("updated_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: ModelConfig | None = None) -> Any:
        return (*self.readonly_fields, "step") if obj else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelConfig.objects.count() < len(Step)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ModelConfig, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(routing.forget_routes)


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """The processes that run jobs, by their own word; a fresh one was seen within ten seconds."""

    list_display = ("owner", "kind", "slots", "in_flight", "started_at", "seen_at")
    list_filter = ("kind",)
    search_fields = ("owner",)
    fields = list_display
