"""The form in which administrators point a step at a provider and a model."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.models import ModelConfig
from providers.models import ApiProvider, ProviderModel


class ModelOfProvider(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names each model with its provider, since models of several have the same name."""

    def label_from_instance(self, obj: ProviderModel) -> str:
        return f"{obj.provider.name}: {obj.name}"


class StepRouteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Offers enabled providers that may receive code, and their enabled models."""

    class Meta:
        model = ModelConfig
        fields = "__all__"  # noqa: DJ007 - the admin lists the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = ApiProvider.objects.filter(enabled=True, may_receive_code=True)
        models = ProviderModel.objects.filter(enabled=True, provider__in=usable)
        label = "Built-in engine (nothing leaves this machine)"
        self.fields["provider"] = forms.ModelChoiceField(
            usable.order_by("name"), required=False, empty_label=label
        )
        self.fields["model"] = ModelOfProvider(
            models.select_related("provider").order_by("provider__name", "name"),
            required=False,
            help_text=self.fields["model"].help_text,
            empty_label="The model that DEFAULT_LLM_MODEL names",
        )

    def clean(self) -> dict[str, Any]:
        """Without a provider there is no model either."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("model") and not cleaned.get("provider"):
            self.add_error("model", "Choose its provider too, or no model for the built-in engine.")
        return cleaned
