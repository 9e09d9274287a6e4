"""Plans, daily usage and limits of users, and budgets for what models cost."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

NO_PLAN = "none"  # what stands for the plan of users who are on none


class DailyUsage(models.Model):
    """What one user used on one UTC day. The row is the truth of the daily limit.

    Tokens, cost and calls are those of ended jobs of the submissions made on the day.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="daily_usage"
    )
    day = models.DateField(help_text="UTC day, by the database's clock")
    submissions = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField("tokens read", default=0)
    output_tokens = models.PositiveBigIntegerField("tokens written", default=0)
    cost_microdollars = models.PositiveBigIntegerField(
        default=0, help_text="Millionths of a US dollar, of the calls whose cost is known"
    )
    calls = models.PositiveIntegerField(default=0, help_text="Calls of models, failed ones too")
    unpriced_calls = models.PositiveIntegerField(
        default=0, help_text="Calls whose cost is not known"
    )

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

    def clean(self) -> None:
        if self.user_id and self.user.is_system:
            raise ValidationError(f"{self.user} belongs to the system and is without limit.")


class Plan(models.Model):
    """What users are on: it sets their daily limit, and which providers may get their code."""

    name = models.CharField(
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9-]+\Z", "Only lower-case letters, digits and hyphens.")
        ],
        help_text="Such as pro. It stays as it is: providers are set to it by this name.",
    )
    daily_submissions = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Submissions a UTC day for each user; empty: as MAX_DAILY_SUBMISSIONS says.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "plans"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.name == NO_PLAN:
            raise ValidationError({"name": "This name stands for users without a plan."})


class Membership(models.Model):
    """On which plan a user is."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="members")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "plan_members"
        verbose_name = "plan member"
        ordering = ("user__email",)

    def __str__(self) -> str:
        return f"{self.user}: {self.plan}"


class Budget(models.Model):
    """What calls of models may cost on one UTC day: all together, of a provider, or of a step.

    ``subject`` is ``global``, ``provider:`` with the provider's primary key, or ``step:`` with the
    step's name: this app knows neither.
    """

    subject = models.CharField(max_length=50, unique=True)
    daily_microdollars = models.PositiveBigIntegerField(help_text="millionths of a US dollar")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "budgets"
        ordering = ("subject",)

    def __str__(self) -> str:
        return self.subject


class BudgetDay(models.Model):
    """What became of a budget on one UTC day. Only billing.budgets writes here.

    ``reserved`` is set aside for calls in progress; ``unsettled`` counts calls whose outcome nobody
    knows, which are in ``spent`` with what was set aside for them.
    """

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(help_text="UTC day, by the database's clock")
    reserved = models.PositiveBigIntegerField(default=0, help_text="millionths of a US dollar")
    spent = models.PositiveBigIntegerField(default=0, help_text="millionths of a US dollar")
    calls = models.PositiveIntegerField(default=0)
    unsettled = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "budget_days"
        verbose_name = "day of a budget"
        verbose_name_plural = "days of budgets"
        ordering = ("-day", "budget__subject")
        constraints = (
            models.UniqueConstraint(fields=["budget", "day"], name="one_row_per_budget_and_day"),
        )

    def __str__(self) -> str:
        return f"{self.budget} on {self.day}"


class BudgetReservation(models.Model):
    """What one budget has set aside for one call. The row is gone when the call is settled."""

    day = models.ForeignKey(BudgetDay, on_delete=models.CASCADE, related_name="reservations")
    call_id = models.UUIDField()
    microdollars = models.PositiveBigIntegerField()
    expires_at = models.DateTimeField(
        db_index=True, help_text="When nobody can tell any more what the call cost"
    )

    class Meta:
        db_table = "budget_reservations"
        ordering = ("expires_at",)
        constraints = (
            models.UniqueConstraint(fields=["call_id", "day"], name="one_reservation_per_call"),
        )

    def __str__(self) -> str:
        return f"{self.microdollars} of {self.day} for {self.call_id}"
