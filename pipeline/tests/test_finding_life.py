"""A finding's life over several runs of a file, and what people's marks do to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import User
from pipeline import finding_life
from pipeline.analysis.types import Dossier
from pipeline.finding_changes import since_before
from pipeline.finding_life import Mark, lives_of, mark
from pipeline.finding_statements import MOST_TOLD
from pipeline.heartbeat import Heartbeat
from pipeline.models import FindingEvent, FindingState, KnownFinding, Step, StepResult, Submission
from pipeline.refusals import InvalidMark
from pipeline.runner import run_job
from pipeline.services import submit

pytestmark = pytest.mark.django_db

YAML = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
SAFE = YAML.replace("yaml.load", "yaml.safe_load")
BOTH = (
    YAML + "\n\ndef digest(data):\n    import hashlib\n\n    return hashlib.md5(data).hexdigest()\n"
)
UNSAFE_LOAD = 502
FALSE_ALARM = Mark(FindingState.FALSE_POSITIVE, "The text is ours.")


def ran(user: User, code: str, filename: str = "settings.py") -> Submission:
    submission = submit(user=user, code=code, language="python", filename=filename)
    assert submission.current_job_id is not None
    run_job(submission.current_job_id, Heartbeat())
    return submission


def dossier_of(submission: Submission) -> Dossier:
    result = StepResult.objects.get(job=submission.current_job, step=Step.FORENSIC)
    return Dossier.model_validate(result.content)


def fingerprint_of(submission: Submission) -> str:
    return dossier_of(submission).findings[0].fingerprint


def state_of(submission: Submission) -> str:
    (known,) = KnownFinding.objects.filter(user=submission.user, filename=submission.filename)
    return known.state


def test_a_run_opens_what_it_reports(alice: User) -> None:
    first = ran(alice, YAML)
    known = KnownFinding.objects.get()
    assert (known.state, known.first_seen, known.last_seen) == ("open", first, first)
    assert known.quote == "return yaml.load(text)"


def test_a_later_run_sees_it_again_though_its_line_moved(alice: User) -> None:
    first = ran(alice, YAML)
    second = ran(alice, "\n\n# settings\n" + YAML)
    known = KnownFinding.objects.get()
    assert (known.first_seen, known.last_seen) == (first, second)


def test_it_is_fixed_when_no_scanner_reports_it_any_more(alice: User) -> None:
    ran(alice, YAML)
    fixed_by = ran(alice, SAFE)
    assert state_of(fixed_by) == "fixed"
    event = FindingEvent.objects.get()
    assert (event.state, event.submission, event.by) == ("fixed", fixed_by, None)


def test_it_is_open_again_when_it_comes_back(alice: User) -> None:
    ran(alice, YAML)
    ran(alice, SAFE)
    assert state_of(ran(alice, YAML)) == "open"
    assert [event.state for event in FindingEvent.objects.all()] == ["open", "fixed"]


def test_files_and_people_have_findings_of_their_own(alice: User, bob: User) -> None:
    ran(alice, YAML)
    ran(alice, YAML, "other.py")
    ran(bob, YAML)
    assert KnownFinding.objects.count() == 3


def test_names_of_files_are_told_apart_by_letter_case(alice: User) -> None:
    ran(alice, YAML, "a.py")
    ran(alice, YAML, "A.py")
    assert KnownFinding.objects.count() == 2


def test_a_mark_stays_with_the_next_run(alice: User) -> None:
    first = ran(alice, YAML)
    mark(alice, first, fingerprint_of(first), FALSE_ALARM)
    again = ran(alice, YAML)
    life = lives_of(again)[fingerprint_of(again)]
    assert (life.state, life.reason) == (FindingState.FALSE_POSITIVE, "The text is ours.")


def test_a_mark_has_its_maker_in_the_history(alice: User) -> None:
    first = ran(alice, YAML)
    mark(alice, first, fingerprint_of(first), FALSE_ALARM)
    event = FindingEvent.objects.get()
    assert (event.by, event.state, event.reason) == (alice, "false-positive", FALSE_ALARM.reason)


def test_an_accepted_risk_is_open_again_after_its_last_day(alice: User) -> None:
    first = ran(alice, YAML)
    today = finding_life.database_now().date()
    mark(alice, first, fingerprint_of(first), Mark(FindingState.ACCEPTED, "Until we move.", today))
    assert lives_of(first)[fingerprint_of(first)].state == FindingState.ACCEPTED
    KnownFinding.objects.update(expires_on=today - timedelta(days=1))
    life = lives_of(first)[fingerprint_of(first)]
    assert (life.state, life.expired) == (FindingState.OPEN, True)


def test_a_mark_is_told_to_the_next_model_and_an_expired_one_is_not(alice: User) -> None:
    first = ran(alice, YAML)
    today = finding_life.database_now().date()
    mark(alice, first, fingerprint_of(first), Mark(FindingState.ACCEPTED, "Until we move.", today))
    (told,) = finding_life.marks_of(alice.pk, "settings.py")
    assert "Until we move." in told and "return yaml.load(text)" in told
    KnownFinding.objects.update(expires_on=today - timedelta(days=1))
    assert finding_life.marks_of(alice.pk, "settings.py") == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Mark(FindingState.FIXED, "x"), "only runs"),
        (Mark(FindingState.FALSE_POSITIVE, "  "), "Give a reason"),
        (Mark(FindingState.ACCEPTED, "x" * 501), "500 fit"),
        (Mark(FindingState.ACCEPTED, "a\0b"), "NUL"),
        (Mark(FindingState.ACCEPTED, "a\ud800b"), "not valid Unicode"),
        (Mark(FindingState.ACCEPTED, "x", date(2020, 1, 1)), "day is over"),
        (Mark(FindingState.FALSE_POSITIVE, "x", date(2999, 1, 1)), "Only an accepted risk"),
    ],
)
def test_it_refuses_what_cannot_stand(alice: User, said: Mark, why: str) -> None:
    first = ran(alice, YAML)
    with pytest.raises(InvalidMark, match=why):
        mark(alice, first, fingerprint_of(first), said)
    assert state_of(first) == "open"


def test_nobody_marks_a_finding_of_somebody_else(alice: User, bob: User) -> None:
    of_alice, of_bob = ran(alice, BOTH), ran(bob, SAFE)
    with pytest.raises(InvalidMark, match="no such finding"):
        mark(bob, of_bob, fingerprint_of(of_alice), FALSE_ALARM)


def test_it_tells_what_is_new_still_there_and_gone(alice: User) -> None:
    before = ran(alice, YAML)
    now = ran(alice, BOTH.replace("yaml.load", "yaml.safe_load"))
    since = since_before(now, dossier_of(now))
    assert since is not None
    assert since.previous == before
    assert [finding.cwe for finding in since.fixed] == [UNSAFE_LOAD]
    assert len(since.new) == len(dossier_of(now).findings)


def test_the_first_of_a_name_has_nothing_to_be_compared_with(alice: User, bob: User) -> None:
    ran(bob, YAML)
    first = ran(alice, YAML)
    assert since_before(first, dossier_of(first)) is None


def test_pasted_code_has_nothing_to_be_compared_with(alice: User) -> None:
    ran(alice, YAML, "")
    again = ran(alice, SAFE, "")
    assert since_before(again, dossier_of(again)) is None


def test_a_model_that_falls_silent_fixes_nothing(alice: User) -> None:
    first = ran(alice, YAML)
    KnownFinding.objects.update(by_model=True, fingerprint="seen-by-a-model-only")
    ran(alice, YAML, first.filename)
    assert KnownFinding.objects.get(fingerprint="seen-by-a-model-only").state == "open"


def test_what_a_model_saw_is_fixed_when_its_line_is_gone(alice: User) -> None:
    ran(alice, YAML)
    KnownFinding.objects.update(by_model=True, fingerprint="seen-by-a-model-only")
    ran(alice, SAFE)
    assert KnownFinding.objects.get(fingerprint="seen-by-a-model-only").state == "fixed"


def test_an_accepted_risk_whose_day_is_over_can_be_fixed(alice: User) -> None:
    ran(alice, YAML)
    over = finding_life.database_now().date() - timedelta(days=1)
    KnownFinding.objects.update(state=FindingState.ACCEPTED, expires_on=over)
    assert state_of(ran(alice, SAFE)) == "fixed"


def test_what_a_scanner_sees_too_is_no_longer_a_models_word_alone(alice: User) -> None:
    ran(alice, YAML)
    KnownFinding.objects.update(by_model=True)
    ran(alice, YAML)
    assert not KnownFinding.objects.get().by_model


def test_marks_that_are_over_do_not_crowd_out_those_that_count(alice: User) -> None:
    first = ran(alice, YAML)
    over = finding_life.database_now().date() - timedelta(days=1)
    KnownFinding.objects.bulk_create(
        KnownFinding(
            user=alice,
            filename="settings.py",
            file_key=finding_life.file_key("settings.py"),
            fingerprint=f"{number:064}",
            title="Old",
            state=FindingState.ACCEPTED,
            expires_on=over,
        )
        for number in range(MOST_TOLD)
    )
    mark(alice, first, fingerprint_of(first), FALSE_ALARM)
    assert len(finding_life.marks_of(alice.pk, "settings.py")) == 1
