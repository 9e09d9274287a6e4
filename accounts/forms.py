"""Forms of the sign-in page."""

from __future__ import annotations

from django import forms

from accounts.developer import ADDRESSES


class DeveloperSignInForm(forms.Form):
    """Which of the developer accounts to sign in as."""

    role = forms.ChoiceField(choices=[(role, role) for role in ADDRESSES])
