"""Steps that run on models with a price, for the tests of what things cost."""

from __future__ import annotations

from accounts.models import User
from billing.models import DailyUsage
from pipeline import routing, runner
from pipeline.heartbeat import Heartbeat
from pipeline.models import Job, ModelConfig, Step
from pipeline.services import submit
from pipeline.usage import Figures
from providers.models import ApiProvider, ProviderModel

INPUT_PRICE, OUTPUT_PRICE = 2_000_000, 10_000_000  # micro-dollars per million tokens
CODE = "import hashlib\n\n\ndef digest(name):\n    return hashlib.md5(name.encode()).hexdigest()\n"


def route(step: Step, provider: ApiProvider, *, priced: bool = True) -> ProviderModel:
    """Point a step at a model of the provider, with a price or with none that anybody knows."""
    prices = {"input_price": INPUT_PRICE, "output_price": OUTPUT_PRICE} if priced else {}
    name = "priced" if priced else "unpriced"
    model, _ = ProviderModel.objects.get_or_create(provider=provider, name=name, defaults=prices)
    ModelConfig.objects.update_or_create(step=step, defaults={"provider": provider, "model": model})
    routing.forget_routes()
    return model


def queued(user: User) -> Job:
    job = submit(user=user, code=CODE, language="python").current_job
    assert job is not None
    return job


def run(job: Job) -> Job:
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    return job


def used(user: User) -> Figures:
    """What stands in the user's only day; the test's day does not end meanwhile in practice."""
    return Figures.of(DailyUsage.objects.filter(user=user).first())
