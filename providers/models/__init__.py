"""What is stored of providers: what is set of them, and what is recorded."""

from providers.models.provider import (
    LONGEST_MODEL_NAME,
    ApiProvider,
    ProviderApiKey,
    ProviderModel,
)
from providers.models.records import (
    ProviderBreaker,
    ProviderCall,
    ProviderChange,
    ProviderHealth,
)

__all__ = [
    "LONGEST_MODEL_NAME",
    "ApiProvider",
    "ProviderApiKey",
    "ProviderBreaker",
    "ProviderCall",
    "ProviderChange",
    "ProviderHealth",
    "ProviderModel",
]
