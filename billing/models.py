"""Daily usage, and the exceptions to the daily limit that administrators make."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DailyUsage(models.Model):
    """What one user used on one UTC day. The row is the truth of the daily limit."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="daily_usage"
    )
    day = models.DateField(help_text="UTC day, by the database's clock")
    submissions = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "daily_usage"
        verbose_name_plural = "daily usage"
        ordering = ("-day",)
        constraints = (
            models.UniqueConstraint(fields=["user", "day"], name="one_usage_row_per_user_and_day"),
        )

    def __str__(self) -> str:
        return f"{self.user} on {self.day}"


class LimitOverride(models.Model):
    """A daily limit for one user that goes before the general one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="limit_override"
    )
    daily_submissions = models.PositiveIntegerField(
        null=True, blank=True, help_text="Submissions a UTC day; empty means unlimited."
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "user_rate_overrides"

    def __str__(self) -> str:
        limit = "unlimited" if self.daily_submissions is None else str(self.daily_submissions)
        return f"{self.user}: {limit} a day"
