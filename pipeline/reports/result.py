"""The report on one run of a submission, with what stands for its findings."""

from __future__ import annotations

from django.http import Http404
from pydantic import ValidationError

from pipeline import reports
from pipeline.models import Submission
from pipeline.reports.file_names import safe_name


def report_of(submission: Submission, form: str) -> tuple[str, str]:
    """The name of the file and its text; ``form`` is one of reports.FORMATS.

    Raises Http404 where the run has not ended, or its result cannot be read any more.
    """
    job = submission.current_job
    if job is None or not job.has_ended:
        raise Http404("There is no report yet: the run has not ended.")
    name = safe_name(submission.filename, submission.language)
    try:
        file = reports.with_lives(reports.reviewed(name, submission, job), submission)
    except ValidationError as error:
        raise Http404("The stored result is of another version.") from error
    return name + reports.suffix_of(form), reports.render([file], form)
