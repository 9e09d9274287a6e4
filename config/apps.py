"""Installs the product's own admin site in place of Django's, and the Celery application."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "config.admin_site.Console"

    def ready(self) -> None:
        """Load the Celery application, through which tasks are sent, and its console pages."""
        super().ready()
        import_module("config.celery")
        import_module("config.console_schedule")
