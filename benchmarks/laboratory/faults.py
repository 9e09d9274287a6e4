"""Lets jobs meet every fault of the pretend vendor, and tells what came of each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from benchmarks.laboratory.models import KEY
from benchmarks.laboratory.servers import HOST
from benchmarks.laboratory.submitting import submit, user_named
from benchmarks.laboratory.verdict import Verdict
from config.workshop.console import say

CALL_SECONDS = 2  # a model has to answer; faults that hang take as long
JOB_SECONDS = 12.0
SLACK_SECONDS = 3.0
GOOD = "good"
FIRST, SECOND = "First vendor", "Second vendor"


@dataclass(frozen=True)
class Ended:
    """How one job ended, for its user and in the tables."""

    fault: str
    fallback: str
    state: str
    seen: str
    tried: list[dict[str, Any]]
    cost: int | None
    seconds: float
    wrong: list[str]


def meet_faults(port: int, end: Verdict) -> None:
    """Every fault twice: with a good fallback, and with one that fails like the first model."""
    from providers.fake.faults import ALL_KINDS

    for name in (FIRST, SECOND):
        add_vendor(port, name)
    ended: list[Ended] = []
    for kind in ALL_KINDS:
        for fallback in (GOOD, f"fault-{kind}"):
            ended.append(run_one(kind, fallback, len(ended)))
            tell(ended[-1])
    judge(ended, end)


def run_one(kind: str, fallback: str, number: int) -> Ended:
    """One job with the fault in its first step; nothing of the job before it counts any more."""
    from pipeline.heartbeat import Heartbeat
    from pipeline.models import Job
    from pipeline.runner import run_job
    from providers.models import ProviderBreaker

    ProviderBreaker.objects.all().delete()
    route(f"fault-{kind}", fallback)
    job_id = submit(number)
    started = time.monotonic()
    run_job(job_id, Heartbeat())
    seconds = time.monotonic() - started
    job = Job.objects.select_related("submission").get(pk=job_id)
    return Ended(
        fault=kind,
        fallback="good" if fallback == GOOD else "the same",
        state=job.state,
        seen=job.user_message or f"a result by {engine_of(job)}",
        tried=calls_of(job_id),
        cost=cost_of(calls_of(job_id)),
        seconds=seconds,
        wrong=wrong_with(job, seconds),
    )


def wrong_with(job: Any, seconds: float) -> list[str]:
    """Everything that must not be, by name."""
    found = {
        "hang": seconds > JOB_SECONDS + SLACK_SECONDS,
        "not-ended": not job.has_ended,
        "half-stored": is_half_stored(job),
        "call-without-outcome": any(call["state"] == "intent" for call in calls_of(job.pk)),
        "cost-lost": not costs_agree(job),
        "page-failed": not is_shown(job),
    }
    return [name for name, is_so in found.items() if is_so]


def is_half_stored(job: Any) -> bool:
    """Whether a result is stored that is none, or what was on its way was left behind."""
    from pipeline.models import GrowingAnswer, JobState, Step, StepResult

    stored = StepResult.objects.filter(job=job)
    if any(not result.content for result in stored):
        return True
    whole = set(stored.values_list("step", flat=True)) == set(Step)
    left = GrowingAnswer.objects.filter(job=job).exists()
    return left or (job.state == JobState.SUCCEEDED) != whole


def costs_agree(job: Any) -> bool:
    """Whether the results cost what the calls that gave them cost."""
    from pipeline.models import StepResult

    of_results = sum(
        cost or 0
        for cost in StepResult.objects.filter(job=job).values_list("cost_microdollars", flat=True)
    )
    answered = [call for call in calls_of(job.pk) if call["state"] == "succeeded"]
    kept = sum(call["cost_microdollars"] or 0 for call in answered)
    return of_results == kept or not StepResult.objects.filter(job=job).exists()


def is_shown(job: Any) -> bool:
    """Whether the page and the API show the submission to its user, without any failure."""
    from django.test import Client

    from accounts.models import User

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=user_named("drill")))
    name = job.submission.public_id
    pages = (f"/submissions/{name}/", f"/api/v1/code/getJobStatus?id={name}")
    return all(client.get(page).status_code == 200 for page in pages)


def cost_of(tried: list[dict[str, Any]]) -> int | None:
    """What the calls cost together; None where that is not known of one that answered."""
    costs = [call["cost_microdollars"] for call in tried if call["state"] == "succeeded"]
    return None if None in costs else sum(costs)


def engine_of(job: Any) -> str:
    """What gave the first step's result."""
    from pipeline.models import Step, StepResult

    result = StepResult.objects.filter(job=job, step=Step.FORENSIC).first()
    return result.engine if result else "nothing"


