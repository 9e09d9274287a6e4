"""Everything about results in one zip: reports in all formats, both codes and the difference.

Entries are made one submission at a time and bounded in their sum, so that neither memory nor disk
fills up whatever was submitted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from pydantic import ValidationError

from pipeline.analysis.diff import unified
from pipeline.models import Submission
from pipeline.reports import json_report, markdown, sarif
from pipeline.reports.file_names import safe_name
from pipeline.reports.reviewed import ReviewedFile, reviewed

MOST_BYTES = 256 * 1024 * 1024  # of all entries, unpacked
OTHER_VERSION = "The stored result is of another version of this product and cannot be read."
NOT_ENDED = "The run has not ended: this is what there was at the moment of the export."


class BundleTooLarge(ValueError):
    """The entries together have more than MOST_BYTES; nothing is to be sent."""


def write(file: IO[bytes], submissions: Iterable[Submission]) -> None:
    """Write the zip of these, each with code and current job. Raises BundleTooLarge."""
    left = MOST_BYTES
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, submission in enumerate(submissions, 1):
            folder = folder_of(submission, number)
            for path, text in _entries(submission):
                content = text.encode()
                left -= len(content)
                if left < 0:
                    raise BundleTooLarge(f"More than {MOST_BYTES:,} bytes.")
                archive.writestr(_info(f"{folder}/{path}", submission.created_at), content)


def folder_of(submission: Submission, number: int = 1) -> str:
    """What the submission's folder is called; numbered, since names may be alike."""
    name = PurePosixPath(safe_name(submission.filename, submission.language)).stem
    return f"{number:02}-{name.strip('. ') or 'code'}"


def _entries(submission: Submission) -> Iterator[tuple[str, str]]:
    name = safe_name(submission.filename, submission.language)
    yield f"original/{name}", submission.code
    if submission.comments:
        yield "comments.txt", submission.comments
    job = submission.current_job
    if job is None:
        return
    if not job.has_ended:
        yield "NOTE.txt", NOT_ENDED + "\n"
    try:
        file = reviewed(name, submission, job)
    except ValidationError:
        yield "NOTE.txt", OTHER_VERSION + "\n"
        return
    yield from _reports(file)
    yield from _rebuilt(name, file)


def _reports(file: ReviewedFile) -> Iterator[tuple[str, str]]:
    yield "report.md", markdown.render([file])
    yield "report.json", json_report.render([file])
    yield "report.sarif", sarif.render([file])


def _rebuilt(name: str, file: ReviewedFile) -> Iterator[tuple[str, str]]:
    if file.rebuild is not None:
        yield f"rebuilt/{name}", file.rebuild.code
        yield "changes.diff", unified(file.code, file.rebuild.code, name)


def _info(path: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, date_time=(at.year, at.month, at.day, at.hour, at.minute, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
