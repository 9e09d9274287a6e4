"""Providers in the console; Django's autodiscovery imports this package."""

from providers.admin import breakers, models, providers, records

__all__ = ["breakers", "models", "providers", "records"]
