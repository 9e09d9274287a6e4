"""What the pipeline's tests share: a fresh memory, and the pretend vendor of the providers."""

import pytest

from pipeline.analysis.remembered import remembered
from providers.tests.conftest import make_provider, provider, vendor, vendor_process

__all__ = ["make_provider", "provider", "vendor", "vendor_process"]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Every test measures its texts itself."""
    remembered.forget()
