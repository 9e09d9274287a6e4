"""Puts hostile texts into every place that users, models and tools can write to.

The model's come over HTTP from the pretend vendor, once in the structure that is asked for and once
as markdown. Many texts stand in few rows, except where a row is one text: names of files, people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.laboratory.hostile_words import Hostile, hostile_vendor, on_one_line, packed
from benchmarks.laboratory.submitting import user_named

USER, ADMIN = "mallory", "admin"
LANGUAGES = {"structured": "python", "markdown": "html", "imported": "javascript"}
TABS = ("dossier", "findings", "code", "rebuilt", "diff", "verdict", "evidence", "trace")
MOST_TOKENS, NAME_LENGTH, REASON_LENGTH = 40, 200, 500


@dataclass
class Planted:
    """Where the texts can be seen: pages of the user and of the administrator, and files."""

    of_user: list[str] = field(default_factory=list)
    of_admin: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def plant(texts: Sequence[str]) -> Planted:
    """Everything, and where to look for it."""
    planted = Planted()
    with hostile_vendor():
        for manner in ("structured", "markdown"):
            Hostile.markdown = manner == "markdown"
            _see_run(planted, _run(manner, texts))
    _to_built_in()
    _see_run(planted, _run("imported", texts))
    _names_of_files(texts, planted)
    _account(texts)
    _console(texts)
    _see_lists(planted)
    return planted


def _code(texts: Sequence[str], language: str) -> str:
    mark = {"python": "# ", "javascript": "// "}.get(language, "")
    return "".join(f"{mark}{on_one_line(text)}\n" for text in texts)


def _sarif(texts: Sequence[str], filename: str) -> str:
    results = [
        {
            "ruleId": on_one_line(text),
            "message": {"text": text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": filename},
                        "region": {"startLine": number},
                    }
                }
            ],
        }
        for number, text in enumerate(texts, start=1)
    ]
    driver = {"driver": {"name": on_one_line(texts[0]), "rules": []}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": driver, "results": results}]})


def _run(manner: str, texts: Sequence[str]) -> Any:
    """Hand the texts in as code and comments, twice, so that there is one to compare with."""
    from accounts.models import User
    from pipeline import services
    from pipeline.heartbeat import Heartbeat
    from pipeline.models import Submission
    from pipeline.runner import run_job

    user = User.objects.get(pk=user_named(USER))
    language, name = LANGUAGES[manner], f"<img src=x onerror=alert(1)> {manner}"
    sarif = _sarif(texts, name) if manner == "imported" else ""
    code, comments = _code(texts, language), packed(texts, 4_900)[0]
    sent: dict[str, Any] = {
        "language": language,
        "filename": name,
        "comments": comments,
        "counted": False,
    }
    services.submit(user=user, code=f"{code}\n", **sent)
    submission = services.submit(user=user, code=code, sarif=sarif, **sent)
    if submission.current_job is None:
        raise RuntimeError("A submission without a job was accepted.")
    run_job(submission.current_job.pk, Heartbeat())
    _mark(submission, texts)
    return Submission.objects.get(pk=submission.pk)


def _mark(submission: Any, texts: Sequence[str]) -> None:
    """Say of its findings what people say, in hostile words."""
    from pipeline import finding_life
    from pipeline.finding_life import Mark
    from pipeline.models import FindingState, KnownFinding

    rows = KnownFinding.objects.filter(last_seen=submission).order_by("pk")
    for row, reason in zip(rows, packed(texts, REASON_LENGTH), strict=False):
        said = Mark(FindingState.FALSE_POSITIVE, reason)
        finding_life.mark(submission.user, submission, row.fingerprint, said)


def _to_built_in() -> None:
    from pipeline import routing
    from pipeline.models import ModelConfig

    ModelConfig.objects.update(provider=None, model=None)
    routing.forget_routes()


def _names_of_files(texts: Sequence[str], planted: Planted) -> None:
    """A submission for each text as a file's name, with results, so that it can be downloaded."""
    from accounts.models import User
    from pipeline import services
    from pipeline.models import Job, JobState, StepResult

    user = User.objects.get(pk=user_named(USER))
    model = StepResult.objects.filter(step="rebuilder").latest("pk")
    for text in texts:
        one = services.submit(
            user=user, code="x = 1\n", language="python", filename=text[:255], counted=False
        )
        job = Job.objects.get(submission=one)
        StepResult.objects.create(
            job=job, step=model.step, engine=model.engine, content=model.content,
            attempt=1, duration_ms=1,
        )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED)
        at = one.get_absolute_url()
        planted.files += [f"{at}rebuilt", f"{at}report/markdown", f"{at}export.zip"]


