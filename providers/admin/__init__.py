"""Providers in the console; Django's autodiscovery imports this package."""

from providers.admin import models, providers, records

__all__ = ["models", "providers", "records"]
