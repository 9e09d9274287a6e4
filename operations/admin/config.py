"""The runtime configuration in the console: what counts now, what counted before, and changing it.

The page of the model lists every declared parameter with a form of its own, and below them all
revisions. Each form is sent to the model's add page, which is also where a refused value comes
back, with everything that was written still in the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations import runtime_config
from operations.admin.base import NOTHING, ConsoleAdmin
from operations.config_form import RevisionForm
from operations.models import RuntimeConfig
from operations.runtime_config import InvalidValue, Standing, UnknownParameter

CHANGING = {
    "title": "Change a parameter",
    "show_save_and_add_another": False,
    "show_save_and_continue": False,
}
GO_BACK = "Back to the value of revision {}."


@dataclass(frozen=True)
class Row:
    """One parameter on the page: how it stands and the form that changes it."""

    standing: Standing
    form: RevisionForm

    @property
    def now(self) -> str:
        return _spelled(self.standing.value)

    @property
    def default(self) -> str:
        return _spelled(self.standing.parameter.default)

    @property
    def bounds(self) -> str:
        """What may be chosen, in words."""
        parameter = self.standing.parameter
        if parameter.is_switch:
            return "on or off"
        return f"{parameter.minimum:,} to {parameter.maximum:,}"


@admin.register(RuntimeConfig)
class RuntimeConfigAdmin(ConsoleAdmin):
    """Revisions are added, never changed or deleted; the newest of a parameter counts."""

    form = RevisionForm
    list_display = ("created_at", "name", "was", "became", "who", "reason", "go_back")
    list_display_links = ("created_at",)
    list_filter = ("name", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("name", "reason", "created_by__email")
    search_help_text = "Parameter, reason or e-mail address"

    def get_fields(self, request: HttpRequest, obj: RuntimeConfig | None = None) -> Any:
        if obj is None:
            return ("name", "value", "reason", "seen")
        return ("name", "revision", "was", "became", "who", "reason", "created_at", "go_back")

    def get_readonly_fields(self, request: HttpRequest, obj: RuntimeConfig | None = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: RuntimeConfig | None = None,
        change: bool = False,
        **kw: Any,
    ) -> Any:
        shown = {"form": forms.ModelForm} if obj else {}
        return super().get_form(request, obj, change, **shown, **kw)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?name=`` starts from what counts now, ``?from=ID`` from what an old revision said."""
        old = request.GET.get("from", "")
        known = RuntimeConfig.objects.filter(pk=old).first() if old.isdecimal() else None
        try:
            standing = runtime_config.standing(known.name if known else request.GET.get("name", ""))
        except UnknownParameter:
            return {}
        start = _start(standing)
        if known:
            value = standing.parameter.spell(known.value)
            return start | {"value": value, "reason": GO_BACK.format(known.revision)}
        return start | {key: request.GET[key] for key in ("value", "reason") if key in request.GET}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"rows": _rows(), **(extra_context or {})}
        return super().changelist_view(request, more)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        more = {} if object_id else CHANGING
        try:
            return super().changeform_view(
                request, object_id, form_url, {**more, **(extra_context or {})}
            )
        except InvalidValue as problem:  # somebody was faster, after the form was checked
            self.message_user(request, str(problem), messages.ERROR)
            kept = {key: request.POST.get(key, "") for key in ("name", "value", "reason")}
            return redirect(f"{request.path}?{urlencode(kept)}")

    def save_model(self, request: HttpRequest, obj: RuntimeConfig, form: Any, change: bool) -> None:
        wanted = form.cleaned_data
        saved = runtime_config.change(
            wanted["name"],
            wanted["value"],
            by=request.user,  # type: ignore[arg-type]  # the console admits nobody else
            reason=wanted["reason"],
            seen=wanted["seen"],
        )
        obj.__dict__.update(saved.__dict__)

    def response_add(
        self, request: HttpRequest, obj: RuntimeConfig, post_url_continue: str | None = None
    ) -> HttpResponse:
        told = f"{obj.name} is {_spelled(obj.value)} from now on."
        self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:operations_runtimeconfig_changelist")

    @admin.display(description="before")
    def was(self, revision: RuntimeConfig) -> str:
        return _spelled(revision.before)

    @admin.display(description="after")
    def became(self, revision: RuntimeConfig) -> str:
        return _spelled(revision.value)

    @admin.display(description="by", ordering="created_by__email")
    def who(self, revision: RuntimeConfig) -> str:
        return str(revision.created_by.email) if revision.created_by else NOTHING

    @admin.display(description="to this value")
    def go_back(self, revision: RuntimeConfig) -> SafeString | str:
        if revision.name not in {known.name for known in runtime_config.parameters()}:
            return "no longer used"
        add = reverse("admin:operations_runtimeconfig_add")
        return format_html('<a href="{}?from={}">Go back</a>', add, revision.pk)


def _rows() -> list[Row]:
    return [
        Row(
            standing,
            RevisionForm(initial=_start(standing), auto_id=f"{standing.parameter.name}-%s"),
        )
        for standing in runtime_config.standings()
    ]


def _start(standing: Standing) -> dict[str, Any]:
    """What the form for a parameter begins with."""
    return {
        "name": standing.parameter.name,
        "value": standing.parameter.spell(standing.value),
        "seen": standing.revision,
    }


def _spelled(value: object) -> str:
    """A stored value as people read it, whether or not its parameter is still declared."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)
