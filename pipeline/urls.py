"""Addresses of the pages that take submissions and show results."""

from django.urls import URLPattern, path

from pipeline import views


def _of_a_run(prefix: str, suffix: str = "") -> list[URLPattern]:
    """What can be read of a run: the page of a result, and what is taken along from it."""
    return [
        path(prefix, views.submission_detail, name=f"submission-detail{suffix}"),
        path(
            f"{prefix}findings/<str:fingerprint>/mark/",
            views.finding_mark,
            name=f"finding-mark{suffix}",
        ),
        path(f"{prefix}export.zip", views.submission_export, name=f"submission-export{suffix}"),
        path(f"{prefix}rebuilt", views.submission_download, name=f"submission-download{suffix}"),
        path(
            f"{prefix}report/<str:form>", views.submission_report, name=f"submission-report{suffix}"
        ),
    ]


urlpatterns = [
    path("", views.home, name="home"),
    path("account/", views.account, name="account"),
    path("account/webhook/set", views.webhook_set, name="webhook-set"),
    path("account/webhook/test", views.webhook_test, name="webhook-test"),
    path("account/webhook/remove", views.webhook_remove, name="webhook-remove"),
    path("estimate/", views.estimate_partial, name="estimate"),
    path("submissions/", views.submissions, name="submission-list"),
    path("submissions/delete/", views.submissions_delete, name="submissions-delete"),
    path("submissions/export/", views.submissions_export, name="submissions-export"),
    path("submissions/<str:public_id>/again/", views.submission_again, name="submission-again"),
    path("submissions/<str:public_id>/cancel/", views.submission_cancel, name="submission-cancel"),
    path("submissions/<str:public_id>/retry/", views.submission_retry, name="submission-retry"),
    path(
        "submissions/<str:public_id>/progress/",
        views.submission_progress,
        name="submission-progress",
    ),
    *_of_a_run("submissions/<str:public_id>/"),
    *_of_a_run("submissions/<str:public_id>/runs/<int:run>/", "-of-run"),
]
