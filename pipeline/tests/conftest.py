"""What the pipeline's tests share: a fresh memory, and the pretend vendor of the providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.analysis.remembered import remembered
from pipeline.views.kept import kept, kept_lines
from providers.tests.conftest import make_provider, provider, vendor, vendor_process

if TYPE_CHECKING:
    from pipeline.models import Step

__all__ = ["make_provider", "provider", "vendor", "vendor_process"]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Every test measures its texts, and makes its pages, itself."""
    remembered.forget()
    kept.forget()
    kept_lines.forget()


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """Replaces the engines by one that answers at once; lists the steps that ran."""
    from pipeline import runner
    from pipeline.steps import Assignment, StepOutput

    ran: list[Step] = []

    def answer(assignment: Assignment) -> StepOutput:
        ran.append(assignment.step)
        return StepOutput("fake", {"seen": [str(step) for step in assignment.material.results]})

    monkeypatch.setattr(runner, "run_step", answer)
    return ran
