"""Forms of the sign-in page and of the account page."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.developer import ADDRESSES
from accounts.models import ApiToken
from accounts.tokens import LONGEST_NAME

DAYS = {"30": "30 days", "90": "90 days", "365": "One year", "": "Never"}


class DeveloperSignInForm(forms.Form):
    """Which of the developer accounts to sign in as."""

    role = forms.ChoiceField(choices=[(role, role) for role in ADDRESSES])


class TokenForm(forms.Form):
    """What a new token is called, may do, and until when."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={
            "required": "Give the token a name that says where it is used.",
            "max_length": f"The token's name is longer than {LONGEST_NAME} characters.",
        },
    )
    scope = forms.ChoiceField(
        choices=ApiToken.Scope.choices, error_messages={"required": "Choose what it may do."}
    )
    days = forms.ChoiceField(choices=list(DAYS.items()), required=False)

    def wanted(self) -> dict[str, Any]:
        """The arguments of ``tokens.create``."""
        days = self.cleaned_data["days"]
        return {
            "name": self.cleaned_data["name"],
            "scope": ApiToken.Scope(self.cleaned_data["scope"]),
            "days": int(days) if days else None,
        }

    def first_problem(self) -> str:
        """Of a form that is not valid: what to do about it."""
        return str(next(iter(self.errors.values()))[0])
