"""A button that is pressed twice sets one webhook, and neither press is an error."""

from __future__ import annotations

import pytest

from accounts.models import User
from pipeline import webhooks
from pipeline.models import Webhook
from pipeline.tests.test_retries_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_at_once_the_last_one_counts(alice: User) -> None:
    def press() -> object:
        return webhooks.set_webhook(user=alice, address="https://a.example.com/x", site="https://s")

    secrets = at_once(*[press] * 4)
    stored = Webhook.objects.get()
    sealed = webhooks.secrets.unseal(
        stored.secret, purpose=webhooks.PURPOSE, context=webhooks._context(stored)
    )
    assert sealed in secrets
