"""Addresses of the pages that take submissions and show results."""

from django.urls import path

from pipeline import views

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
    path("submissions/<str:public_id>/", views.submission_detail, name="submission-detail"),
    path("submissions/<str:public_id>/cancel/", views.submission_cancel, name="submission-cancel"),
    path("submissions/<str:public_id>/retry/", views.submission_retry, name="submission-retry"),
    path(
        "submissions/<str:public_id>/findings/<str:fingerprint>/mark/",
        views.finding_mark,
        name="finding-mark",
    ),
    path(
        "submissions/<str:public_id>/progress/",
        views.submission_progress,
        name="submission-progress",
    ),
    path(
        "submissions/<str:public_id>/export.zip",
        views.submission_export,
        name="submission-export",
    ),
    path(
        "submissions/<str:public_id>/rebuilt",
        views.submission_download,
        name="submission-download",
    ),
    path(
        "submissions/<str:public_id>/report/<str:form>",
        views.submission_report,
        name="submission-report",
    ),
]
