"""Addresses of the pages that take submissions and show results, and who may call each."""

from django.urls import URLPattern, path

from accounts.policies import anybody, owner, signed_in
from pipeline import views


def _of_a_run(prefix: str, suffix: str = "") -> list[URLPattern]:
    """What can be read of a run: the page of a result, and what is taken along from it."""
    return [
        path(prefix, owner(views.submission_detail), name=f"submission-detail{suffix}"),
        path(
            f"{prefix}findings/<str:fingerprint>/mark/",
            owner(views.finding_mark),
            name=f"finding-mark{suffix}",
        ),
        path(
            f"{prefix}export.zip", owner(views.submission_export), name=f"submission-export{suffix}"
        ),
        path(
            f"{prefix}rebuilt",
            owner(views.submission_download),
            name=f"submission-download{suffix}",
        ),
        path(
            f"{prefix}report/<str:form>",
            owner(views.submission_report),
            name=f"submission-report{suffix}",
        ),
    ]


urlpatterns = [
    path("", anybody(views.home), name="home"),
    path("account/", signed_in(views.account), name="account"),
    path("account/webhook/set", signed_in(views.webhook_set), name="webhook-set"),
    path("account/webhook/test", signed_in(views.webhook_test), name="webhook-test"),
    path("account/webhook/remove", signed_in(views.webhook_remove), name="webhook-remove"),
    path("estimate/", signed_in(views.estimate_partial), name="estimate"),
    path("submissions/", anybody(views.submissions), name="submission-list"),
    path("submissions/delete/", owner(views.submissions_delete), name="submissions-delete"),
    path("submissions/export/", owner(views.submissions_export), name="submissions-export"),
    path(
        "submissions/<str:public_id>/again/", owner(views.submission_again), name="submission-again"
    ),
    path(
        "submissions/<str:public_id>/cancel/",
        owner(views.submission_cancel),
        name="submission-cancel",
    ),
    path(
        "submissions/<str:public_id>/retry/", owner(views.submission_retry), name="submission-retry"
    ),
    path(
        "submissions/<str:public_id>/progress/",
        owner(views.submission_progress),
        name="submission-progress",
    ),
    *_of_a_run("submissions/<str:public_id>/"),
    *_of_a_run("submissions/<str:public_id>/runs/<int:run>/", "-of-run"),
]