def calls_of(job_id: int) -> list[dict[str, Any]]:
    """What was called for a job."""
    from providers import calls

    return calls.trace_of(job_id)


def add_vendor(port: int, name: str) -> int:
    """The pretend vendor as a provider whose models have a price; its primary key."""
    from operations.secrets import Secret
    from providers import services

    nobody: dict[str, Any] = {"by": None, "address": None}
    provider = services.add_provider(name=name, base_url=f"http://{HOST}:{port}/v1", **nobody)
    services.set_key(provider=provider, key=Secret(KEY), **nobody)
    return provider.pk


def model_of(name: str, model: str) -> Any:
    """A model of a vendor, with a price."""
    from providers.models import ApiProvider, ProviderModel

    provider = ApiProvider.objects.get(name=name)
    row, _ = ProviderModel.objects.get_or_create(
        provider=provider,
        name=model,
        defaults={"input_price": 1_000_000, "output_price": 4_000_000},
    )
    return row


def route(primary: str, fallback: str) -> None:
    """Let the first step ask one model and then another; the other steps ask none."""
    from pipeline import routing
    from pipeline.models import ModelConfig, Step, StepFallback

    config = ModelConfig.objects.get(step=Step.FORENSIC)
    config.model = model_of(FIRST, primary)
    config.provider, config.timeout_seconds = config.model.provider, CALL_SECONDS
    config.save()
    config.fallbacks.all().delete()
    second = model_of(SECOND, fallback)
    StepFallback.objects.create(config=config, provider=second.provider, model=second)
    routing.forget_routes()


def tell(ended: Ended) -> None:
    """One line of the table."""
    cost = "unknown" if ended.cost is None else f"${ended.cost / 1_000_000:.6f}"
    say(
        f"  {ended.fault:<16} fallback {ended.fallback:<9} {ended.state:<10} "
        f"{ended.seconds:>5.1f} s  {in_words(ended.tried):<58} {cost:<10} {ended.seen}"
        + (f"  WRONG: {', '.join(ended.wrong)}" if ended.wrong else "")
    )


def in_words(tried: list[dict[str, Any]]) -> str:
    """Each call by its vendor's place, how it ended and how long it took."""
    return ", ".join(
        f"{1 if call['provider'] == FIRST else 2}: {call['error'] or 'answered'} "
        f"({call['latency_ms']} ms)"
        for call in tried
    )


def judge(ended: list[Ended], end: Verdict) -> None:
    """What all jobs together must show."""
    rescued = [one for one in ended if one.fallback == "good"]
    lost = [one.fault for one in rescued if one.state != "succeeded"]
    for name, promise in {
        "hang": "every job ended within its time",
        "not-ended": "every job ended",
        "half-stored": "no result was stored in part",
        "call-without-outcome": "every call has its outcome",
        "cost-lost": "results cost what their calls cost",
        "page-failed": "page and API showed each, without a server error",
    }.items():
        wrong = [f"{one.fault}/{one.fallback}" for one in ended if name in one.wrong]
        end.check(promise, not wrong, ", ".join(wrong) or f"{len(ended)} jobs")
    end.check("a good fallback saved the job", not lost, ", ".join(lost) or f"{len(rescued)} jobs")
