"""The floor's console pages, and what the console pages of all apps have in common."""

from operations.admin import audit_log, config
from operations.admin.base import NOTHING, ConsoleAdmin, NamedValues, ReadOnlyAdmin, pretty_json
from operations.admin.row_actions import RowActions, address_of_row
from operations.admin.tables import Exporting, Importing

__all__ = [
    "NOTHING",
    "ConsoleAdmin",
    "Exporting",
    "Importing",
    "NamedValues",
    "ReadOnlyAdmin",
    "RowActions",
    "address_of_row",
    "audit_log",
    "config",
    "pretty_json",
]
