"""The pages of the pipeline: plain functions that parse, call a service and render."""

from pipeline.views.account import account
from pipeline.views.downloads import submission_download, submission_report
from pipeline.views.handing_in import submissions
from pipeline.views.home import home
from pipeline.views.submission import (
    submission_cancel,
    submission_detail,
    submission_progress,
)

__all__ = [
    "account",
    "home",
    "submission_cancel",
    "submission_detail",
    "submission_download",
    "submission_progress",
    "submission_report",
    "submissions",
]
