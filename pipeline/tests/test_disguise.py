"""Secrets in submitted code never reach a provider, and stand in the rebuilt code as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from accounts.models import User
from operations import runtime_config
from pipeline import defaults
from pipeline.analysis import sandbox, secret_search
from pipeline.heartbeat import Heartbeat
from pipeline.models import Job, Step
from pipeline.parameters import MASK_SECRETS
from pipeline.runner import run_job
from pipeline.services import submit
from pipeline.steps import model_call
from pipeline.steps.disguise import Disguise
from pipeline.tests.test_model_runs import route
from providers.models import ApiProvider
from providers.types import Completion, CompletionRequest

pytestmark = pytest.mark.django_db
PASSWORD = "hV7!x" + "Qz29kLm4Tr8w"
CODE = (
    "import hashlib\n\n"
    f'DATABASE_PASSWORD = "{PASSWORD}"\n'
    f'ADDRESS = "postgres://app:{PASSWORD}@db.internal/app"\n\n\n'
    "def digest(name):\n    return hashlib.md5(name.encode()).hexdigest()\n"
)
Runner = Callable[[], Job]


@pytest.fixture
def run(alice: User, provider: ApiProvider) -> Runner:
    def run() -> Job:
        defaults.seed()
        for step in Step:
            route(step, provider)
        submission = submit(
            user=alice, code=CODE, language="python", comments=f"password: '{PASSWORD}'"
        )
        job = submission.current_job
        assert job is not None
        run_job(job.pk, Heartbeat())
        return job

    return run


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes out of the providers' one door, which still does all it does."""
    questions: list[str] = []
    door = model_call.complete

    def noting(request: CompletionRequest, *args: Any, **named: Any) -> Completion:
        questions.append(request.system + request.user)
        return door(request, *args, **named)

    monkeypatch.setattr(model_call, "complete", noting)
    return questions


def switch_after_first_look(monkeypatch: pytest.MonkeyPatch, *, to: bool) -> None:
    """Let the first look find ``mask_secrets`` otherwise than all after it."""
    answers, stored = iter([not to]), runtime_config.value

    def value(name: str) -> int | bool:
        return next(answers, to) if name == MASK_SECRETS.name else stored(name)

    monkeypatch.setattr(runtime_config, "value", value)


def test_it_sends_no_secret_in_any_step(run: Runner, sent: list[str]) -> None:
    assert run().results.count() == len(sent) == len(Step)
    assert PASSWORD not in str(sent)


def test_it_puts_the_secrets_back_into_the_rebuilt_code(run: Runner) -> None:
    rebuilt = run().results.get(step=Step.REBUILDER).content["code"]
    assert rebuilt.count(PASSWORD) == CODE.count(PASSWORD)


def test_it_searches_in_the_child_that_examines(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Mock(wraps=sandbox.run)
    monkeypatch.setattr(secret_search.sandbox, "run", alone)
    assert run().results.count() == len(Step)
    assert secret_search.TASK not in [call.args[0] for call in alone.call_args_list]


def test_it_goes_on_hiding_what_it_hid_when_that_is_switched_off_meanwhile(
    run: Runner, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_after_first_look(monkeypatch, to=False)
    run()
    assert PASSWORD not in str(sent)


def test_it_hides_from_the_next_step_on_when_that_is_switched_on_meanwhile(
    run: Runner, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_after_first_look(monkeypatch, to=True)
    run()
    assert [PASSWORD in question for question in sent] == [True, False, False]


def test_it_says_nothing_of_a_secret_in_a_models_words(run: Runner) -> None:
    job = run()
    told = str([job.results.get(step=step).content for step in (Step.FORENSIC, Step.QUALITY)])
    assert PASSWORD not in told


def test_it_sends_the_code_as_it_is_when_that_is_switched_off(
    run: Runner, sent: list[str], an_admin: User
) -> None:
    runtime_config.change("mask_secrets", "off", by=an_admin)
    run()
    assert all(PASSWORD in question for question in sent)


def test_it_moves_no_line_and_keeps_the_kinds_of_characters() -> None:
    disguise = Disguise(["Ab3-x\nY9"], ["key = Ab3-x\nY9"])
    hidden = disguise.hide("key = Ab3-x\nY9")
    assert hidden != "key = Ab3-x\nY9"
    assert [c.isalpha() for c in hidden] == [c.isalpha() for c in "key = Ab3-x\nY9"]
    assert disguise.restore(hidden) == "key = Ab3-x\nY9"


def test_it_counts_what_an_answer_left_out() -> None:
    disguise = Disguise(["first-secret", "other-secret"], [""])
    hidden = disguise.hide("first-secret")
    assert disguise.missing(hidden) == 1
