"""A real Celery worker on a real Redis: it carries jobs, and when Redis is away it does without."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from pipeline import broker, tasks, transitions
from pipeline.models import Job, JobState, ModelConfig, Step, Submission, Worker
from pipeline.services import submit
from pipeline.tests.servers import OwnRedis, product_process, wait_for
from pipeline.worker import GRACE_SECONDS
from providers.models import ApiProvider, ProviderCall
from providers.tests.fake_vendor import running_fake_vendor

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]
MakeProvider = Callable[..., ApiProvider]
CELERY = ("celery", "-A", "config")


@pytest.fixture
def redis(tmp_path: Path, settings: Settings) -> Iterator[OwnRedis]:
    """A running Redis that this process publishes to."""
    server = OwnRedis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.stop()


class WorkerLog:
    """What a worker process wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def count(self, *words: str) -> int:
        lines = self.path.read_text().splitlines()
        return sum(all(word in line for word in words) for line in lines)

    def received(self) -> int:
        """How many job messages Celery handed to the worker."""
        return self.count("pipeline.run[", "received")


@pytest.fixture
def worker(redis: OwnRedis, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that is ready."""
    path = tmp_path / "worker.log"
    with product_process(path, *CELERY, "worker", "-c", "4", REDIS_URL=redis.url) as process:
        log = WorkerLog(path)
        wait_for(lambda: log.count("ready.") and Worker.objects.exists(), "The worker's start")
        yield process


@pytest.fixture
def log(tmp_path: Path) -> WorkerLog:
    return WorkerLog(tmp_path / "worker.log")


def send(user: User, number: int) -> list[int]:
    """Submit some code; returns the ids of the jobs, each accepted within a second."""
    ids = []
    for index in range(number):
        started = time.monotonic()
        sent = submit(user=user, code=f"x = {index}\n", language="python", counted=False)
        assert time.monotonic() - started < 1.0
        assert sent.current_job is not None
        ids.append(sent.current_job.pk)
    return ids


def ended(job_ids: list[int]) -> bool:
    jobs = Job.objects.filter(id__in=job_ids, state=JobState.SUCCEEDED)
    return jobs.count() == len(job_ids)


def test_it_runs_what_is_submitted(
    worker: subprocess.Popen[bytes], log: WorkerLog, alice: User
) -> None:
    jobs = send(alice, 3)
    wait_for(lambda: ended(jobs), "The end of the jobs")
    assert log.received() == 3
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_it_finishes_what_is_submitted_while_redis_is_away_and_goes_back_to_celery(
    worker: subprocess.Popen[bytes], log: WorkerLog, redis: OwnRedis, alice: User
) -> None:
    redis.stop()
    away = send(alice, 3)
    wait_for(lambda: ended(away), "The end of jobs without Redis")
    assert log.received() == 0
    redis.start()
    wait_for(lambda: log.count("celery_carries"), "Celery's return")
    back = send(alice, 2)
    wait_for(lambda: ended(back), "The end of jobs with Redis back")
    assert log.received() == 2
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_it_starts_and_works_without_redis(
    redis: OwnRedis, tmp_path: Path, log: WorkerLog, alice: User
) -> None:
    redis.stop()
    command = (*CELERY, "worker", "-c", "4")
    with product_process(log.path, *command, REDIS_URL=redis.url):
        jobs = send(alice, 2)
        wait_for(lambda: ended(jobs), "The end of the jobs")


def test_it_lets_its_own_pool_work_while_redis_is_frozen(
    worker: subprocess.Popen[bytes], redis: OwnRedis, alice: User
) -> None:
    assert redis.process is not None
    redis.process.send_signal(signal.SIGSTOP)
    try:
        jobs = send(alice, 2)
        wait_for(lambda: ended(jobs), "The end of the jobs")
    finally:
        redis.process.send_signal(signal.SIGCONT)


def test_it_runs_a_job_of_a_vanished_worker_in_a_process_of_its_own(
    worker: subprocess.Popen[bytes], log: WorkerLog, submission: Submission
) -> None:
    job = Job.objects.create(submission=submission, isolated=True)
    assert broker.publish(tasks.run, job.pk)
    wait_for(lambda: ended([job.pk]), "The end of the job")
    assert log.count("pipeline.run[", "received") == log.count("pipeline.run[", "succeeded") == 2


def test_it_takes_its_name_off_the_list_when_told_to_end(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert not Worker.objects.exists()


def test_it_releases_in_its_grace_time_what_a_slow_model_keeps_it_from_finishing(
    redis: OwnRedis, tmp_path: Path, log: WorkerLog, alice: User, make_provider: MakeProvider,
    settings: Settings,
) -> None:  # fmt: skip
    with running_fake_vendor("--latency", "120") as vendor:
        settings.PROVIDER_ALLOWED_HOSTS = [vendor.host]
        provider = make_provider(base_url=vendor.base_url)
        ModelConfig.objects.create(step=Step.FORENSIC, provider=provider)
        variables = {"REDIS_URL": redis.url, "PROVIDER_ALLOWED_HOSTS": vendor.host}
        command = (*CELERY, "worker", "-c", "4")
        with product_process(log.path, *command, **variables) as process:
            (job_id,) = send(alice, 1)
            wait_for(ProviderCall.objects.exists, "The call of the model")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=GRACE_SECONDS + 15) == 0
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts, job.isolated) == (JobState.QUEUED, 0, False)
    assert transitions.claim(job_id, "another worker") is not None


def test_it_ignores_a_message_for_a_job_that_somebody_has(
    worker: subprocess.Popen[bytes], log: WorkerLog, submission: Submission
) -> None:
    job = Job.objects.create(submission=submission)
    transitions.claim(job.pk, "somebody else")
    assert broker.publish(tasks.run, job.pk)
    wait_for(lambda: log.count("pipeline.run[", "succeeded") == 2, "The end of both tasks")
    job.refresh_from_db()
    assert job.lease_owner == "somebody else"
