"""The prompts, step routes and the example that a new installation starts with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User
from pipeline import routing
from pipeline.models import ModelConfig, Step, Submission, SystemPrompt
from pipeline.services import submit

HERE = Path(__file__).resolve().parent
TRIES = 5
EXAMPLE = HERE / "examples" / "nightly_report.py"


def default_prompt(step: Step) -> str:
    """The prompt for a step as it ships."""
    return (HERE / "prompts" / f"{step}.md").read_text(encoding="utf-8")


def example_code() -> str:
    """A file with known weaknesses, for trying the product out."""
    return EXAMPLE.read_text(encoding="utf-8")


def seed(*, reset: bool = False, by: User | None = None) -> list[str]:
    """Give each step a prompt and a route where it has none; returns what was done, in words.

    With ``reset`` a step whose prompt or route differs gets the default back: the prompt as a new
    version, so that the edited ones are kept.
    """
    with transaction.atomic():
        done = [line for step in Step for line in _seed_step(step, reset, by)]
    routing.forget_routes()
    return done


def seed_example(user: User) -> Submission | None:
    """Submit the example for a user who has no submission yet, outside of the daily limit."""
    if user.submissions.exists():
        return None
    return submit(
        user=user,
        code=example_code(),
        language=None,
        filename=EXAMPLE.name,
        comments="The example that ships with the product.",
        counted=False,
    )


def _seed_step(step: Step, reset: bool, by: User | None) -> list[str]:
    done = []
    prompts = SystemPrompt.objects.filter(step=step)
    current = prompts.order_by("-version").first()
    default = default_prompt(step)
    if current is None or (reset and current.content != default):
        add_prompt_version(step=step, content=default, by=by)
        done.append(f"{step}: default prompt set")
    config, created = ModelConfig.objects.get_or_create(step=step)
    if reset and config.provider is not None:
        config.provider = config.model = None
        config.save()
        for fallback in config.fallbacks.all():
            fallback.delete()
        created = True
    if created:
        done.append(f"{step}: runs on the built-in engine")
    return done


def add_prompt_version(*, step: Step, content: str, by: User | None) -> SystemPrompt:
    """Store a new version of a step's prompt; it counts from now on.

    Of several stored at once each becomes a version of its own.
    """
    for _ in range(TRIES - 1):
        with suppress(IntegrityError):  # somebody else has just taken the number
            return _add_version(step, content, by)
    return _add_version(step, content, by)


def _add_version(step: Step, content: str, by: User | None) -> SystemPrompt:
    with transaction.atomic():
        newest = SystemPrompt.objects.filter(step=step).aggregate(newest=Max("version"))["newest"]
        transaction.on_commit(routing.forget_routes)
        return SystemPrompt.objects.create(
            step=step, version=(newest or 0) + 1, content=content, created_by=by
        )
