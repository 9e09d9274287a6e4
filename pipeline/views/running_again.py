"""Running a submission again with other models: the choice, what it would take, and the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from billing.limits import LimitReached, allowance
from pipeline import routing, services
from pipeline.access import get_submission_for_user
from pipeline.bursts import count_submission
from pipeline.estimate import Size
from pipeline.forms import new_token
from pipeline.models import BUILT_IN, Step, Submission
from pipeline.refusals import InvalidChoice
from pipeline.routing import Choice, StepRoute
from pipeline.run_again import stored
from pipeline.views.estimating import estimated

Choices = dict[Step, Choice]
Named = dict[str, Choice]
NOT_SEEN_YET = (
    "This choice was made after the estimate on the page. What it takes is shown now; press the "
    "button again to run it."
)
USED_BEFORE = "This form was sent before, with another choice. Press the button again to run this."
NOT_OFFERED = "One of the models can not be chosen any more. It was set back; choose again."


@dataclass(frozen=True)
class Field:
    """One step's choice: ``set_to`` is what runs it without one, ``groups`` are offered by name."""

    step: Step
    set_to: StepRoute
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    chosen: str


@require_http_methods(["GET", "HEAD", "POST"])
def submission_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """GET: choose a model for each step, with what that takes. POST: run it so."""
    submission = get_submission_for_user(cast(User, request.user), public_id)
    offered = _named(services.choices_for(cast(User, request.user)))
    if request.method == "POST" and "look" in request.POST:
        return _page(request, submission, offered, request.POST)
    if request.method == "POST":
        return _start(request, submission, offered)
    return _page(request, submission, offered, request.GET)


def _start(request: HttpRequest, submission: Submission, offered: Named) -> HttpResponse:
    sent = request.POST
    try:
        chosen = _chosen(sent, offered)
    except InvalidChoice as refusal:
        return _page(request, submission, offered, sent, refusal.message, status=422)
    if sent.get("estimated") != _query(chosen):
        return _page(request, submission, offered, sent, NOT_SEEN_YET, status=422)
    try:
        if too_many := count_submission(request):
            raise too_many
        services.run_again(
            submission=submission,
            by=cast(User, request.user),
            chosen=chosen,
            idempotency_key=sent.get("token", ""),
        )
    except services.NotPossible as problem:
        messages.info(request, str(problem))
    except services.Refusal as refusal:
        return _refused(request, submission, offered, refusal)
    except LimitReached as reached:
        return _page(request, submission, offered, sent, str(reached), 429, reached.retry_after)
    return redirect(submission)


def _refused(
    request: HttpRequest, submission: Submission, offered: Named, refusal: services.Refusal
) -> HttpResponse:
    sent = request.POST.copy()
    problem = refusal.message
    if isinstance(refusal, services.KeyReused | services.InvalidKey):
        sent["token"] = new_token()
        problem = USED_BEFORE if isinstance(refusal, services.KeyReused) else problem
    after = refusal.retry_after
    return _page(request, submission, offered, sent, problem, refusal.status, after)


def _page(
    request: HttpRequest,
    submission: Submission,
    offered: Named,
    wanted: QueryDict,
    problem: str = "",
    status: int = 200,
    retry_after: int | None = None,
) -> HttpResponse:
    """The form with a choice in it; what is not offered counts as not chosen, and is said."""
    try:
        chosen = _chosen(wanted, offered)
    except InvalidChoice as refusal:
        chosen, problem = {}, problem or refusal.message
    context = {
        "problem": problem,
        "token": (request.method == "POST" and wanted.get("token")) or new_token(),
        **_choice(cast(User, request.user), submission, offered, chosen),
    }
    answer = render(request, "pipeline/again.html", context, status=status)
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    return answer


def _choice(user: User, submission: Submission, offered: Named, chosen: Choices) -> dict[str, Any]:
    """What the page shows of a choice: the fields, where the code goes, what it takes."""
    as_set, routes = routing.routes(), routing.routes(stored(chosen))
    return {
        "submission": submission,
        "fields": [_field(step, as_set[step], offered, chosen) for step in Step],
        "steps": ",".join(Step),
        "estimated": _query(chosen),
        "routes": routes.items(),
        "allowance": allowance(user),
        "running": submission.current_job is not None and not submission.current_job.has_ended,
        **estimated(routes, _size(submission), user),
    }


def _size(submission: Submission) -> Size:
    return Size(len(submission.code.encode()), len(submission.comments.encode()))


def _named(offered: Sequence[Choice]) -> Named:
    """The choices under the values that the form has for them."""
    return {_value(choice): choice for choice in offered}


def _value(choice: Choice) -> str:
    return BUILT_IN if choice.provider_id is None else f"{choice.provider_id}:{choice.model}"


def _chosen(wanted: QueryDict, offered: Named) -> Choices:
    """The steps for which something is chosen. Raises InvalidChoice for what is not offered."""
    named = {step: wanted.get(step, "") for step in Step}
    try:
        return {step: offered[value] for step, value in named.items() if value}
    except KeyError as error:
        raise InvalidChoice(NOT_OFFERED) from error


def _query(chosen: Choices) -> str:
    """The choice in one line: the form tells with it which one its estimate is for."""
    return " ".join(f"{step}={_value(choice)}" for step, choice in chosen.items())


def _field(step: Step, as_set: StepRoute, offered: Named, chosen: Choices) -> Field:
    models = [(value, each) for value, each in offered.items() if each.provider_id is not None]
    groups = tuple(
        (name, tuple((value, choice.model) for value, choice in of_provider))
        for name, of_provider in groupby(models, key=lambda pair: pair[1].provider)
    )
    return Field(step, as_set, groups, _value(chosen[step]) if step in chosen else "")
