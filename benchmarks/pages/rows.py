"""A result as large as one can be, and a history as long as one gets, made by the database."""

from __future__ import annotations

from pathlib import Path

LONG, SHORT = 50_000, 50
FINDINGS = 200
CODE_BYTES = 100_000
CHUNK = 10_000
SAMPLE = Path(__file__).resolve().parents[2] / "pipeline" / "estimate.py"


def add_history(user: int, count: int) -> None:
    """So many ended submissions of the user, some kilobytes each, with comments and verdicts."""
    from django.db import connection

    with connection.cursor() as cursor:
        for start in range(1, count + 1, CHUNK):
            numbers = f"seq_{start}_to_{min(count, start + CHUNK - 1)}"
            for statement in _STATEMENTS:
                cursor.execute(statement.format(user=user, numbers=numbers))
        cursor.execute("ANALYZE TABLE code_submissions, jobs, pipeline_results")


def add_result(user: int) -> str:
    """One finished submission of CODE_BYTES with FINDINGS findings; its public id."""
    from django.db.models.functions import Now

    from pipeline.models import Job, JobState, Step, Submission
    from pipeline.severities import kept_of

    code = _code()
    made = Submission.objects.create(user_id=user, code=code, language="python", filename="big.py")
    job = Job.objects.create(
        submission=made, state=JobState.SUCCEEDED, started_at=Now(), finished_at=Now()
    )
    Submission.objects.filter(pk=made.pk).update(current_job=job)
    for step, content in _contents(code).items():
        _store(job.pk, Step(step), content)
        if step == "forensic":
            Job.objects.filter(pk=job.pk).update(**(kept_of(content) or {}))
    return made.public_id


def _store(job: int, step: str, content: dict[str, object]) -> None:
    from pipeline.models import StepResult

    StepResult.objects.create(
        job_id=job, step=step, engine="built-in", content=content, attempt=1, duration_ms=340
    )


def _code() -> str:
    sample = SAMPLE.read_text(encoding="utf-8")
    return (sample * (1 + CODE_BYTES // len(sample)))[:CODE_BYTES]


def _contents(code: str) -> dict[str, dict[str, object]]:
    """What the three steps could have said; every seventh line is changed."""
    from pipeline.tests import page_data

    lines = code.split("\n")
    step = max(1, len(lines) // FINDINGS)
    found = [
        page_data.finding(line=1 + number * step, title=f"Finding {number}")
        for number in range(FINDINGS)
    ]
    changed = [f"{line}  # seen" if not n % 7 else line for n, line in enumerate(lines)]
    values = {
        "forensic": page_data.dossier(*found),
        "rebuilder": page_data.rebuild("\n".join(changed)),
        "quality": page_data.verdict(),
    }
    return {step: value.model_dump(mode="json") for step, value in values.items()}


_MARK = "CONCAT('h', {user}, '-', LPAD(n.seq, 12, '0'))"
_STATEMENTS = (
    "INSERT INTO code_submissions"  # noqa: S608 - numbers of our own
    " (public_id, user_id, code, language, filename, comments, created_at)"
    f" SELECT {_MARK}, {{user}}, REPEAT('x = 1  # some code of a user\n', 20 + n.seq % 300),"
    " ELT(1 + n.seq % 3, 'python', 'go', 'java'), CONCAT('file-', n.seq * 7919 % 50021, '.py'),"
    " REPEAT('Is it safe? ', n.seq % 20), '2025-01-01' + INTERVAL n.seq * 10 MINUTE"
    " FROM {numbers} n",
    "INSERT INTO jobs (submission_id, state, attempts, isolated, available_at, current_step,"  # noqa: S608
    " lease_owner, lease_token, running_ms, created_at, error_class, user_message,"
    " worst_severity, tally)"
    " SELECT s.id, ELT(1 + (s.id % 50 = 0) + (s.id % 1000 = 0), 'succeeded', 'dead', 'cancelled'),"
    " 1, 0, s.created_at, '', '', 1, 10, s.created_at, '', '', s.id % 4, '{{\"HIGH\": 2}}'"
    f" FROM {{numbers}} n JOIN code_submissions s ON s.public_id = {_MARK}",
    "UPDATE {numbers} n"  # noqa: S608
    f" JOIN code_submissions s ON s.public_id = {_MARK}"
    " JOIN jobs j ON j.submission_id = s.id SET s.current_job_id = j.id",
    "INSERT INTO pipeline_results (job_id, step, engine, content, attempt, duration_ms, trace,"  # noqa: S608
    " created_at) SELECT s.current_job_id, 'quality', 'built-in',"
    " '{{\"confidence\": \"MEDIUM\"}}', 1, 340, '[]', s.created_at"
    f" FROM {{numbers}} n JOIN code_submissions s ON s.public_id = {_MARK}",
)
