"""The pages of the pipeline: plain functions that parse, call a service and render."""

from pipeline.views.account import account
from pipeline.views.again import submission_cancel, submission_retry
from pipeline.views.choosing import submissions_delete
from pipeline.views.downloads import submission_download, submission_report
from pipeline.views.estimating import estimate_partial
from pipeline.views.exporting import submission_export, submissions_export
from pipeline.views.handing_in import submissions
from pipeline.views.home import home
from pipeline.views.marking import finding_mark
from pipeline.views.running_again import submission_again
from pipeline.views.submission import submission_detail, submission_progress
from pipeline.views.webhooks import webhook_remove, webhook_set, webhook_test

__all__ = [
    "account",
    "estimate_partial",
    "finding_mark",
    "home",
    "submission_again",
    "submission_cancel",
    "submission_detail",
    "submission_download",
    "submission_export",
    "submission_progress",
    "submission_report",
    "submission_retry",
    "submissions",
    "submissions_delete",
    "submissions_export",
    "webhook_remove",
    "webhook_set",
    "webhook_test",
]
