"""The ledger of a verdict is kept as rows, with the verdict, and goes with the submission."""

from __future__ import annotations

import pytest

from accounts.models import User
from pipeline.heartbeat import Heartbeat
from pipeline.models import Evidence, Job, Step
from pipeline.runner import run_job
from pipeline.services import submit

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n"


@pytest.fixture
def job(alice: User) -> Job:
    job = submit(user=alice, code=CODE, language="python", counted=False).current_job
    assert job is not None
    run_job(job.pk, Heartbeat())
    return job


def test_it_keeps_one_row_for_each_check_of_the_verdict(job: Job) -> None:
    checks = job.results.get(step=Step.QUALITY).content["checks"]
    rows = Evidence.objects.filter(job=job).values_list("check_id", "outcome", "reason")
    assert [tuple(row) for row in rows] == [
        (check["id"], check["outcome"], check["detail"]) for check in checks
    ]


def test_it_says_what_made_the_repair_certain(job: Job) -> None:
    assert Evidence.objects.get(job=job, check_id="proven").outcome == Evidence.Outcome.PASSED


def test_it_goes_with_the_submission(job: Job) -> None:
    job.submission.delete()
    assert not Evidence.objects.exists()
