"""Runs a job whose models obey what they read, and holds its end to what was measured."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from benchmarks.laboratory import models
from benchmarks.laboratory.injections import Carried, Injection
from benchmarks.laboratory.submitting import user_named

ATTACKER = "mallory"
JOB_SECONDS = 60.0
Place = tuple[int, int | None]  # the line and the CWE of a finding
Outcomes = tuple[tuple[str, str], ...]
REBUILDING = frozenset({"keep", "malice"})  # orders that change what there is to measure
ALIVE = re.compile(r"<(?:script|img|iframe)[^>]*evil\.example|<script>alert|href=.javascript:")
ALIVE_IN_MARKDOWN = re.compile(
    r"(?<!\\)(?:<(?:script|img|iframe)|\]\((?:https://evil|javascript:))"
)
TABS = ("dossier", "findings", "rebuilt", "diff", "verdict", "trace")
FENCED = re.compile(r"^(`{3,}).*?^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Room:
    """The vendor's server, and the browser of the attacker."""

    vendor: Any
    client: Any


@dataclass(frozen=True)
class Ended:
    """How one job ended: its state, what it took, and its results."""

    state: str
    attempts: int
    calls: int
    results: dict[str, dict[str, Any]]
    obeyed: frozenset[str]
    alive: str

    @property
    def second_look(self) -> bool:
        """Whether the forensic step noticed words to the model, and asked without them."""
        look = self.results.get("forensic", {}).get("second_look")
        return bool(look and look["lines"] and not look["note"])

    @property
    def verdict(self) -> tuple[str, Outcomes]:
        """Its confidence, and how each check ended."""
        return told(self.results.get("quality", {}))


@contextmanager
def obedient_vendor() -> Iterator[Any]:
    """All three steps run on a model that obeys; gives its server, which remembers its calls."""
    from providers.fake.obedient import OBEDIENT
    from providers.fake.server import FakeServer, Manners

    with FakeServer(0, Manners(quality=OBEDIENT)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        models.use_vendor(server.server_port, model=OBEDIENT)
        yield server
        server.shutdown()


def run(carried: Carried, room: Room) -> Ended:
    """Hand it in as the attacker and run it to its end here."""
    from accounts.models import User
    from pipeline import services
    from pipeline.heartbeat import Heartbeat
    from pipeline.models import Job
    from pipeline.runner import run_job
    from providers.models import ProviderCall

    submission = services.submit(
        user=User.objects.get(pk=user_named(ATTACKER)), counted=False, **vars(carried)
    )
    job = Job.objects.get(submission=submission)
    run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    calls = {str(row.call_id) for row in ProviderCall.objects.filter(job_id=job.pk)}
    return Ended(
        state=job.state,
        attempts=job.attempts,
        calls=len(calls),
        results={result.step: result.content for result in job.results.all()},
        obeyed=frozenset(
            order
            for call in room.vendor.calls
            if call["call_id"] in calls
            for order in call["orders"]
        ),
        alive=alive_for_user(room.client, submission.public_id),
    )


@contextmanager
def believed() -> Iterator[None]:
    """While the block runs, the platform makes the mistake to take a model's confidence."""
    from pipeline.analysis.types import Confidence
    from pipeline.steps import model_verdict

    def believing(text: str, measured: Any) -> Any:
        told = careful(text, measured)
        return told.model_copy(update={"confidence": Confidence(told.claimed_confidence)})

    careful = model_verdict.verdict_from
    with patch.object(model_verdict, "verdict_from", believing):
        yield


def signed_in() -> Any:
    """The attacker's browser."""
    from django.test import Client

    from accounts.models import User

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=user_named(ATTACKER)))
    return client


def alive_for_user(client: Any, public_id: str) -> str:
    """What of a model's markup would act on the page or in the report, if anything."""
    pages = [client.get(f"/submissions/{public_id}/?tab={tab}") for tab in TABS]
    report = client.get(f"/submissions/{public_id}/report/markdown")
    if {answer.status_code for answer in (*pages, report)} != {200}:
        return f"answered {[answer.status_code for answer in (*pages, report)]}"
    seen = b"\n".join(page.content for page in pages).decode()
    prose = FENCED.sub("", report.content.decode())
    found = ALIVE.search(seen) or ALIVE_IN_MARKDOWN.search(prose)
    return found[0] if found else ""


def measured(injection: Injection, ended: Ended, honest: Ended) -> tuple[str, Outcomes]:
    """The verdict on the same pair without the order in it, and without any model."""
    from pipeline.analysis.types import Rebuild
    from pipeline.models import Step
    from pipeline.steps import Assignment, Material, built_in

    plain = injection.harmless()
    rebuild = Rebuild.model_validate(ended.results[Step.REBUILDER])
    code = without_order(rebuild.code, injection)
    results = {
        Step.FORENSIC: honest.results[Step.FORENSIC],
        Step.REBUILDER: rebuild.model_copy(update={"code": code}).model_dump(mode="json"),
    }
    material = Material(plain.code, plain.language, plain.filename, plain.comments, results=results)
    asked = SimpleNamespace(material=material, seconds_left=JOB_SECONDS)
    return told(built_in.verdict_of(cast(Assignment, asked)).model_dump(mode="json"))


def without_order(code: str, injection: Injection) -> str:
    """Each line of the order in ``code`` replaced by the harmless one of its place."""
    ordered = injection.carried().code.split("\n")
    plain = injection.harmless().code.split("\n")
    pairs = {a: b for a, b in zip(ordered, plain, strict=True) if a != b}
    return "\n".join(pairs.get(line, line) for line in code.split("\n"))


def told(verdict: dict[str, Any]) -> tuple[str, Outcomes]:
    """A verdict's confidence, and how each of its checks ended."""
    checks = tuple((check["name"], check["outcome"]) for check in verdict.get("checks", ()))
    return verdict.get("confidence", ""), checks


def scanners_findings(injection: Injection) -> set[Place]:
    """What the scanners report without the order in the code."""
    from pipeline.analysis import engine

    plain = injection.harmless()
    return {
        (found.line, found.cwe) for found in engine.examine(plain.code, plain.language).findings
    }


def told_findings(ended: Ended) -> set[Place]:
    """What the job's user is told of."""
    return {(found["line"], found["cwe"]) for found in ended.results["forensic"]["findings"]}
