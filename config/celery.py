"""The Celery application: Redis carries hints about jobs to workers and beat sends what recurs.

Workers run on the threads pool (``celery -A config worker``), since jobs mostly wait for models.
A worker that dies loses nothing that matters: a message says only which row to look at.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from celery import Celery, signals
from django.conf import settings

from config.environment import stop
from pipeline import transport
from pipeline.broker import celery_url

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

BEAT_SECONDS = 5.0
LONGEST_OUTSIDE_A_JOB = 600

transport.use()
app = Celery("ai-to-production", set_as_current=True)
app.conf.update(
    include=["pipeline.tasks", "pipeline.periodic"],
    timezone="UTC",
    task_serializer="json",
    accept_content=["json"],
    # Publishing: the pipeline has its own connections; this is for beat.
    task_publish_retry=False,
    task_ignore_result=True,
    # Working.
    worker_pool="threads",
    worker_consumer="pipeline.worker:Consumer",
    worker_concurrency=300,
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_prefetch_count_reduction=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_timeout": 5.0,
        "socket_connect_timeout": 2.0,
        "socket_keepalive": True,
        # It is not renewed while a job runs, so it is longer than the longest job may be.
        "visibility_timeout": settings.JOB_TIMEOUT_MS // 1000 + LONGEST_OUTSIDE_A_JOB,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    # Outcomes of maintenance, shown in the console; retention deletes them, not Celery's own task.
    result_backend="django-db",
    result_extended=True,
    result_expires=None,
    beat_scheduler="pipeline.periodic:Scheduler",
    beat_max_loop_interval=BEAT_SECONDS,
)
if settings.REDIS_URL:
    app.conf.broker_url = celery_url(settings.REDIS_URL)

app.steps["consumer"].add("pipeline.worker:Consuming")
_duty = ExitStack()


@signals.setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Having a receiver keeps Celery from replacing the product's logging with its own."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def demand_redis(**_: Any) -> None:
    """End the start with one line where there is no broker."""
    if not settings.REDIS_URL:
        stop("REDIS_URL is not set: without Redis, `manage.py work` runs the jobs.")


@signals.worker_init.connect
def begin_duty(sender: Any, **_: Any) -> None:
    """Make the process a worker; its jobs share connections, which needs threads."""
    from operations import sealed
    from pipeline.worker import on_duty

    if "thread" not in str(sender.pool_cls):
        stop("Celery workers of this product run on the threads pool: leave out -P/--pool.")
    sealed.warn_at_start()
    sender.watch = _duty.enter_context(on_duty(sender.concurrency))


@signals.worker_shutdown.connect
def end_duty(**_: Any) -> None:
    """All tasks have ended: give back what the process holds."""
    _duty.close()
