"""What is stored of providers: what is set of them, and what is recorded."""

from providers.models.provider import ApiProvider, ProviderApiKey, ProviderModel
from providers.models.records import (
    ProviderBreaker,
    ProviderCall,
    ProviderChange,
    ProviderHealth,
)

__all__ = [
    "ApiProvider",
    "ProviderApiKey",
    "ProviderBreaker",
    "ProviderCall",
    "ProviderChange",
    "ProviderHealth",
    "ProviderModel",
]
