"""Where a user wants to be told of ended runs, and every telling until it has come through."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from pipeline.models.job import Job


class Webhook(models.Model):
    """A user's address and the sealed secret with which what goes there is signed.

    Another address is another secret: the secret is bound to where it is used.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook"
    )
    address = models.CharField(max_length=500)
    site = models.CharField(
        max_length=200, help_text="origin of this installation, as the user reached it"
    )
    secret = models.TextField(editable=False)
    key_id = models.CharField(max_length=8, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "webhooks"

    def __str__(self) -> str:
        return f"webhook {self.uuid}"


class WebhookDelivery(models.Model):
    """One message to a user's address, kept until it was taken or tried often enough.

    pending ──► delivered | failed. It is written in the transaction that ends the job, and holds no
    text of the message: that is made of the job's row each time, which does not change any more.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    job = models.ForeignKey(
        Job, null=True, on_delete=models.CASCADE, related_name="+", help_text="empty for a test"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    status = models.PositiveIntegerField(null=True, help_text="of the last answer")
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name_plural = "webhook deliveries"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["state", "due_at"], name="deliveries_due"),
            models.Index(fields=["finished_at"], name="deliveries_by_age"),
        )

    def __str__(self) -> str:
        return f"delivery {self.uuid} ({self.state})"
