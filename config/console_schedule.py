"""What recurs, in the console: when it runs, whether it runs, and how it went.

Replaces the pages that the Celery extensions register themselves: those offer tasks, queues and
kinds of schedules that this product does not have, and write past the audit log.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from django_celery_results.models import GroupResult, TaskResult

from config.celery import app
from operations import audit
from operations.admin import ConsoleAdmin, ReadOnlyAdmin
from pipeline import broker

WRITTEN_BY_BEAT = ["last_run_at", "total_run_count", "date_changed"]

for model in (
    ClockedSchedule, CrontabSchedule, GroupResult, IntervalSchedule, PeriodicTask,
    SolarSchedule, TaskResult,
):  # fmt: skip
    admin.site.unregister(model)
audit.register(PeriodicTask, exclude_fields=WRITTEN_BY_BEAT)
audit.register(CrontabSchedule)
audit.register(IntervalSchedule)


class LastingAdmin(ConsoleAdmin):
    """For rows without which something would no longer happen: they are changed, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(LastingAdmin):
    """What beat sends, and when. The tasks themselves are part of the product."""

    list_display = ("name", "enabled", "interval", "crontab", "last_run_at")
    list_select_related = ("interval", "crontab")
    search_fields = ("name", "task")
    fields = ("name", "task", "enabled", "interval", "crontab", "last_run_at")
    readonly_fields = ("name", "task", "last_run_at")
    actions = ("run_now",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description="Run now", permissions=["change"])
    def run_now(self, request: HttpRequest, entries: QuerySet[PeriodicTask]) -> None:
        """Send the chosen tasks at once; a worker runs them as if beat had sent them."""
        if not settings.REDIS_URL:
            told = "Nothing was sent: without Redis (REDIS_URL) there are no workers to send it to."
            self.message_user(request, told, messages.ERROR)
            return
        app.loader.import_default_modules()  # a web process has not met all tasks
        for entry in entries:
            task = app.tasks.get(entry.task)
            if task is None:
                self.message_user(request, f"There is no task {entry.task}.", messages.ERROR)
                continue
            if not broker.publish(task):
                told = f"{entry.name} was not sent: Redis does not answer."
                self.message_user(request, told, messages.ERROR)
                return
            audit.record(entry, "task.run")
            self.message_user(request, f"{entry.name} was sent to the workers.", messages.SUCCESS)


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(LastingAdmin):
    """Times of day for what recurs."""

    list_display = ("__str__", "human_readable")
    search_fields = ("hour", "timezone")
    fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(LastingAdmin):
    """Pauses between the runs of what recurs."""

    fields = ("every", "period")
    search_fields = ("every", "period")


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    """How maintenance went. Jobs are not here: their rows say how they went."""

    list_display = ("date_done", "task_name", "status", "worker")
    list_filter = ("status", "task_name", "date_done")
    search_fields = ("task_id", "task_name")
    fields = (
        "task_id", "task_name", "periodic_task_name", "status", "worker",
        "date_created", "date_started", "date_done", "result", "traceback",
    )  # fmt: skip
