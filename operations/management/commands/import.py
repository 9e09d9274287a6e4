"""manage.py import: not here; the library's stores rows past checks and audit log."""  # noqa: N999

from operations.management.refusing import Refusing


class Command(Refusing):
    help = "Not available: tables are imported in the console."
    instead = "Import tables in the console: docs/tables.md says which."
