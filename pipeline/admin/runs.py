"""What was submitted, how it ran and what came of it, in the console."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from operations import audit
from operations.admin import Exporting, NamedValues, ReadOnlyAdmin, RowActions, pretty_json
from pipeline import services
from pipeline.admin.links import calls_link, letter_link, name_of, submission_link
from pipeline.models import Job, StepResult, Submission
from pipeline.tables import SUBMISSIONS
from pipeline.templatetags.display import dollars, visible


class CodeViewAdmin(ReadOnlyAdmin):
    """For rows that hold a user's code: looking at one is written into the audit log first."""

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        seen = self.get_object(request, unquote(object_id))
        if seen is not None and self.has_view_permission(request, seen):
            audit.record(seen, "submission.view")
        response: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return response


@admin.register(Submission)
class SubmissionAdmin(Exporting, CodeViewAdmin):
    """What users sent. Lists never load code; the page of one submission shows it."""

    outgoing = SUBMISSIONS
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
        return name_of(submission)

    @admin.display(description="state", ordering="current_job__state")
    def state(self, submission: Submission) -> str:
        job = submission.current_job
        return job.get_state_display() if job else "no run"

    @admin.display(description="code")
    def source(self, submission: Submission) -> SafeString:
        return format_html("<pre>{}</pre>", visible(submission.code))

    @admin.display(description="runs")
    def page(self, submission: Submission) -> SafeString:
        jobs = reverse("admin:pipeline_job_changelist")
        return format_html('<a href="{}?submission__id={}">All runs</a>', jobs, submission.pk)


@admin.register(Job)
class JobAdmin(RowActions, ReadOnlyAdmin):
    """One line a run of a submission."""

    list_display = (
        "id", "named", "owner", "state", "current_step", "attempts", "error_class",
        "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "current_step", "isolated", ("error_class", NamedValues), "created_at")
    search_fields = ("submission__public_id", "submission__filename", "submission__user__email")
    search_help_text = "Public id or file name of the submission, or e-mail address"
    fields = (
        "submission_link", "owner", "state", "current_step", "step_started_at", "attempts",
        "isolated", "available_at", "lease_owner", "lease_expires_at", "running_ms", "created_at",
        "started_at", "finished_at", "error_class", "user_message", "chosen", "letter",
        "stored_results", "calls",
    )  # fmt: skip

    actions = ("cancel",)
    row_actions = (("cancel", "Cancel this run"),)

    def row_actions_of(self, row: Job) -> Any:
        return () if row.has_ended else self.row_actions

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs: QuerySet[Job] = super().get_queryset(request)
        return jobs.select_related("submission__user").defer(
            "submission__code", "submission__comments"
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "submission__id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="file", ordering="submission__filename")
    def named(self, job: Job) -> str:
        return name_of(job.submission)

    @admin.display(description="user", ordering="submission__user__email")
    def owner(self, job: Job) -> str:
        return job.submission.user.email

    @admin.display(description="submission")
    def submission_link(self, job: Job) -> SafeString:
        return submission_link(job.submission)

    @admin.display(description="provider calls")
    def calls(self, job: Job) -> SafeString:
        return calls_link(job.pk)

    @admin.display(description="dead letter")
    def letter(self, job: Job) -> SafeString | str:
        return letter_link(job)

    @admin.action(description="Cancel: no further call is made, the user's unit comes back")
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        done = services.cancel_all(jobs, by=cast(User, request.user))
        told = f"{done.cancelled} cancelled, {done.before} had ended already."
        self.message_user(request, told, messages.SUCCESS if done.cancelled else messages.WARNING)

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
        "output_tokens", "cost", "created_at", "trace", "output",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepResult]:
        results: QuerySet[StepResult] = super().get_queryset(request)
        return results.defer("content")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "job__id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="cost")
    def cost(self, result: StepResult) -> str:
        return dollars(result.cost_microdollars)

    @admin.display(description="output")
    def output(self, result: StepResult) -> SafeString:
        return pretty_json(result.content)
