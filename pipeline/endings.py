"""What happens with the end of every job, in the transaction that ends it."""

from __future__ import annotations

from operations.prepared import Bind, Select
from pipeline import usage
from pipeline.models import Job, Webhook, WebhookDelivery

# Bound to ``id``: where the job's user wants to be told.
_WEBHOOK = Select(Webhook.objects.filter(user__submissions__jobs=Bind(Job, "id")).order_by(), "id")


def note(job_id: int) -> None:
    """Put the telling of it on record, and count what it cost as the last (usage.count)."""
    webhook = _WEBHOOK.first(id=job_id)
    if webhook is not None:
        WebhookDelivery.objects.create(webhook_id=webhook["id"], job_id=job_id)
    usage.count(job_id)
