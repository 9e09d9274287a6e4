"""Actions of a list that the page of one row offers as buttons too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object


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
        return super().render_change_form(
            request, {**context, "row_actions": offered}, *args, **kwargs
        )
