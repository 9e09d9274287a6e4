"""What leaves the console about usage and limits as a table, and limits that come back."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field

from accounts.models import User
from billing import overrides
from billing.models import DailyUsage, LimitOverride
from operations.tables import AsIs, Incoming, Text, WholeNumber, outgoing

UNLIMITED = "unlimited"

USAGE = outgoing(
    DailyUsage,
    {
        "day": "day", "user": "user__email", "submissions": "submissions", "calls": "calls",
        "input_tokens": "input_tokens", "output_tokens": "output_tokens",
        "cost_microdollars": "cost_microdollars", "unpriced_calls": "unpriced_calls",
    },
)  # fmt: skip


class OverridesOut(
    outgoing(  # type: ignore[misc]
        LimitOverride,
        {
            "user": "user__email", "daily_submissions": "daily_submissions", "reason": "reason",
            "updated_at": "updated_at",
        },
    )
):  # fmt: skip
    """One line an exception; without a limit the word for it stands there."""

    daily_submissions = Field("daily_submissions", "daily_submissions", WholeNumber(UNLIMITED))


class UserByEmail(AsIs):
    """A user, by the whole address."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> User:
        user = User.objects.filter(email=_address(value)).first()
        if user is None:
            raise ValueError("There is no user with this address.")
        return user

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value.email if value else ""


class OverridesIn(Incoming):
    """Sets and changes exceptions; those of users that the file does not name stay."""

    required = ("user", "daily_submissions")
    user = Field("user", "user", UserByEmail())
    daily_submissions = Field("daily_submissions", "daily_submissions", WholeNumber(UNLIMITED))
    reason = Field("reason", "reason", Text())

    class Meta:
        model = LimitOverride
        fields = ("user", "daily_submissions", "reason")
        import_id_fields = ("user",)
        skip_unchanged = True
        clean_model_instances = True

    def get_instance(self, instance_loader: Any, row: Any) -> LimitOverride | None:
        rows = LimitOverride.objects.select_related("user")
        return rows.filter(user__email=_address(row["user"])).first()

    def do_instance_save(self, instance: LimitOverride, is_create: bool) -> None:
        saved = overrides.set_override(
            user=instance.user,
            daily_submissions=instance.daily_submissions,
            reason=instance.reason,
        )
        instance.pk = saved.pk


def _address(value: Any) -> str:
    return str(value or "").strip().lower()
