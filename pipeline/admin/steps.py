"""How each step is run, in the console: its prompts and its route."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Max, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from operations.admin import NOTHING, ConsoleAdmin, Importing
from pipeline.defaults import add_prompt_version
from pipeline.models import ModelConfig, Step, StepFallback, SystemPrompt
from pipeline.route_changes import MOST_FALLBACKS, change_route
from pipeline.route_form import FallbackForm, FallbackFormSet, StepRouteForm
from pipeline.tables import PROMPTS, PromptsIn


@admin.register(SystemPrompt)
class SystemPromptAdmin(Importing, ConsoleAdmin):
    """Versions are never changed or deleted. Adding one makes it the active one of its step."""

    outgoing = PROMPTS
    incoming = PromptsIn
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


class FallbackInline(admin.TabularInline):  # type: ignore[type-arg]
    """What is tried when the step's model failed, in order."""

    model = StepFallback
    form = FallbackForm
    formset = FallbackFormSet
    fields = ("position", "provider", "model", "temperature", "max_tokens", "timeout_seconds")
    extra = 1
    max_num = MOST_FALLBACKS
    verbose_name_plural = "Fallbacks: tried in order when the model above fails"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """However many lines are sent, no more are read than the page offers, and one."""
        bounds = {"validate_max": True, "absolute_max": self.max_num + 1}
        return super().get_formset(request, obj, **kwargs, **bounds)


@admin.register(ModelConfig)
class ModelConfigAdmin(ConsoleAdmin):
    """What runs each step; a change counts from the next attempt at a job that starts."""

    form = StepRouteForm
    inlines = (FallbackInline,)
    list_display = ("step", "engine", "then", "updated_at")
    list_filter = ("provider",)
    ordering = ("pk",)  # as the steps run
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelConfig]:
        configs: QuerySet[ModelConfig] = super().get_queryset(request)
        return configs.prefetch_related("fallbacks__provider", "fallbacks__model")

    @admin.display(description="fallbacks")
    def then(self, config: ModelConfig) -> str:
        return ", then ".join(fallback.engine for fallback in config.fallbacks.all()) or NOTHING

    def get_readonly_fields(self, request: HttpRequest, obj: ModelConfig | None = None) -> Any:
        return (*self.readonly_fields, "step") if obj else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelConfig.objects.count() < len(Step)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as problem:  # somebody was faster, after the form was checked
            self.message_user(request, " ".join(problem.messages), messages.ERROR)
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: ModelConfig, form: Any, change: bool) -> None:
        """Nothing yet: a route is saved with its fallbacks, all or nothing."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        (fallbacks,) = formsets
        fallbacks.save(commit=False)  # only notes what changed, for the message
        route = form.instance
        saved = change_route(
            step=Step(route.step), fields=form.wanted(), fallbacks=fallbacks.wanted()
        )
        route.__dict__.update(saved.__dict__)
