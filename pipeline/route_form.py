"""The forms in which administrators point a step, and what stands in for it, at models."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from pipeline.models import ModelConfig, StepFallback
from providers.models import ApiProvider, ProviderModel


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
    """Offers enabled providers that may receive code, and their enabled models.

    What is set stays on offer when it is switched off later: otherwise the built-in engine would
    take its place unseen when something else of the form is saved.
    """

    without_provider: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept, kept_model = self.instance.provider_id, self.instance.model_id
        can_be_used = Q(enabled=True, may_receive_code=True)
        usable = ApiProvider.objects.filter(can_be_used | Q(pk=kept))
        models = ProviderModel.objects.filter(
            Q(enabled=True, provider__in=usable) | Q(pk=kept_model)
        )
        self.fields["provider"] = forms.ModelChoiceField(
            usable.order_by("name"), required=False, empty_label=self.without_provider
        )
        self.fields["model"] = ModelOfProvider(
            models.select_related("provider").order_by("provider__name", "name"),
            required=False,
            help_text=self.fields["model"].help_text,
            empty_label="The model that DEFAULT_LLM_MODEL names",
        )


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


class FallbackFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The fallbacks of one step: none twice, the built-in engine last, none behind it."""

    def clean(self) -> None:
        super().clean()
        config = self.instance
        rows = sorted(self._rows(), key=lambda row: row.position)
        if rows and config.provider is None:
            raise ValidationError(
                "The built-in engine runs this step and is always the last: remove its fallbacks, "
                "or choose a provider for the step."
            )
        if any(row.provider is None for row in rows[:-1]):
            raise ValidationError("The built-in engine is always the last: give it the last place.")
        engines = [config.engine, *(row.engine for row in rows)]
        twice = {engine for engine in engines if engines.count(engine) > 1}
        if twice:
            raise ValidationError(f"Each model is tried once, but {twice.pop()} stands here twice.")

    def _rows(self) -> list[StepFallback]:
        if any(self.errors):
            return []
        filled = [form for form in self.forms if form.has_changed() or form.instance.pk]
        return [form.instance for form in filled if form not in self.deleted_forms]
