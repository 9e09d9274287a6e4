"""Pages of a list that may be long: counted as far as it matters, for counting takes longest."""

from __future__ import annotations

from typing import cast

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from pipeline.models import Submission

COUNTED = 1_000
LAST_PAGE = 100_000

Keys = QuerySet[Submission, int]


class LongPaginator(Paginator):  # type: ignore[type-arg]  # it takes no argument at run time
    """Counts to ``most``, and one further: ``has_more`` says that there are more than that.

    ``once``: keys that are slow to find are read at once, and not a second time to be counted.
    """

    def __init__(self, keys: Keys, per_page: int, *, most: int, once: bool) -> None:
        super().__init__(list(keys[: most + 1]) if once else keys, per_page)
        self.most = most

    @cached_property
    def count(self) -> int:
        found = cast("list[int] | Keys", self.object_list)
        if isinstance(found, list):
            return len(found)
        return found.order_by()[: self.most + 1].count()

    @property
    def has_more(self) -> bool:
        return self.count > self.most


def page_numbered(
    keys: Keys, per_page: int, number: str, *, once: bool = False
) -> tuple[Page[int], str]:
    """The page of that number, or the nearest one and a sentence about it."""
    asked = int(number) if number.isdecimal() and len(number) < len(str(LAST_PAGE)) else 1
    pages = LongPaginator(keys, per_page, most=max(COUNTED, asked * per_page), once=once)
    try:
        return pages.page(number), ""
    except InvalidPage:
        nearest = pages.get_page(number)
        return nearest, f"There is no such page. This is page {nearest.number}."
