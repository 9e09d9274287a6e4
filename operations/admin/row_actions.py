"""Actions of a list that the page of one row offers as buttons too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

COME_BACK = "come_back"


class RowActions(_ModelAdmin):
    """``row_actions`` holds the name of each action and what its button says."""

    row_actions: tuple[tuple[str, str], ...] = ()

    def row_actions_of(self, row: Any) -> tuple[tuple[str, str], ...]:
        """Those that make sense for a row as it stands."""
        return self.row_actions

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        offered = self.row_actions_of(row) if row is not None else ()
        more = {"row_actions": offered, "come_back": COME_BACK}
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **named: Any
    ) -> Any:
        """After a button on a row's own page, show that page again."""
        response = super().response_action(request, queryset, *more, **named)
        chosen = request.POST.get(ACTION_CHECKBOX_NAME, "")
        if COME_BACK not in request.POST or not chosen.isdecimal():
            return response
        return redirect(address_of_row(self.model, chosen))


def address_of_row(model: type[Model], key: object) -> str:
    """The address of one row's page in the console."""
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[key])
