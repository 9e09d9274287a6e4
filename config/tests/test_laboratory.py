"""What drills share: a verdict that cannot hold by mistake, and calls that are counted right."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.utils import timezone

from benchmarks.laboratory import counting, killing, programs, verdict
from config.workshop.console import StopError
from providers.models import ProviderCall


def test_it_holds_only_when_nothing_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    end = verdict.Verdict("all is well.")
    end.check("this", True)
    assert end.give() == verdict.HELD
    end.check("that", False, 3)
    assert end.give() == verdict.BROKEN
    assert capsys.readouterr().out.splitlines()[-1] == "BROKEN: that."


def test_it_does_not_hold_when_nothing_was_checked() -> None:
    assert verdict.Verdict("all is well.").give() == verdict.BROKEN


def test_it_ends_with_two_when_a_drill_could_not_be_run() -> None:
    def drill() -> int:
        raise StopError("a program is missing")

    with pytest.raises(SystemExit) as ended:
        verdict.run(drill)
    assert ended.value.code == verdict.NOT_RUN


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda name, path: None)
    with pytest.raises(StopError, match=r"mariadbd is missing.*mariadb-server"):
        programs.program("mariadbd")


def test_it_takes_only_its_own_descendants_for_its_own() -> None:
    assert killing.pid_in("host:123:abc") == 123
    assert not killing.is_ours(os.getppid())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "vendor.jsonl"


def call(log: Path, job_id: int, state: str, *, seen: bool = True) -> str:
    """A call's row, and its line in the vendor's log if the vendor saw it."""
    row = ProviderCall.objects.create(
        provider_name="Fake", model="good", job_id=job_id, state=state, started_at=timezone.now()
    )
    if seen:
        note(log, str(row.call_id))
    return str(row.call_id)


def note(log: Path, call_id: str) -> None:
    line = json.dumps({"path": "/v1/chat/completions", "call_id": call_id})
    log.write_text((log.read_text() if log.exists() else "") + line + "\n")


@pytest.mark.django_db
def test_it_excuses_a_fourth_call_by_one_without_an_outcome(log: Path) -> None:
    for state in ("intent", "succeeded", "succeeded", "succeeded"):
        call(log, 7, state)
    calls = counting.calls_of(log)
    assert (calls.made, calls.beyond, calls.without_outcome) == (4, {7: 1}, {7: 1})
    assert not calls.unexplained


@pytest.mark.django_db
def test_it_excuses_it_only_by_one_of_the_same_job(log: Path) -> None:
    for _ in range(4):
        call(log, 7, "succeeded")
    call(log, 8, "intent", seen=False)
    assert counting.calls_of(log).unexplained == {7: 1}


@pytest.mark.django_db
def test_it_finds_a_call_without_a_row_and_one_that_was_made_twice(log: Path) -> None:
    twice = call(log, 7, "succeeded")
    note(log, twice)
    note(log, "unknown")
    calls = counting.calls_of(log)
    assert (calls.without_row, calls.asked_again) == (["unknown"], [twice])
