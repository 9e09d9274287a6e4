"""The console's form for a provider, with a field for a key that is written and never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from operations.secrets import Secret
from providers import audiences, services
from providers.models import ApiProvider


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A provider, and a new key for it."""

    new_key = forms.CharField(
        label="New key",
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown again, but for its last four characters. "
        "Leave it empty to keep the present one.",
    )

    code_from = forms.MultipleChoiceField(
        label="Code from plans",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only code of users on these plans is sent here. None chosen: from all plans.",
    )

    class Meta:
        model = ApiProvider
        fields = services.PROVIDER_FIELDS
        widgets = {"extra_headers": forms.Textarea(attrs={"rows": 3})}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance.code_from  # of plans that were deleted meanwhile: they still shut out
        names = dict.fromkeys([*audiences.names(), *kept])
        field = self.fields["code_from"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(name, name) for name in names]

    @property
    def key(self) -> Secret | None:
        """The new key, if one was entered."""
        text = self.cleaned_data.get("new_key")
        return Secret(text) if text else None

    def clean_new_key(self) -> str:
        text: str = self.cleaned_data["new_key"]
        if text:
            services.check_key(Secret(text))
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.key and self.cleaned_data.get("auth_type") == ApiProvider.Auth.NONE:
            raise ValidationError({"new_key": "This provider takes no key, as it is set here."})
        return cleaned

    def provider_values(self) -> dict[str, Any]:
        """The provider's fields by name."""
        return {name: self.cleaned_data[name] for name in services.PROVIDER_FIELDS}
