"""Jobs whose worker vanished run alone, in a process of their own that ends when none is left."""

from __future__ import annotations

import pytest

from pipeline import isolation, runner
from pipeline.models import Job, JobState, Submission
from pipeline.steps import Assignment, StepOutput

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_flight(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five isolated jobs on an engine that notes how many run at each step."""
    Job.objects.update(isolated=True)
    for _ in range(4):
        Job.objects.create(submission=submission, isolated=True)
    seen: list[int] = []

    def answer(assignment: Assignment) -> StepOutput:
        seen.append(Job.objects.filter(state=JobState.RUNNING).count())
        return StepOutput("fake", {})

    monkeypatch.setattr(runner, "run_step", answer)
    return seen


def test_it_runs_all_of_them_one_at_a_time(in_flight: list[int]) -> None:
    assert isolation.run_isolated_jobs(idle_seconds=0.01) == 5
    assert set(in_flight) == {1}
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.SUCCEEDED}


def test_it_leaves_shared_jobs_to_others(submission: Submission) -> None:
    assert isolation.run_isolated_jobs(idle_seconds=0.01) == 0
    assert Job.objects.get().state == JobState.QUEUED
