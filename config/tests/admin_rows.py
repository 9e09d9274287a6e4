"""Makes rows of every model that the console shows, for the tests that walk through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from accounts import tokens
from accounts.models import ApiToken, SignedIn, User
from billing.models import (
    Budget,
    BudgetDay,
    BudgetReservation,
    DailyUsage,
    LimitOverride,
    Membership,
    Plan,
)
from operations import audit, runtime_config
from operations.models import AuditEntry, RuntimeConfig
from operations.secrets import Secret
from pipeline import services
from pipeline.models import (
    DeadLetter,
    Evidence,
    FindingEvent,
    FindingState,
    IdempotencyKey,
    Job,
    JobState,
    KnownFinding,
    ModelConfig,
    Step,
    StepResult,
    Submission,
    SystemPrompt,
    Webhook,
    WebhookDelivery,
    Worker,
)
from providers.models import (
    ApiProvider,
    ProviderApiKey,
    ProviderBreaker,
    ProviderCall,
    ProviderChange,
    ProviderHealth,
    ProviderModel,
)
from providers.services import add_provider, set_key


def a_user(number: int) -> User:
    address = f"person-{number}@example.com"
    return User.objects.filter(email=address).first() or User.objects.create_user(address)


def a_token(number: int) -> ApiToken:
    scope = ApiToken.Scope.SUBMIT if number % 2 else ApiToken.Scope.READ
    return tokens.create(user=a_user(number), name="<b>CI</b>", scope=scope, days=number or None)[0]


def a_session(number: int) -> SignedIn:
    """A session that stands, as signing in in a browser makes it."""
    Client(HTTP_USER_AGENT="<b>browser</b>").force_login(a_user(number))
    return SignedIn.objects.latest("pk")


def a_submission(number: int) -> Submission:
    return services.submit(
        user=a_user(number),
        code=f"secret_{number} = 1\n",
        language="python",
        filename="" if number % 2 else f"file_{number}.py",
        comments="<b>careful</b>",
    )


def a_job(number: int) -> Job:
    job = a_submission(number).current_job
    assert job is not None
    return job


def a_result(number: int) -> StepResult:
    return StepResult.objects.create(
        job=a_job(number),
        step=Step.REBUILDER,
        engine="built-in",
        content={"code": "<script>alert(1)</script>", "changes": []},
        attempt=1,
        duration_ms=5,
    )


def a_finding(number: int) -> KnownFinding:
    submission = a_submission(number)
    finding = KnownFinding.objects.create(
        user=submission.user,
        filename=submission.filename,
        file_key=f"{number:064}",
        fingerprint=f"{number:064}",
        title="<script>alert(1)</script>",
        severity="HIGH",
        state=FindingState.ACCEPTED,
        reason="<b>known</b>",
        last_seen=submission,
    )
    FindingEvent.objects.create(finding=finding, state=finding.state, by=submission.user)
    return finding


def an_evidence_row(number: int) -> Evidence:
    return Evidence.objects.create(
        job=a_job(number),
        position=1,
        check_id="targets-gone",
        title="repaired findings are gone",
        outcome=Evidence.Outcome.FAILED,
        reason="still found: <b>CWE-89</b>",
    )


def a_dead_letter(number: int) -> DeadLetter:
    job = a_job(number)
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD)
    return DeadLetter.objects.create(
        job=job,
        error_class="timeout",
        error_message="It took <too> long.",
        step=Step.QUALITY,
        attempts=3,
        trace=[{"provider": "<b>Vendor</b>", "model": "m", "error": "timeout", "call_id": None}],
    )


def a_webhook(number: int) -> Webhook:
    address = f"https://hooks.example.com/path-secret_{number}"
    webhook, _ = Webhook.objects.get_or_create(
        user=a_user(number), defaults={"address": address, "secret": f"sealed-secret_{number}"}
    )
    return webhook


def a_delivery(number: int) -> WebhookDelivery:
    job = a_job(number) if number % 2 else None
    return WebhookDelivery.objects.create(webhook=a_webhook(number), job=job, problem="<b>HTTP</b>")


def a_key(number: int) -> IdempotencyKey:
    services.submit(
        user=a_user(number),
        code=f"secret_{number} = 2\n",
        language="python",
        idempotency_key=f"key {number}",
    )
    return IdempotencyKey.objects.latest("id")


def a_prompt(number: int) -> SystemPrompt:
    return SystemPrompt.objects.create(
        step=Step.FORENSIC,
        version=number + 1,
        content=f"Prompt {number}",
        created_by=a_user(number),
    )


def a_route(number: int) -> ModelConfig:
    route, _ = ModelConfig.objects.get_or_create(step=list(Step)[number % len(Step)])
    return route


def a_usage(number: int) -> DailyUsage:
    day = date(2030, 1, 1) + timedelta(days=number)
    return DailyUsage.objects.create(user=a_user(number), day=day, submissions=number)


def an_override(number: int) -> LimitOverride:
    limit = None if number % 2 else number
    return LimitOverride.objects.create(user=a_user(number), daily_submissions=limit, reason="r")


def a_plan(number: int) -> Plan:
    plan, _ = Plan.objects.get_or_create(name=f"plan-{number}")
    return plan


def a_membership(number: int) -> Membership:
    return Membership.objects.create(user=a_user(number), plan=a_plan(number))


def a_budget(number: int) -> Budget:
    subjects = ["global", "step:forensic", "provider:12345"]
    subject = subjects[number] if number < 3 else f"provider:{a_provider(number).pk}"
    budget, _ = Budget.objects.get_or_create(subject=subject, defaults={"daily_microdollars": 5})
    return budget


def a_budget_day(number: int) -> BudgetDay:
    return BudgetDay.objects.create(budget=a_budget(number), day=date(2030, 1, 1), spent=number)


def a_reservation(number: int) -> BudgetReservation:
    return BudgetReservation.objects.create(
        day=a_budget_day(number), call_id=uuid4(), microdollars=1, expires_at=timezone.now()
    )


def an_audit_entry(number: int) -> AuditEntry:
    user = a_user(number)
    audit.record(user, "user.sign_in", by="test")
    entry: AuditEntry = AuditEntry.objects.get_for_object(user).latest()
    AuditEntry.objects.filter(pk=entry.pk).update(actor=a_user(number), remote_addr="192.0.2.1")
    return entry


def a_worker(number: int) -> Worker:
    return Worker.objects.create(owner=f"host:{number}", kind=Worker.Kind.CELERY, slots=5)


def an_interval(number: int) -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=number + 10, period=IntervalSchedule.SECONDS)


def a_crontab(number: int) -> CrontabSchedule:
    return CrontabSchedule.objects.create(minute=str(number), hour="4", timezone="UTC")


def a_periodic_task(number: int) -> PeriodicTask:
    schedule = {"interval": an_interval(number)} if number % 2 else {"crontab": a_crontab(number)}
    return PeriodicTask.objects.create(name=f"Task {number}", task="maintenance.purge", **schedule)


def an_outcome(number: int) -> TaskResult:
    return TaskResult.objects.create(
        task_id=str(uuid4()), task_name="maintenance.purge", status="SUCCESS", result=f"<{number}>"
    )


def a_provider(number: int) -> ApiProvider:
    name = f"Vendor {number}"
    return ApiProvider.objects.filter(name=name).first() or add_provider(
        name=name, base_url="https://api.example.com/v1", by=a_user(number), address="192.0.2.1"
    )


def a_provider_key(number: int) -> ProviderApiKey:
    key = Secret(f"sk-secret_{number}-0123456789")
    return set_key(provider=a_provider(number), key=key, by=None, address=None)


def a_model(number: int) -> ProviderModel:
    return ProviderModel.objects.create(provider=a_provider(number), name=f"model-{number}")


def a_call(number: int) -> ProviderCall:
    return ProviderCall.objects.create(
        provider=a_provider(number),
        provider_name=f"Vendor {number}",
        model="<b>model</b>",
        job_id=number,
        started_at=timezone.now(),
    )


def a_breaker(number: int) -> ProviderBreaker:
    return ProviderBreaker.objects.create(
        provider=a_provider(number), model="<b>model</b>", state="open", reason="server"
    )


def a_health(number: int) -> ProviderHealth:
    return ProviderHealth.objects.create(
        provider=a_provider(number),
        checked_at=timezone.now(),
        ok=bool(number % 2),
        error="server",
        latency_ms=number,
    )


def a_change(number: int) -> ProviderChange:
    a_provider_key(number)
    return ProviderChange.objects.latest("pk")


def a_revision(number: int) -> RuntimeConfig:
    value = str(number + 1)
    return runtime_config.change("dead_letter_days", value, by=a_user(number), reason="<i>why</i>")


ROWS: dict[type[Model], Callable[[int], Model]] = {
    ApiProvider: a_provider,
    ApiToken: a_token,
    AuditEntry: an_audit_entry,
    Budget: a_budget,
    BudgetDay: a_budget_day,
    BudgetReservation: a_reservation,
    CrontabSchedule: a_crontab,
    DailyUsage: a_usage,
    DeadLetter: a_dead_letter,
    IdempotencyKey: a_key,
    IntervalSchedule: an_interval,
    Job: a_job,
    LimitOverride: an_override,
    Membership: a_membership,
    ModelConfig: a_route,
    PeriodicTask: a_periodic_task,
    Plan: a_plan,
    ProviderApiKey: a_provider_key,
    ProviderBreaker: a_breaker,
    ProviderCall: a_call,
    ProviderChange: a_change,
    ProviderHealth: a_health,
    ProviderModel: a_model,
    RuntimeConfig: a_revision,
    SignedIn: a_session,
    StepResult: a_result,
    Evidence: an_evidence_row,
    KnownFinding: a_finding,
    Submission: a_submission,
    SystemPrompt: a_prompt,
    TaskResult: an_outcome,
    User: a_user,
    Webhook: a_webhook,
    WebhookDelivery: a_delivery,
    Worker: a_worker,
}
