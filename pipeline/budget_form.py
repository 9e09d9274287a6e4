"""The form in which administrators set a budget: what it is for, and how many dollars a day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from billing.budgets import EVERYTHING, subject_of_provider, subject_of_step
from billing.models import Budget
from pipeline.models import Step
from providers.models import ApiProvider

MICRODOLLARS = 1_000_000
MOST_DOLLARS = 1_000_000


def subjects() -> list[tuple[str, str]]:
    """What a budget may be for, with its name for people."""
    steps = [(subject_of_step(step.value), f"Step: {step.label}") for step in Step]
    providers = ApiProvider.objects.order_by("name").values_list("pk", "name")
    of_providers = [(subject_of_provider(pk), f"Provider: {name}") for pk, name in providers]
    return [(EVERYTHING, "Everything"), *steps, *of_providers]


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Dollars for people; whole millionths of them are stored."""

    subject = forms.ChoiceField(label="For")
    dollars = forms.DecimalField(
        label="US dollars a UTC day",
        min_value=Decimal(0),
        max_value=Decimal(MOST_DOLLARS),
        decimal_places=6,
        help_text="What calls in progress may cost is set aside from it. While it is set, models "
        "whose price is not known are not called: set their prices, 0 for a server of your own.",
    )

    class Meta:
        model = Budget
        fields = ("subject",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # what it is for stays
            del self.fields["subject"]
            self.initial["dollars"] = Decimal(self.instance.daily_microdollars) / MICRODOLLARS
        else:
            field = self.fields["subject"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = subjects()

    def clean_dollars(self) -> Decimal:
        dollars: Decimal = self.cleaned_data["dollars"]
        self.instance.daily_microdollars = int(dollars * MICRODOLLARS)
        return dollars
