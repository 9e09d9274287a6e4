"""Dead letters in the console: what ended without a result, to look at, retry or delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from operations.admin import NOTHING, ConsoleAdmin, Exporting, RowActions
from pipeline import dead_letters, services
from pipeline.admin.links import calls_link, submission_link
from pipeline.models import DeadLetter
from pipeline.tables import DEAD_LETTERS
from pipeline.templatetags.display import visible

NAMED = 20  # letters that a question names one by one


@admin.register(DeadLetter)
class DeadLetterAdmin(Exporting, RowActions, ConsoleAdmin):
    """Jobs that ended without a result, to look at, retry or delete."""

    outgoing = DEAD_LETTERS
    list_display = (
        "created_at", "job_number", "owner", "error", "where", "retried_as",
    )  # fmt: skip
    list_filter = (
        "error_class", "step", ("retried_as", admin.EmptyFieldListFilter), "created_at",
    )  # fmt: skip
    search_fields = ("error_class", "error_message", "job__submission__user__email")
    search_help_text = "Error or e-mail address"
    fields = (
        "job", "submission", "owner", "step", "error_class", "whole_message", "attempts",
        "created_at", "retried_as", "calls", "route",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("retry",)
    row_actions = (("retry", "Retry"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        letters: QuerySet[DeadLetter] = super().get_queryset(request)
        seen = request.POST.get("up_to", "")
        if seen.isdecimal():  # what came after the question was asked is not meant by its answer
            letters = letters.filter(pk__lte=int(seen))
        return letters.select_related("job__submission__user", "retried_as").defer(
            "job__submission__code", "job__submission__comments", "trace"
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only the actions change one: its page is read-only."""
        return obj is None

    @admin.display(description="user", ordering="job__submission__user__email")
    def owner(self, letter: DeadLetter) -> str:
        return letter.job.submission.user.email

    @admin.display(description="job", ordering="job")
    def job_number(self, letter: DeadLetter) -> int:
        return letter.job_id

    @admin.display(description="error", ordering="error_class")
    def error(self, letter: DeadLetter) -> SafeString:
        message = visible(truncatechars(letter.error_message, 70))
        return format_html("<strong>{}</strong><br>{}", letter.error_class, message)

    @admin.display(description="step", ordering="step")
    def where(self, letter: DeadLetter) -> str:
        return f"{letter.get_step_display() or NOTHING}, attempt {letter.attempts}"

    @admin.display(description="message")
    def whole_message(self, letter: DeadLetter) -> SafeString:
        return format_html("<pre>{}</pre>", visible(letter.error_message))

    @admin.display(description="submission")
    def submission(self, letter: DeadLetter) -> SafeString:
        return submission_link(letter.job.submission)

    @admin.display(description="provider calls")
    def calls(self, letter: DeadLetter) -> SafeString:
        return calls_link(letter.job_id)

    @admin.display(description="routes that were tried")
    def route(self, letter: DeadLetter) -> SafeString:
        """Every call of every attempt, and what was passed over without one."""
        return render_to_string("admin/pipeline/trace.html", {"trace": letter.trace})

    @admin.action(description="Retry: one new run each, not taken from the user's limit")
    def retry(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> None:
        done = services.retry_all(letters, by=cast(User, request.user))
        told = f"{done.queued} queued again, {done.before} had been retried before."
        self.message_user(request, told, messages.SUCCESS if done.queued else messages.WARNING)

    def get_deleted_objects(
        self, objs: Sequence[DeadLetter] | QuerySet[DeadLetter], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What the question before deleting names; nothing else goes with a letter."""
        count = len(objs) if isinstance(objs, list) else cast(Any, objs).count()
        named = [str(letter) for letter in objs[:NAMED]]
        more = [f"and {count - NAMED:,} more"] if count > NAMED else []
        return [*named, *more], {str(DeadLetter._meta.verbose_name_plural): count}, set(), []

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        dead_letters.delete_all(queryset)
