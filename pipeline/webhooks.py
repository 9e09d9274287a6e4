"""Tells users' own systems of ended runs: signed, and again until it is taken.

The form is that of https://www.standardwebhooks.com: headers webhook-id, webhook-timestamp and
webhook-signature, the signature over all three parts by HMAC-SHA256. docs/webhooks.md has more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets as random_source
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from operations import addresses, audit, posting, runtime_config, sealed, secrets
from operations.addresses import DestinationRefused
from operations.clock import Now, database_now, now_plus
from operations.posting import Posted
from operations.secrets import Secret, SecretError
from pipeline.models import Job, Step, StepResult, Webhook, WebhookDelivery
from pipeline.parameters import WEBHOOK_DAYS

PURPOSE = "webhook-secret"
PREFIX = "whsec_"
SECRET_BYTES = 32
LONGEST_ADDRESS = 500
LOOK_SECONDS = 5.0
LEASE = timedelta(seconds=60)  # beyond the longest call: a sender that vanished is replaced then
# After the first failure, the second, ...; after the last one it is given up.
PAUSES = tuple(timedelta(seconds=each) for each in (10, 60, 300, 1_800, 7_200, 21_600))
MOST_LOOKED_AT, MOST_AT_ONCE = 200, 20
LOST_SECRET = "The secret cannot be opened here any more. Set the address anew."  # noqa: S105
State = WebhookDelivery.State


class AddressRefused(ValueError):
    """Not an address for a webhook; ``str(error)`` says why."""


def set_webhook(*, user: User, address: str, site: str) -> Secret:
    """Tell this address from now on; gives the new secret, which is never shown again.

    What still waited for an earlier address is dropped with it. Raises AddressRefused.
    """
    address = address.strip()
    _check(address)
    secret = _new_secret()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two at once, the second counts
        Webhook.objects.filter(user=user).delete()
        webhook = Webhook(uuid=uuid4(), user=user, address=address, site=site)
        webhook.secret = secrets.seal(secret, purpose=PURPOSE, context=_context(webhook))
        webhook.key_id = secrets.key_id_of(webhook.secret)
        webhook.save(force_insert=True)
        audit.record(webhook, "webhook.set", origin=addresses.origin(address))
    return secret


def remove_webhook(*, user: User) -> None:
    """Tell nobody any more; does nothing if nobody was told."""
    with transaction.atomic():
        webhook = Webhook.objects.filter(user=user).first()
        if webhook is not None:
            audit.record(webhook, "webhook.remove")
            webhook.delete()


def queue_test(webhook: Webhook) -> WebhookDelivery:
    """Put a message on its way that is about no run."""
    return WebhookDelivery.objects.create(webhook=webhook)


def deliver_due() -> int:
    """Send what is due, one for each address, so that one that hangs keeps no other back.

    Returns how many were taken. Safe in any number of processes at once.
    """
    return sum(_deliver(delivery) for delivery in _due())


def purge_old() -> int:
    """Delete what ended more than WEBHOOK_DAYS ago; returns how many."""
    limit = now_plus(-timedelta(days=runtime_config.number(WEBHOOK_DAYS.name)))
    return int(WebhookDelivery.objects.filter(finished_at__lt=limit).delete()[0])


def register() -> None:
    """Let the secrets take part when everything sealed moves to another encryption key."""
    column = sealed.SealedColumn(
        model=Webhook,
        column="secret",
        key_id_column="key_id",
        purpose=PURPOSE,
        context=_context,
    )
    sealed.register(column)


def signature(secret: Secret, message_id: str, timestamp: int, body: bytes) -> str:
    """What stands in the header webhook-signature."""
    key = base64.b64decode(secret.reveal().removeprefix(PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _check(address: str) -> None:
    if len(address) > LONGEST_ADDRESS:
        raise AddressRefused("The address is too long.")
    if not address.lower().startswith("https://"):
        raise AddressRefused("The address must start with https://.")
    try:
        addresses.check_url(address, is_base=False)
    except DestinationRefused as error:
        raise AddressRefused(str(error)) from None


def _new_secret() -> Secret:
    raw = random_source.token_bytes(SECRET_BYTES)
    return Secret(PREFIX + base64.b64encode(raw).decode())


def _context(webhook: Webhook) -> dict[str, str]:
    return {
        "table": Webhook._meta.db_table,
        "column": "secret",
        "row": str(webhook.uuid),
        "origin": addresses.origin(webhook.address),
    }


def _due() -> list[WebhookDelivery]:
    rows = WebhookDelivery.objects.filter(state=State.PENDING, due_at__lte=Now())
    oldest = rows.select_related("webhook").order_by("due_at", "pk")[:MOST_LOOKED_AT]
    first_of: dict[int, WebhookDelivery] = {}
    for delivery in oldest:
        first_of.setdefault(delivery.webhook_id, delivery)
    return list(first_of.values())[:MOST_AT_ONCE]


def _deliver(delivery: WebhookDelivery) -> bool:
    """Send one, unless somebody else has it."""
    if not _claim(delivery):
        return False
    delivery.attempts += 1
    try:
        posted = _send(delivery)
    except SecretError:
        _end(delivery, State.FAILED, Posted(None, LOST_SECRET))
        return False
    except Job.DoesNotExist:  # its user deleted it just now, and the delivery with it
        return False
    _settle(delivery, posted)
    return posted.is_taken


def _claim(delivery: WebhookDelivery) -> bool:
    return bool(
        _unsettled(delivery)
        .filter(due_at__lte=Now())
        .update(attempts=delivery.attempts + 1, due_at=now_plus(LEASE))
    )


def _unsettled(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The row, as long as no other attempt was begun."""
    return WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.PENDING, attempts=delivery.attempts
    )


def _send(delivery: WebhookDelivery) -> Posted:
    webhook = delivery.webhook
    secret = secrets.unseal(webhook.secret, purpose=PURPOSE, context=_context(webhook))
    body = json.dumps(message_of(delivery), separators=(",", ":")).encode()
    message_id, timestamp = f"msg_{delivery.uuid.hex}", int(database_now().timestamp())
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }
    return posting.post(webhook.address, body, headers)


def _settle(delivery: WebhookDelivery, posted: Posted) -> None:
    if posted.is_taken:
        _end(delivery, State.DELIVERED, posted)
    elif delivery.attempts > len(PAUSES):
        _end(delivery, State.FAILED, posted)
    else:
        pause = PAUSES[delivery.attempts - 1]
        _unsettled(delivery).update(
            due_at=now_plus(pause), status=posted.status, problem=posted.problem
        )


def _end(delivery: WebhookDelivery, state: str, posted: Posted) -> None:
    _unsettled(delivery).update(
        state=state, status=posted.status, problem=posted.problem, finished_at=Now()
    )


def message_of(delivery: WebhookDelivery) -> dict[str, Any]:
    """What is sent: ids, state, confidence, counts and where to look; never code, never a name."""
    made = delivery.created_at.isoformat()
    if delivery.job_id is None:
        return {"type": "test", "timestamp": made, "data": {}}
    rows = Job.objects.select_related("submission")
    job = rows.defer("submission__code", "submission__comments").get(pk=delivery.job_id)
    verdict = StepResult.objects.filter(job=job, step=Step.QUALITY)
    return {
        "type": "run.ended",
        "timestamp": made,
        "data": {
            "submission": job.submission.public_id,
            "state": job.state,
            "confidence": verdict.values_list("content__confidence", flat=True).first(),
            "findings": job.tally,
            "url": f"{delivery.webhook.site}{job.submission.get_absolute_url()}",
        },
    }
