"""Messages to users' own systems: signed, without code, sent until they are taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from operations import sealed, secrets
from operations.models import AuditEntry
from operations.secrets import Secret
from pipeline import services, transitions, webhooks
from pipeline.leases import Failure
from pipeline.models import Job, JobState, Step, Submission, Webhook, WebhookDelivery
from pipeline.tests.page_data import dossier, rebuild, store, verdict
from pipeline.webhooks import AddressRefused

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State
SITE = "https://review.example.com"


class Receiver(ThreadingHTTPServer):
    """Answers with the statuses it is given, then with 200, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """On loopback, which the operator listed."""
    server = Receiver()
    settings.PROVIDER_ALLOWED_HOSTS = [f"127.0.0.1:{server.server_port}"]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def secret() -> Secret:
    return webhooks._new_secret()


@pytest.fixture
def webhook(alice: User, receiver: Receiver, secret: Secret) -> Webhook:
    """As ``set_webhook`` makes it, but without TLS, which a listed host may do."""
    row = Webhook(uuid=uuid4(), user=alice, address=receiver.address, site=SITE)
    context = webhooks._context(row)
    row.secret = secrets.seal(secret, purpose=webhooks.PURPOSE, context=context)
    row.key_id = secrets.key_id_of(row.secret)
    row.save()
    return row


def ended(submission: Submission) -> Job:
    """All three results stored, and the job ended as a worker ends it."""
    job = submission.current_job
    assert job is not None
    lease = transitions.claim(job.pk, "somebody")
    assert lease is not None
    store(submission, Step.FORENSIC, dossier())
    store(submission, Step.REBUILDER, rebuild())
    store(submission, Step.QUALITY, verdict())
    transitions.succeed(lease)
    return job


