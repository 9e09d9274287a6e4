"""The forms in which administrators point a step, and what stands in for it, at models."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property

from pipeline import route_changes
from pipeline.models import ModelConfig, StepFallback
from pipeline.route_changes import Offer
from providers.models import ProviderModel

SET = {"provider", "model", "temperature", "max_tokens", "timeout_seconds", "structured"}


class ModelSelect(forms.Select):
    """Tells the page's script whose model each is, so that it offers those of the provider only."""

    class Media:
        js = ("js/routes.js",)

    def create_option(self, name: str, value: Any, *args: Any, **named: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **named)
        model = getattr(value, "instance", None)
        if model is not None:
            option["attrs"]["data-provider"] = str(model.provider_id)
        return option


class ModelOfProvider(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names each model with its provider, since models of several have the same name."""

    widget = ModelSelect

    def label_from_instance(self, obj: ProviderModel) -> str:
        return f"{obj.provider.name}: {obj.name}"


class _TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Offers what route_changes lets a step be pointed at."""

    without_provider: str

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer = offer or route_changes.offer_to(self.instance)
        self.fields["provider"] = forms.ModelChoiceField(
            offer.providers.order_by("name"), required=False, empty_label=self.without_provider
        )
        self.fields["model"] = ModelOfProvider(
            offer.models.select_related("provider").order_by("provider__name", "name"),
            required=False,
            help_text=self.fields["model"].help_text,
            empty_label="The model that DEFAULT_LLM_MODEL names",
        )

    def wanted(self) -> dict[str, Any]:
        """The fields as ``route_changes.change_route`` takes them."""
        values = {name: value for name, value in self.cleaned_data.items() if name in SET}
        return {name: getattr(value, "pk", value) for name, value in values.items()}


class StepRouteForm(_TargetForm):
    """What runs a step in the first place."""

    without_provider = "Built-in engine (nothing leaves this machine)"

    class Meta:
        model = ModelConfig
        fields = "__all__"  # noqa: DJ007 - the admin lists the fields


class FallbackForm(_TargetForm):
    """What stands in. A row is filled in once it has a position: all else may be empty."""

    without_provider = "Built-in engine (always the last)"

    class Meta:
        model = StepFallback
        fields = "__all__"  # noqa: DJ007 - the admin lists the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.pop("position", None)
            self.fields["position"].initial = None
        for name, field in self.fields.items():  # in a table they have no label of their own
            field.widget.attrs["aria-label"] = self[name].label


class FallbackFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The fallbacks of one step, in the order of their positions."""

    @cached_property
    def offer(self) -> Offer:
        return route_changes.offer_to(self.instance)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "offer": self.offer}

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            rows = [form.instance for form in self._filled()]
            route_changes.check_order(self.instance, rows)

    def wanted(self) -> list[dict[str, Any]]:
        """All of them as ``route_changes.change_route`` takes them."""
        return [form.wanted() for form in self._filled()]

    def _filled(self) -> list[Any]:
        filled = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in filled if form not in self.deleted_forms]
        return sorted(kept, key=lambda form: form.instance.position)
