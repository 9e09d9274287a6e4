"""The form in which people hand in code."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from pipeline.analysis.languages import LANGUAGES

COMMENTS_LENGTH = 5_000
FILENAME_LENGTH = 255


def _language_choices() -> list[tuple[str, str]]:
    known = [(language.key, language.label) for language in LANGUAGES.values()]
    return [("", "From the file's name"), *sorted(known, key=lambda choice: choice[1].lower())]


def _language_by_extension() -> str:
    """What the page's script needs to choose the language of a dropped file, as JSON."""
    return json.dumps(
        {end: language.key for language in LANGUAGES.values() for end in language.extensions}
    )


def new_token() -> str:
    """What a form carries so that sending it twice has one effect: an idempotency key."""
    return secrets.token_urlsafe(16)


class LinesField(forms.CharField):
    """Text with the line ends that it had: browsers send each as CR LF but count one."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class SubmissionForm(forms.Form):
    """Reads a submission. What makes code acceptable is decided by the services, not here."""

    token = forms.Field(
        required=False,
        initial=new_token,
        # "off" keeps browsers from putting the token of an earlier visit into a new form
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
    )
    code = LinesField(
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 18,
                "placeholder": "Paste code here",
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
            }
        ),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"aria-describedby": "file_help"}),
    )
    filename = forms.CharField(
        required=False,
        max_length=FILENAME_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "aria-describedby": "name_help"}
        ),
    )
    language = forms.ChoiceField(
        required=False,
        choices=_language_choices,
        error_messages={
            "invalid_choice": "This language is not one we know. Choose from the list."
        },
        widget=forms.Select(attrs={"data-extensions": _language_by_extension()}),
    )
    sarif = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={
                "aria-describedby": "sarif_help",
                "accept": ".sarif,.json,application/sarif+json",
            }
        ),
    )
    comments = LinesField(
        required=False,
        max_length=COMMENTS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What it is for, what worries you"}),
    )

    @property
    def max_bytes(self) -> int:
        """How much code may be sent, for the page's script."""
        return settings.MAX_CODE_SIZE_BYTES

    @property
    def max_size(self) -> str:
        """How much code may be sent, as the page says it."""
        return f"{self.max_bytes:,} bytes"

    def keep(self, **texts: str) -> None:
        """Let the form be given back with these values instead of what was sent."""
        sent: Any = self.data
        kept = sent.copy()
        for name, text in texts.items():
            kept[name] = text
        self.data = kept

    def upload(self, name: str = "file") -> UploadedFile[bytes] | None:
        """The chosen file, if there is one; for the code it counts, and not the text."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get(name)
        return file
