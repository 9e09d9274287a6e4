"""Settings changed in the console and dead runs started again, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import User
from config.tests.test_browser_journey import (  # noqa: F401 - fixtures
    CODE,
    PHONE,
    overflow,
    page,
    sign_in,
    site,
)
from pipeline.models import DeadLetter, Job, JobState, Submission

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONFIG = "/admin/operations/runtimeconfig/"


@pytest.fixture
def dead(transactional_db: None) -> Submission:
    """A submission of the developer's user whose run died."""
    user = User.objects.create_user("dev-user@localhost")
    submission = Submission.objects.create(user=user, code=CODE, language="python")
    job = Job.objects.create(submission=submission, state=JobState.DEAD, user_message="It broke.")
    DeadLetter.objects.create(job=job, error_class="server", error_message="500", attempts=3)
    submission.current_job = job
    submission.save()
    return submission


def change(page: Page, value: str, reason: str) -> None:  # noqa: F811
    page.goto(CONFIG)
    form = page.get_by_role("region", name="dead_letter_days")
    form.get_by_label("New value").fill(value)
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button", name="Change dead_letter_days").click()


def test_it_changes_a_parameter_and_goes_back(page: Page) -> None:  # noqa: F811
    sign_in(page, "admin")
    change(page, "30", "less room")
    page.get_by_text("dead_letter_days is 30 from now on.").wait_for()
    change(page, "40", "")
    page.get_by_text("dead_letter_days is 40 from now on.").wait_for()
    page.get_by_role("row", name="less room").get_by_role("link", name="Go back").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("dead_letter_days is 30 from now on.").wait_for()
    assert page.get_by_role("link", name="Go back").count() == 3


def test_it_keeps_a_refused_value_and_its_reason(page: Page) -> None:  # noqa: F811
    sign_in(page, "admin")
    change(page, "0", "nothing to keep")
    page.get_by_text("dead_letter_days is between 1 and 3650.").wait_for()
    assert page.get_by_label("Value:").input_value() == "0"
    assert page.get_by_label("Reason:").input_value() == "nothing to keep"


def test_it_fits_a_phone(page: Page) -> None:  # noqa: F811
    page.set_viewport_size(PHONE)
    sign_in(page, "admin")
    page.goto(CONFIG)
    assert overflow(page) <= 0


def test_it_runs_a_dead_submission_again_to_its_verdict(
    dead: Submission,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page)
    page.goto(dead.get_absolute_url())
    page.get_by_text("does not count against your daily limit").wait_for()
    page.get_by_role("button", name="Run it again").click()
    page.get_by_role("link", name="Verdict").wait_for()


def test_it_retries_a_dead_letter_from_its_page(
    dead: Submission,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, "admin")
    page.goto("/admin/pipeline/deadletter/")
    page.locator("#result_list tbody th a").click()
    page.get_by_role("button", name="Retry").click()
    page.get_by_text("1 queued again, 0 had been retried before.").wait_for()