def make_due() -> None:
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_it_tells_of_a_run_that_ended(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    ended(submission)
    assert webhooks.deliver_due() == 1
    ((_, body),) = receiver.got
    assert json.loads(body)["data"] == {
        "submission": submission.public_id,
        "state": "succeeded",
        "confidence": "MEDIUM",
        "findings": {"HIGH": 1},
        "url": f"{SITE}/submissions/{submission.public_id}/",
    }
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == (State.DELIVERED, 200, 1)


def test_it_sends_no_code_and_no_name(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    ended(submission)
    webhooks.deliver_due()
    text = str(receiver.got)
    for word in ("hashlib", "md5", "small.py", "alice", "Weak hash"):
        assert word not in text


def test_it_signs_what_it_sends(
    webhook: Webhook, receiver: Receiver, secret: Secret, submission: Submission
) -> None:
    ended(submission)
    webhooks.deliver_due()
    ((headers, body),) = receiver.got
    key = base64.b64decode(secret.reveal().removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{made}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60


def test_it_signs_as_the_standard_says() -> None:
    """The example of the Standard Webhooks specification's libraries."""
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = webhooks.signature(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("end", "state"),
    [("fail", JobState.FAILED), ("give_up", JobState.DEAD), ("cancel", JobState.CANCELLED)],
)
def test_it_tells_of_every_kind_of_end(
    webhook: Webhook, receiver: Receiver, submission: Submission, end: str, state: JobState
) -> None:
    job = submission.current_job
    assert job is not None
    lease = transitions.claim(job.pk, "somebody")
    assert lease is not None
    if end == "cancel":
        services.cancel(submission=submission, by=submission.user)
    else:
        getattr(transitions, end)(lease, Failure("server", "It failed."))
    webhooks.deliver_due()
    assert json.loads(receiver.got[0][1])["data"]["state"] == state


def test_it_tells_nobody_who_did_not_ask(bob: User, submission: Submission) -> None:
    Webhook.objects.create(user=bob, address="https://example.com/", site=SITE, secret="x")
    ended(submission)
    assert not WebhookDelivery.objects.exists()


def test_it_tries_again_later_and_later(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    receiver.statuses = [500] * 20
    ended(submission)
    pauses = []
    for _ in webhooks.PAUSES:
        assert webhooks.deliver_due() == 0
        delivery = WebhookDelivery.objects.get()
        pauses.append((delivery.due_at - timezone.now()).total_seconds())
        assert webhooks.deliver_due() == 0
        make_due()
    assert len(receiver.got) == len(webhooks.PAUSES)
    assert pauses == pytest.approx([pause.total_seconds() for pause in webhooks.PAUSES], abs=5)
    webhooks.deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.FAILED, len(webhooks.PAUSES) + 1)
    assert delivery.problem == "The receiver answered with status 500."
    make_due()
    webhooks.deliver_due()
    assert len(receiver.got) == len(webhooks.PAUSES) + 1


def test_it_keeps_the_same_id_and_message_over_all_attempts(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    receiver.statuses = [503]
    ended(submission)
    webhooks.deliver_due()
    make_due()
    webhooks.deliver_due()
    (first, second) = receiver.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]


def test_it_follows_no_redirect(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    receiver.statuses = [302]
    ended(submission)
    webhooks.deliver_due()
    assert "redirect" in WebhookDelivery.objects.get().problem


def test_it_sends_once_however_many_look(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    ended(submission)
    seen_by_two = [WebhookDelivery.objects.select_related("webhook").get() for _ in range(2)]
    assert [webhooks._deliver(each) for each in seen_by_two] == [True, False]
    assert len(receiver.got) == 1


def test_it_takes_over_from_a_sender_that_vanished(
    webhook: Webhook, receiver: Receiver, submission: Submission
) -> None:
    ended(submission)
    assert webhooks._claim(WebhookDelivery.objects.get())
    assert webhooks.deliver_due() == 0
    make_due()
    assert webhooks.deliver_due() == 1


def test_it_calls_no_private_address(webhook: Webhook, settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = []
    webhooks.queue_test(webhook)
    assert webhooks.deliver_due() == 0
    assert "may be called" in WebhookDelivery.objects.get().problem


def test_it_gives_up_when_the_secret_is_lost(webhook: Webhook, receiver: Receiver) -> None:
    Webhook.objects.update(address=f"{receiver.address}x".replace("127.0.0.1", "localhost"))
    webhooks.queue_test(webhook)
    webhooks.deliver_due()
    assert WebhookDelivery.objects.get().problem == webhooks.LOST_SECRET
    assert not receiver.got


def test_it_keeps_the_secret_sealed_and_rotates_it(
    webhook: Webhook, secret: Secret, settings: Settings
) -> None:
    assert secret.reveal() not in webhook.secret
    settings.ENCRYPTION_KEYS_OLD = [settings.ENCRYPTION_KEY]
    settings.ENCRYPTION_KEY = b"n" * 32
    (column,) = (each for each in sealed.columns() if each.name == "webhooks.secret")
    assert sealed.rotate(column).rotated == 1
    webhook.refresh_from_db()
    assert column.open(webhook) == secret


REFUSED = [
    "http://example.com/hook",
    "https://127.0.0.1/hook",
    "https://localhost/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest",
    "https://[::1]/",
    "https://user:pass@example.com/",
    "https://example.com/#token=1",
    "ftp://example.com/",
    "javascript:alert(1)",
    "",
    "https://",
    "https://exa mple.com/",
    "https://example.com/" + "x" * 500,
    "https://[broken/",
]


@pytest.mark.parametrize("address", REFUSED)
def test_it_refuses_addresses(alice: User, address: str) -> None:
    with pytest.raises(AddressRefused):
        webhooks.set_webhook(user=alice, address=address, site=SITE)
    assert not Webhook.objects.exists()


def test_it_takes_a_query_and_notes_it_nowhere(alice: User) -> None:
    """Receivers of several vendors know by it who sends."""
    address = "https://example.com/hook?sig=let-me-in"
    webhooks.set_webhook(user=alice, address=address, site=SITE)
    assert Webhook.objects.get().address == address
    assert "let-me-in" not in str(list(AuditEntry.objects.values()))


def test_it_sends_the_query_and_logs_none_of_it(
    webhook: Webhook, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    Webhook.objects.update(address=f"{receiver.address}?sig=let-me-in")
    webhooks.queue_test(webhook)
    webhooks.deliver_due()
    assert receiver.paths == ["/hook?sig=let-me-in"]
    assert "let-me-in" not in caplog.text


def test_it_makes_a_new_secret_each_time(alice: User) -> None:
    made = [
        webhooks.set_webhook(user=alice, address="https://example.com/hook", site=SITE)
        for _ in range(2)
    ]
    assert made[0] != made[1]
    assert Webhook.objects.count() == 1
    assert all(each.reveal() not in str(list(AuditEntry.objects.values())) for each in made)


def test_it_purges_what_is_old(webhook: Webhook) -> None:
    old = webhooks.queue_test(webhook)
    webhooks.queue_test(webhook)
    WebhookDelivery.objects.filter(pk=old.pk).update(
        finished_at=timezone.now() - timedelta(days=31), state=State.FAILED
    )
    assert webhooks.purge_old() == 1
    assert WebhookDelivery.objects.count() == 1
