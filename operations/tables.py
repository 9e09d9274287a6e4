"""Rows as CSV and JSON, out of the product and into it: formats, columns, and what never leaves.

Texts that a spreadsheet would reckon with leave with an apostrophe in front in CSV, and lose it
again when they come back. JSON is no spreadsheet's, and keeps values as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from import_export.fields import Field
from import_export.formats import base_formats
from import_export.resources import Diff, ModelResource
from import_export.widgets import Widget
from tablib import Dataset

from operations.table_diff import changed

MOST_ROWS = 50_000  # that leave at once; they are held in memory
MOST_IMPORTED = 2_000
MOST_BYTES = 200_000  # of a file that comes in; it is sent once more to confirm it
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - spreadsheets know the wide ones
# Names of columns and of parts of paths that no table may hold, whatever it is about.
NEVER = frozenset(
    {
        "ciphertext", "code", "comments", "digest", "extra_data", "extra_headers", "imported",
        "key", "key_hash", "key_id", "last_four", "password", "quote", "secret", "serialized_data",
        "session_key", "token",
    }
)  # fmt: skip


class Csv(base_formats.CSV):
    """CSV that no spreadsheet takes for formulas, and that comes back as it was."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> Any:
        _rewrite(dataset, _as_text)
        return super().export_data(dataset, **kwargs)

    def _escape_formulae(self, dataset: Dataset) -> None:
        _rewrite(dataset, _quoted)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Dataset:
        dataset = super().create_dataset(in_stream, **kwargs)
        _rewrite(dataset, _unquoted)
        return dataset


class Json(base_formats.JSON):
    """A list of objects."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        return json.dumps(dataset.dict, indent=1, ensure_ascii=False, cls=DjangoJSONEncoder)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Dataset:
        rows = json.loads(in_stream)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("This is no list of objects.")
        headers = list(dict.fromkeys(name for row in rows for name in row))
        return Dataset(*([row.get(name) for name in headers] for row in rows), headers=headers)


class AsIs(Widget):
    """Leaves values to the format: numbers stay numbers in JSON."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class WholeNumber(AsIs):
    """A whole number, or ``nothing`` where that word (or an empty cell) stands for null."""

    def __init__(self, nothing: str = "") -> None:
        super().__init__()
        self.nothing = nothing

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = "" if value is None else str(value).strip().lower()
        if text == self.nothing:
            return None
        if not (text.isascii() and text.isdecimal()) or len(text) > 15:
            either = f", or {self.nothing}" if self.nothing else ", or empty"
            raise ValueError(f"A whole number{either}.")
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return self.nothing if value is None and self.nothing else value


class Text(AsIs):
    """A text without spaces around it, as forms take it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, dict | list) or "\0" in str(value):
            raise ValueError("A text without null characters.")
        return "" if value is None else str(value).strip()


class PlainDiff(Diff):
    """Before and after in the preview, without styles of its own; each with its column's name."""

    def __init__(self, resource: Any, instance: Any, new: bool) -> None:
        super().__init__(resource, instance, new)
        self.names = resource.get_diff_headers()

    def as_html(self) -> list[tuple[str, str]]:
        values = zip(self.names, self.left, self.right, strict=True)
        return [(name, changed(old, now, is_new=self.new)) for name, old, now in values]


class Incoming(ModelResource):
    """Rows that come in and are stored by a service. ``required`` are the columns they must have.

    ``by`` and ``address`` tell who imports, and from where.
    """

    required: tuple[str, ...] = ()

    def __init__(self, by: Any = None, address: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.address = address

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return PlainDiff

    def get_user_visible_fields(self) -> list[Field]:
        """What a file may have: the columns that are read."""
        fields = self.get_import_fields()
        return [each for each in fields if not each.readonly or each.column_name in self.required]

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        problem = self._problem_of(dataset)
        if problem:
            dataset.wipe()  # its rows would be gone through all the same
            raise ValueError(problem)

    def _problem_of(self, dataset: Dataset) -> str:
        missing = set(self.required) - set(dataset.headers or ())
        if missing:
            return f"The file has no column {', '.join(sorted(missing))}."
        most = MOST_IMPORTED
        return f"At most {most:,} rows are imported at once." if len(dataset) > most else ""


def outgoing(model: type[Model], columns: Mapping[str, str]) -> type[ModelResource]:
    """What leaves of a model's rows: name of the column -> path of the field.

    Raises ValueError for what must never leave.
    """
    for name, path in columns.items():
        if {name, *path.split("__")} & NEVER:
            raise ValueError(f"{name} ({path}) must not leave: see NEVER.")
    fields = {
        name: Field(attribute=path, column_name=name, widget=AsIs())
        for name, path in columns.items()
    }
    meta = type("Meta", (), {"model": model, "fields": tuple(columns), "name": "Rows"})
    return type(f"{model.__name__}Table", (ModelResource,), {**fields, "Meta": meta})


def _rewrite(dataset: Dataset, change: Callable[[Any], Any]) -> None:
    rows = [[change(cell) for cell in row] for row in dataset]
    headers = dataset.headers
    dataset.wipe()
    dataset.headers = headers
    dataset.extend(rows)


def _as_text(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, cls=DjangoJSONEncoder)
    return "" if cell is None else cell


def _quoted(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def _unquoted(cell: Any) -> Any:
    quoted = isinstance(cell, str) and cell.startswith("'") and FORMULA.match(cell)
    return cell[1:] if quoted else cell
