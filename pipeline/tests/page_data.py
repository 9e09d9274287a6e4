"""Stored results for tests of the pages: a small dossier, rebuild and verdict, and a way in."""

from __future__ import annotations

from django.db.models.functions import Now

from pipeline.analysis.types import (
    Assessment,
    Brief,
    Change,
    Check,
    Confidence,
    Dossier,
    Finding,
    Outcome,
    Rebuild,
    Refusal,
    Severity,
    Syntax,
    SyntaxState,
    Value,
    Verdict,
    VerdictCheck,
)
from pipeline.models import Job, JobState, Step, StepResult, Submission
from pipeline.severities import kept_of

REBUILT = "import hashlib\n\nprint(hashlib.sha256(b'x').hexdigest())\n"
HOSTILE = "</pre><script>alert(1)</script>"


def finding(severity: Severity = Severity.HIGH, line: int = 3, title: str = "Weak hash") -> Finding:
    return Finding(
        severity=severity,
        cwe=327,
        line=line,
        end_line=line,
        title=title,
        description="MD5 can be collided.",
        impact="Forged content passes.",
        action="Use SHA-256.",
        snippet=f"print('{HOSTILE}')",
        sources=("bandit", "ruff"),
        rules=("B324", "S324"),
        fingerprint=f"{title}-{line}",
    )


def dossier(*findings: Finding) -> Dossier:
    return Dossier(
        brief=Brief(
            what="A hash printer.", purpose="It prints.", score=6.5, biggest_risk="Forgery."
        ),
        syntax=Syntax(state=SyntaxState.VALID),
        components=(),
        dependencies=("hashlib",),
        assumptions=(),
        findings=findings or (finding(),),
        trace=("It prints one digest.",),
        assessment=Assessment(
            stage="prototype", trusted_in_production=False, reason="A high finding stands."
        ),
        checks=(Check(name="bandit", ran=True),),
        not_checked=("Behaviour at run time.",),
    )


def rebuild(code: str = REBUILT) -> Rebuild:
    return Rebuild(
        code=code,
        changes=(Change(rule="weak-hash", title="md5 became sha256", line=3, cwe=327),),
        refusals=(Refusal(rule="shell", line=9, reason="Not sure what it runs."),),
    )


def verdict() -> Verdict:
    return Verdict(
        sentence="One finding fewer.",
        improvements=("The hash is strong.",),
        remaining=("Nobody ran it.",),
        confidence=Confidence.MEDIUM,
        checks=(VerdictCheck(name="syntax", outcome=Outcome.PASSED, detail="Both parse."),),
    )


def store(submission: Submission, step: Step, value: Value) -> None:
    """Put a finished step into the submission's current job."""
    assert submission.current_job is not None
    StepResult.objects.create(
        job=submission.current_job,
        step=step,
        engine="built-in",
        content=value.model_dump(mode="json"),
        attempt=1,
        duration_ms=340,
    )
    if kept := kept_of(value.model_dump(mode="json")):
        Job.objects.filter(pk=submission.current_job.pk).update(**kept)


def put(submission: Submission, state: JobState, **fields: object) -> None:
    """Set the job's row as if a worker had."""
    assert submission.current_job is not None
    Job.objects.filter(pk=submission.current_job.pk).update(state=state, **fields)
    submission.refresh_from_db()


def finish(submission: Submission, code: str = REBUILT) -> None:
    """All three results stored and the job succeeded."""
    store(submission, Step.FORENSIC, dossier())
    store(submission, Step.REBUILDER, rebuild(code))
    store(submission, Step.QUALITY, verdict())
    put(submission, JobState.SUCCEEDED, attempts=1, started_at=Now(), finished_at=Now())