def _account(texts: Sequence[str]) -> None:
    from accounts import tokens
    from accounts.models import ApiToken, SignedIn, User
    from pipeline import webhooks
    from pipeline.models import Webhook, WebhookDelivery

    user = User.objects.get(pk=user_named(USER))
    names = packed([on_one_line(text) for text in texts], NAME_LENGTH)
    for name in names[:MOST_TOKENS]:
        tokens.create(user=user, name=name, scope=ApiToken.Scope.READ, days=None)
    User.objects.filter(pk=user.pk).update(name=names[0])
    SignedIn.objects.filter(user=user).update(browser=names[1])
    address = "https://hooks.example.com/x"
    webhooks.set_webhook(user=user, address=address, site="https://here.example")
    hook = Webhook.objects.get(user=user)
    Webhook.objects.filter(pk=hook.pk).update(address=f"{address}?{packed(texts, 400)[2]}")
    for problem in names[:10]:
        WebhookDelivery.objects.create(webhook=hook, state="failed", problem=problem)


def _console(texts: Sequence[str]) -> None:
    """What stands in the console's lists beside what users sent."""
    from accounts.models import User
    from billing.models import LimitOverride
    from operations import runtime_config
    from pipeline.models import DeadLetter, Job, SystemPrompt

    names = packed(texts, NAME_LENGTH)
    for number, text in enumerate(texts):
        User.objects.create_user(f"person-{number}@example.com", name=text[:NAME_LENGTH])
    owner = User.objects.get(pk=user_named(USER))
    LimitOverride.objects.create(user=owner, daily_submissions=9, reason=names[0])
    runtime_config.change("dead_letter_days", "9", reason=names[1])
    SystemPrompt.objects.create(step="forensic", version=99, content="\n".join(texts))
    for job, text in zip(Job.objects.order_by("-pk"), texts, strict=False):
        DeadLetter.objects.create(
            job=job, error_class="server", error_message=text, step="quality", attempts=1,
            trace=[{"provider": text, "model": text, "error": text, "call_id": None}],
        )  # fmt: skip


def _see_run(planted: Planted, submission: Any) -> None:
    from django.urls import reverse

    at = submission.get_absolute_url()
    pages = [f"{at}?tab={tab}&page={page}" for tab in ("findings", "code") for page in range(1, 4)]
    compared = [f"{at}?tab=diff&with=previous{view}" for view in ("", "&view=side")]
    tabs = [f"{at}?tab={tab}" for tab in TABS]
    planted.of_user += [*tabs, *pages, *compared, f"/?from={submission.public_id}"]
    planted.of_user.append(f"/submissions/delete/?id={submission.public_id}")
    planted.files += [f"{at}rebuilt", f"{at}export.zip"]
    planted.files += [f"{at}report/{form}" for form in ("markdown", "json", "sarif")]
    rows: list[tuple[str, Callable[[], list[int]]]] = [
        ("pipeline_submission", lambda: [submission.pk]),
        ("pipeline_job", lambda: [submission.current_job_id]),
        (
            "pipeline_stepresult",
            lambda: list(submission.current_job.results.values_list("pk", flat=True)),
        ),
    ]
    for name, keys in rows:
        planted.of_admin += [reverse(f"admin:{name}_change", args=[key]) for key in keys()]


def _see_lists(planted: Planted) -> None:
    """Lists of all models with their pages, and the newest row of each."""
    from django.contrib import admin
    from django.urls import reverse

    planted.of_user += ["/account/", *(f"/submissions/?page={page}" for page in range(1, 11))]
    planted.of_admin.append("/admin/")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = model._default_manager.count()
        pages = range(1, min(rows // 50, 4) + 2)
        planted.of_admin += [f"{reverse(f'{name}_changelist')}?p={page}" for page in pages]
        if newest := model._default_manager.order_by("-pk").first():
            planted.of_admin.append(reverse(f"{name}_change", args=[newest.pk]))
            planted.of_admin.append(reverse(f"{name}_history", args=[newest.pk]))
