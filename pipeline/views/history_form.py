"""What people look for in their history, read from the address of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from pipeline.analysis.languages import LANGUAGES
from pipeline.listing import EARLIEST, LATEST, Wanted
from pipeline.models import JobState

TEXT_LENGTH = 200
STATES: Mapping[str, tuple[JobState, ...]] = {
    "waiting": (JobState.QUEUED,),
    "running": (JobState.RUNNING,),
    "done": (JobState.SUCCEEDED,),
    "failed": (JobState.FAILED, JobState.DEAD),
    "cancelled": (JobState.CANCELLED,),
}
NO_CHOICE = "There is no such choice: it was left out. Choose from the list."
NO_DAY = "This is no day. Write it as 2026-01-31; it was left out."


def _languages() -> list[tuple[str, str]]:
    known = [(language.key, language.label) for language in LANGUAGES.values()]
    return [("", "Any"), *sorted(known, key=lambda choice: choice[1].lower())]


def _choice(*choices: tuple[str, str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False, choices=choices, error_messages={"invalid_choice": NO_CHOICE}
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(EARLIEST, NO_DAY), MaxValueValidator(LATEST, NO_DAY)],
        error_messages={"invalid": NO_DAY},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class HistoryForm(forms.Form):
    """Filters and order of the history. What cannot be read counts as not given, and is said."""

    q = forms.CharField(
        required=False,
        max_length=TEXT_LENGTH,
        label="File name or comments",
        error_messages={"max_length": f"Look for at most {TEXT_LENGTH} characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        required=False, choices=_languages, error_messages={"invalid_choice": NO_CHOICE}
    )
    state = _choice(
        ("", "Any"),
        ("waiting", "In the queue"),
        ("running", "Running"),
        ("done", "Done"),
        ("failed", "Failed"),
        ("cancelled", "Cancelled"),
    )
    severity = _choice(
        ("", "Any"),
        ("critical", "Critical"),
        ("high", "High"),
        ("medium", "Medium"),
        ("low", "Low"),
        ("none", "No findings"),
    )
    since = _day("From day")
    until = _day("To day")
    sort = _choice(
        ("", "Newest first"),
        ("oldest", "Oldest first"),
        ("name", "By file name"),
        ("worst", "Worst findings first"),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day is before the first one; both were left out.")
            given["since"] = given["until"] = None
        return given

    def wanted(self) -> Wanted:
        """What was asked for, as far as it could be read."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            text=given.get("q") or "",
            language=given.get("language") or "",
            states=STATES.get(given.get("state", ""), ()),
            severity=given.get("severity") or "",
            since=given.get("since"),
            until=given.get("until"),
            order=given.get("sort") or "newest",
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(self.data.get(name) for name in self.fields if name != "sort")

    def query(self) -> str:
        """What could be read as the start of a query that goes on with another parameter."""
        kept = QueryDict(mutable=True)
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if value:
                kept[name] = str(value)
        return f"{kept.urlencode()}&" if kept else ""
