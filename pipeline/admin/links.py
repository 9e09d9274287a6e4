"""Links from one of the pipeline's console pages to another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations.admin import NOTHING
from pipeline.models import DeadLetter, Job, Submission
from pipeline.templatetags.display import visible

PASTED = "pasted code"


def name_of(submission: Submission) -> str:
    """The file's name; code without one was pasted."""
    return submission.filename or PASTED


def submission_link(submission: Submission) -> SafeString:
    address = reverse("admin:pipeline_submission_change", args=[submission.pk])
    return format_html('<a href="{}">{}</a>', address, visible(name_of(submission)))


def calls_link(job_id: int) -> SafeString:
    """To every call of a model that was made for a job."""
    address = reverse("admin:providers_providercall_changelist")
    return format_html('<a href="{}?job_id={}">All calls for job {}</a>', address, job_id, job_id)


def letter_link(job: Job) -> SafeString | str:
    """To the dead letter of a job that has one."""
    letter = DeadLetter.objects.filter(job=job).only("pk", "error_class").first()
    if letter is None:
        return NOTHING
    address = reverse("admin:pipeline_deadletter_change", args=[letter.pk])
    return format_html('<a href="{}">{}</a>', address, letter.error_class)
