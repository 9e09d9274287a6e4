"""What the lists of the JSON API have in common: one page of rows, its bounds, and the count.

What is asked for is read as the schema says it: a number is no text, and a day is no number.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LARGEST_ID = 2**63 - 1
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
T = TypeVar("T")


def _written_as_a_day(value: object) -> object:
    """Refuse what would be taken for a moment or a count of seconds."""
    if isinstance(value, date) or (isinstance(value, str) and ISO_DAY.fullmatch(value)):
        return value
    raise ValueError("Write the day as 2026-01-31.")


def _written_as_a_number(value: object) -> object:
    """Refuse texts and truths; 1.0 is a whole number in JSON, and pydantic takes it for one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("A whole number is needed.")
    return value


Day = Annotated[date, BeforeValidator(_written_as_a_day)]
WrittenAsNumber = BeforeValidator(_written_as_a_number)
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID), WrittenAsNumber]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
PageSize = Annotated[int, Query(ge=1, le=100)]
Email = Annotated[str | None, Query(max_length=254, description="e-mail address, whole")]


class Row(BaseModel):
    """One line of a list, read from a row of the database."""

    model_config = ConfigDict(from_attributes=True)


class PageOf(BaseModel, Generic[T]):
    """One page of a list; ``count`` is how many there are on all pages."""

    items: list[T]
    page: int
    page_size: int
    count: int


def page_of_list(items: list[Any], page: int, page_size: int) -> dict[str, Any]:
    """The same of what is at hand already."""
    start = (page - 1) * page_size
    return {
        "items": items[start : start + page_size],
        "page": page,
        "page_size": page_size,
        "count": len(items),
    }


def page_of(rows: QuerySet[Any], page: int, page_size: int) -> dict[str, Any]:
    """The fields of a PageOf, for ``page`` counted from 1. Two queries."""
    start = (page - 1) * page_size
    return {
        "items": list(rows[start : start + page_size]),
        "page": page,
        "page_size": page_size,
        "count": rows.count(),
    }
