"""manage.py export: not here; the library's would write down hashes and sealed keys too."""

from operations.management.refusing import Refusing


class Command(Refusing):
    help = "Not available: lists are exported in the console."
    instead = "Export lists in the console (docs/tables.md), and a person's data with export_user."
