"""The forms of exports and imports in the console, without scripts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from operations.tables import MOST_BYTES


def _without_blank(form: Any) -> None:
    """Offer the first format in the first place."""
    field = form.fields["format"]
    field.choices = [(value, label.upper()) for value, label in field.choices if value]
    field.widget.attrs.pop("class", None)


class ChooseForm(ExportForm):
    """In which format."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_blank(self)


class UploadForm(ImportForm):
    """Which file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_blank(self)
        self.fields["import_file"].widget.attrs.pop("class", None)

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    def clean_import_file(self) -> UploadedFile[bytes]:
        sent: UploadedFile[bytes] = self.cleaned_data["import_file"]
        if (sent.size or 0) > MOST_BYTES:
            raise ValidationError(f"A file is {MOST_BYTES:,} bytes at most.")
        return sent


class ConfirmForm(ConfirmImportForm):
    """The file of the preview, signed, and its format."""

    format = forms.ChoiceField(choices=(("0", "CSV"), ("1", "JSON")), widget=forms.HiddenInput)
    resource = forms.ChoiceField(
        choices=(("0", ""), ("", "")), widget=forms.HiddenInput, required=False
    )
