"""The database's clock, in UTC: the one time on which limits and leases of all machines agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Expression, ExpressionWrapper
from django.db.models.functions import Now as DjangoNow


class Now(DjangoNow):
    """The present moment in the database.

    SQLite compares times as text and Django's own function writes three digits of a second where
    Django's arithmetic writes six: a moment would not have come yet in its own millisecond.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f000', 'NOW')"
        return self.as_sql(compiler, connection, template=template, **extra)


def now_plus(delta: timedelta) -> Expression:
    """A database expression for now plus ``delta`` (which may be negative)."""
    return ExpressionWrapper(Now() + delta, output_field=DateTimeField())


def database_now() -> datetime:
    """The database's present time as an aware UTC datetime. One query."""
    sql = (
        "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
        if connection.vendor == "sqlite"
        else "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (text,) = cursor.fetchone()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def next_midnight(moment: datetime) -> datetime:
    """The UTC midnight that follows ``moment``."""
    day = moment.astimezone(UTC).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
