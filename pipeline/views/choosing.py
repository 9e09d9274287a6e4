"""What is done with submissions chosen in the history: deleting them, after a question."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from pipeline import services
from pipeline.access import get_submissions_for_user
from pipeline.views.history import rows_of

MOST_DELETED = 100


@require_http_methods(["GET", "HEAD", "POST"])
def submissions_delete(request: HttpRequest) -> HttpResponse:
    """GET: ask whether the chosen ones shall go. POST: delete them for good."""
    user = cast(User, request.user)
    ids = chosen(request.POST if request.method == "POST" else request.GET)
    if problem := problem_with(ids, MOST_DELETED, "deleted"):
        return back_with(request, problem)
    submissions = get_submissions_for_user(user, ids)
    if request.method != "POST":
        rows = rows_of([submission.pk for submission in submissions])
        running = sum(row.nothing == "not yet" for row in rows)
        return render(request, "pipeline/delete.html", {"rows": rows, "running": running})
    count = services.delete_submissions(submissions=submissions, by=user)
    return back_with(request, f"Deleted: {count} submission{'' if count == 1 else 's'}.")


def chosen(query: QueryDict) -> list[str]:
    """The ids in a query, each once."""
    return list(dict.fromkeys(query.getlist("id")))


def problem_with(ids: list[str], most: int, done: str) -> str:
    """Why nothing can be done with so many; empty when it can."""
    if not ids:
        return "Nothing was chosen. Tick the submissions first."
    if len(ids) > most:
        return f"At most {most} can be {done} at once; {len(ids)} were chosen."
    return ""


def back_with(request: HttpRequest, message: str) -> HttpResponseRedirect:
    """To the history, with a message on it."""
    messages.info(request, message)
    return redirect("submission-list")
