"""The form that changes a runtime parameter: says what is wrong and keeps what was written."""

from __future__ import annotations

from typing import Any

from django import forms

from operations import runtime_config
from operations.models import RuntimeConfig
from operations.runtime_config import WORDS, InvalidValue, Parameter, Standing


class RevisionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new revision. ``seen`` is the newest one that stood when the page was made."""

    name = forms.ChoiceField(label="Parameter")
    value = forms.CharField(max_length=40)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = RuntimeConfig
        fields = ("name", "value", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {parameter.name: parameter for parameter in runtime_config.parameters()}
        self.fields["name"].choices = [(name, name) for name in known]  # type: ignore[attr-defined]
        chosen = known.get(self.data.get("name") or self.initial.get("name", ""))
        if chosen:
            self.fields["value"].widget = _widget(chosen)
            self.fields["value"].help_text = chosen.help

    def clean(self) -> dict[str, Any]:
        wanted: dict[str, Any] = super().clean() or {}
        if "name" in wanted and "value" in wanted:
            self._check(runtime_config.standing(wanted["name"]), wanted)
        return wanted

    def _check(self, now: Standing, wanted: dict[str, Any]) -> None:
        name, said = wanted["name"], now.parameter.spell(now.value)
        try:
            chosen = now.parameter.parse(wanted["value"])
        except InvalidValue as problem:
            self.add_error("value", str(problem))
            return
        if chosen == now.value:
            self.add_error("value", f"{name} is {said} already.")
        elif wanted["seen"] not in (None, now.revision):
            self.add_error("value", f"Meanwhile {name} became {said}. Save again if yours counts.")
            self.data = {**self.data.dict(), "seen": str(now.revision)}  # type: ignore[attr-defined]


def _widget(parameter: Parameter) -> forms.Widget:
    if parameter.is_switch:
        return forms.Select(choices=[(word, word) for word in WORDS])
    return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
