"""A submission: the code as the user sent it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse


def new_public_id() -> str:
    """An unguessable id of 22 URL-safe characters (128 bits), for addresses people can see."""
    return secrets.token_urlsafe(16)


TITLE_WITHIN = 2_000  # characters of code in which a title is looked for


def title_of(filename: str, start: str) -> str:
    """The file's name, or the first line of the code's start that says something, without marks."""
    if filename:
        return filename
    lines = (line.strip(" \t\ufeff\"'#/*-!<>") for line in start.splitlines())
    return next((line[:80] for line in lines if line), "untitled")


class Submission(models.Model):
    """Code with its language, file name and comments. Never changed after it was stored."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions"
    )
    code = models.TextField()
    language = models.CharField(max_length=20)
    filename = models.CharField(max_length=255, blank=True)
    comments = models.TextField(blank=True)
    imported = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="what another tool found, as findings and a count of those that have no place",
    )
    usage_day = models.DateField(
        null=True,
        editable=False,
        help_text="UTC day whose limit paid for it; empty when none did.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    current_job = models.ForeignKey(
        "pipeline.Job", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "code_submissions"
        ordering = ("-created_at", "-id")
        indexes = (
            # Holds all that lists sort, filter and join by: rows, with their code, are not read.
            models.Index(
                fields=["user", "-created_at", "-id", "language", "current_job"],
                name="submissions_in_order",
            ),
            models.Index(fields=["user", "filename"], name="submissions_by_name"),
        )

    def __str__(self) -> str:
        return f"submission {self.public_id}"  # no code: this text ends up in the audit log

    def get_absolute_url(self) -> str:
        return reverse("submission-detail", args=[self.public_id])

    @property
    def title(self) -> str:
        """The file's name, or the first line of code that says something, without its marks."""
        return title_of(self.filename, self.code[:TITLE_WITHIN])
