"""What the console's pages of all apps have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

NOTHING = "—"
NO_ROWS = "What was chosen are no rows of this list. Nothing was changed."


class ConsoleAdmin(_ModelAdmin):
    """What every admin page here shares: short pages, and no second count over big tables."""

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = NOTHING

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Named for what is in it; Django's title asks to select something to change."""
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **named: Any
    ) -> Any:
        """Refuses what is chosen by no number that a row can have; no list offers such."""
        key = self.opts.pk
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                key.clean(chosen, None)
        except ValidationError:
            self.message_user(request, NO_ROWS, messages.ERROR)
            return redirect(request.get_full_path())
        return super().response_action(request, queryset, *more, **named)


class ReadOnlyAdmin(ConsoleAdmin):
    """For rows that administrators look at and that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class NamedValues(admin.AllValuesFieldListFilter):
    """Names the empty value, which would be a link without a word."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "none"}


def pretty_json(value: object) -> SafeString:
    """A value as indented JSON, escaped, for a read-only field."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
