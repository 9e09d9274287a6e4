"""Lends the pretend vendor of the providers' tests to the tests of the steps."""

from providers.tests.conftest import make_provider, provider, vendor, vendor_process

__all__ = ["make_provider", "provider", "vendor", "vendor_process"]
