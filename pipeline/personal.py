"""What this app stores about people, for their export and their erasure (operations.privacy)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from operations import privacy, runtime_config
from pipeline import deletion
from pipeline.models import (
    DeletedJob,
    FindingEvent,
    IdempotencyKey,
    KnownFinding,
    Submission,
    SystemPrompt,
    Webhook,
    WebhookDelivery,
)
from pipeline.parameters import DEAD_LETTER_DAYS, IDEMPOTENCY_HOURS, WEBHOOK_DAYS
from providers.models import ProviderChange


def register() -> None:
    """Make it known."""
    for holding in (SUBMISSIONS, FINDINGS, REQUESTS, REMAINS, WEBHOOK, CONSOLE):
        privacy.register(holding)


def _submissions(user: User) -> Iterator[dict[str, Any]]:
    """Each with its runs; one at a time, since each may be large."""
    keys = Submission.objects.filter(user=user).order_by("pk").values_list("pk", flat=True)
    for key in list(keys):
        submission = Submission.objects.filter(pk=key).first()
        if submission is not None:
            runs = submission.jobs.prefetch_related("results", "drafts", "evidence").order_by("pk")
            yield {**privacy.fields_of(submission), "runs": [_run(job) for job in runs]}


def _run(job: Any) -> dict[str, Any]:
    return {
        **privacy.fields_of(job, "lease_owner", "lease_token", "lease_expires_at"),
        "results": [privacy.fields_of(result) for result in job.results.all()],
        "drafts": [privacy.fields_of(draft) for draft in job.drafts.all()],
        "evidence": [privacy.fields_of(row) for row in job.evidence.all()],
    }


def _findings(user: User) -> Iterator[dict[str, Any]]:
    for finding in KnownFinding.objects.filter(user=user).prefetch_related("events"):
        events = [privacy.fields_of(event) for event in finding.events.all()]
        yield {**privacy.fields_of(finding, "file_key"), "events": events}


def _requests(user: User) -> Iterator[dict[str, Any]]:
    for key in IdempotencyKey.objects.filter(user=user).iterator():
        yield privacy.fields_of(key, "key_hash", "body_digest")


def _remains(user: User) -> Iterator[dict[str, Any]]:
    for job in DeletedJob.objects.filter(user=user).iterator():
        yield privacy.fields_of(job)


def _webhook(user: User) -> Iterator[dict[str, Any]]:
    for webhook in Webhook.objects.filter(user=user):
        yield privacy.fields_of(webhook, "secret", "key_id")
    for delivery in WebhookDelivery.objects.filter(webhook__user=user).iterator():
        yield privacy.fields_of(delivery)


def _webhook_kept() -> str:
    days = runtime_config.number(WEBHOOK_DAYS.name)
    return f"until you remove it; what became of each message {days} days"


def _console(user: User) -> Iterator[dict[str, Any]]:
    for prompt in SystemPrompt.objects.filter(created_by=user):
        yield {"prompt": privacy.fields_of(prompt)}
    for change in ProviderChange.objects.filter(actor=user):
        yield {"provider_change": privacy.fields_of(change)}


def _forget_addresses(user: User) -> None:
    ProviderChange.objects.filter(actor=user).update(actor=None, address=None)


def _delete(user: User) -> Iterator[None]:
    return deletion.delete_all_of(user)


def _submissions_kept() -> str:
    days = runtime_config.number(DEAD_LETTER_DAYS.name)
    return f"until you delete it; what operators see of a failed run {days} days"


SUBMISSIONS = privacy.Holding(
    name="submissions",
    title="What you submitted, with its runs, results and evidence",
    models=(Submission,),
    export=_submissions,
    kept=_submissions_kept,
    at_erasure="deleted; runs are cancelled first",
    erase=_delete,
)
FINDINGS = privacy.Holding(
    name="findings",
    title="Findings in your files over all their runs, and what you said of them",
    models=(KnownFinding, FindingEvent),
    export=_findings,
    kept=lambda: "with its submissions; what you marked as long as the account",
    at_erasure="deleted",
)
REQUESTS = privacy.Holding(
    name="requests",
    title="Answers to requests that may be sent twice",
    models=(IdempotencyKey,),
    export=_requests,
    kept=lambda: f"{runtime_config.number(IDEMPOTENCY_HOURS.name)} hours",
    at_erasure="deleted",
)
REMAINS = privacy.Holding(
    name="deleted-runs",
    title="Number and day of runs whose submission you deleted, to prove what they cost",
    models=(DeletedJob,),
    export=_remains,
    kept=lambda: "as long as the account",
    at_erasure="deleted",
)
WEBHOOK = privacy.Holding(
    name="webhook",
    title="Your webhook's address, and what became of messages to it",
    models=(Webhook, WebhookDelivery),
    export=_webhook,
    kept=_webhook_kept,
    at_erasure="deleted",
)
CONSOLE = privacy.Holding(
    name="console",
    title="Prompts and providers that you changed as an administrator",
    models=(SystemPrompt, ProviderChange),
    export=_console,
    kept=lambda: "for good: later results rest on it",
    at_erasure="stays, without saying that it was you",
    erase=_forget_addresses,
)
