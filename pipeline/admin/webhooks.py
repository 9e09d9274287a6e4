"""Users' webhooks in the console: where messages go, and what became of each."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations import addresses
from operations.admin import ReadOnlyAdmin
from pipeline.admin.links import submission_link
from pipeline.models import Webhook, WebhookDelivery


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """One line a user. Of the address only the origin is shown: its path may let others in."""

    list_display = ("user", "origin", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = "E-mail address"
    ordering = ("-pk",)
    fields = ("user", "origin", "site", "created_at", "messages")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return super().get_queryset(request).defer("secret")

    @admin.display(description="goes to")
    def origin(self, webhook: Webhook) -> str:
        return _origin(webhook)

    @admin.display(description="messages")
    def messages(self, webhook: Webhook) -> SafeString:
        here = reverse("admin:pipeline_webhookdelivery_changelist")
        return format_html('<a href="{}?webhook__id={}">All messages</a>', here, webhook.pk)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """One line a message, kept for a while after its end. It is tried again until it is taken."""

    list_display = ("created_at", "user", "origin", "state", "attempts", "status", "problem")
    list_filter = ("state", "status", "created_at")
    search_fields = ("webhook__user__email", "problem", "uuid")
    search_help_text = "E-mail address, problem or id of the message"
    fields = (
        "uuid", "user", "origin", "about", "state", "attempts", "due_at", "status", "problem",
        "created_at", "finished_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.select_related("webhook__user", "job__submission").defer(
            "webhook__secret", "job__submission__code", "job__submission__comments"
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "webhook__id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="user", ordering="webhook__user__email")
    def user(self, delivery: WebhookDelivery) -> str:
        return delivery.webhook.user.email

    @admin.display(description="goes to")
    def origin(self, delivery: WebhookDelivery) -> str:
        return _origin(delivery.webhook)

    @admin.display(description="about")
    def about(self, delivery: WebhookDelivery) -> SafeString | str:
        return submission_link(delivery.job.submission) if delivery.job else "a test"


def _origin(webhook: Webhook) -> str:
    """Of an address that the product would not take, but that stands there, that much is said."""
    try:
        return addresses.origin(webhook.address)
    except addresses.DestinationRefused:
        return "no address that messages are sent to"
