"""The Celery task that runs a job. Its message is a hint; whether there is work says the row."""

from __future__ import annotations

from celery import shared_task

from pipeline import workplace
from pipeline.runner import run_job


@shared_task(name="pipeline.run", ignore_result=True)
def run(job_id: int) -> None:
    """Run a job if it is due, shared with others and nobody has it; otherwise do nothing."""
    with workplace.slot() as heartbeat:
        run_job(job_id, heartbeat, alone=False)
