"""The JSON API as a whole: its routers, and the problem that each error is answered with."""

from __future__ import annotations

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.exceptions import ValidationError as InvalidValue
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from ninja import Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.api import router as auth
from accounts.api_access import (
    ADMINISTRATORS,
    CHANGING_ADMINISTRATORS,
    InvalidToken,
    MissingScope,
    NotAdministrator,
    TooManyCalls,
)
from accounts.api_admin import router as people
from accounts.policies import anybody
from accounts.services import AccountError
from billing.api import router as users
from billing.limit_headers import tell_limit_reached, tell_too_many_a_minute
from billing.limits import LimitReached
from config.api_bodies import JSON, JsonOnly, WrongContentType
from config.api_faults import faults_of, why_unreadable
from config.api_schema import Api
from config.errors import bad_request
from operations import api as installation
from operations import runtime_config
from operations.problems import problem
from pipeline.api import router as code
from pipeline.api_admin import router as pipeline_admin
from pipeline.api_findings import router as findings
from pipeline.api_reading import router as reading
from pipeline.api_routes import router as routes
from pipeline.api_runs import router as runs
from pipeline.refusals import InvalidSubmission, KeyReused, NotPossible, Refusal, TooManyAtOnce
from providers.api import router as providers
from providers.services import WaitsAlready

CSRF_DETAIL = (
    "Send the session's CSRF token, which auth.me tells, in X-CSRFToken, and over HTTPS a Referer "
    "of this site."
)
ENDED_OR_WRONG = (
    "This token does not work: it is not one of ours, it expired or was revoked, or its account "
    "is shut. Create another on the account page."
)
OF_DJANGO = " matches the given query."  # with the name of a class of ours before it
NO_ROW = "There is nothing with this id."
SENT_AS = {"file": "filename"}  # what the form calls otherwise: there the name comes with the file


api = Api(
    title="AI to Production",
    version="1",
    urls_namespace="api",
    parser=JsonOnly(),
    docs=Swagger(settings={"validatorUrl": None}),  # the validator would be another site
    docs_decorator=anybody,
)
api.add_router("/auth", auth)
api.add_router("/code", code)
api.add_router("/code", reading)
api.add_router("/code", findings)
api.add_router("/code", runs)
api.add_router("/admin", pipeline_admin)
api.add_router("/admin", providers)
api.add_router("/admin", users)
api.add_router("/admin", routes)
api.add_router("/admin", people)
api.add_router("/admin", installation.reads, auth=ADMINISTRATORS)
api.add_router("/admin", installation.changes, auth=CHANGING_ADMINISTRATORS)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No session, or one that ended."""
    return _challenge(problem("not-signed-in", 401, "Sign in first."), "Bearer")


@api.exception_handler(InvalidToken)
def invalid_token(request: HttpRequest, error: InvalidToken) -> HttpResponse:
    """A token that is none of ours, or ended. Which it is, is told to its owner on the page."""
    refused = problem("invalid-token", 401, ENDED_OR_WRONG)
    return _challenge(refused, 'Bearer error="invalid_token"')


@api.exception_handler(MissingScope)
def missing_scope(request: HttpRequest, error: MissingScope) -> HttpResponse:
    """A token that stands, but for less than this."""
    told = f'Bearer error="insufficient_scope", scope="{error.needed.value}"'
    return _challenge(problem("missing-scope", 403, str(error)), told)


def _challenge(response: HttpResponse, told: str) -> HttpResponse:
    response["WWW-Authenticate"] = told  # RFC 6750
    return response


@api.exception_handler(NotAdministrator)
def not_an_administrator(request: HttpRequest, error: NotAdministrator) -> HttpResponse:
    """Signed in, but without the role."""
    return problem("administrators-only", 403, "Only administrators may do this.")


@api.exception_handler(TooManyCalls)
def too_many_calls(request: HttpRequest, error: TooManyCalls) -> HttpResponse:
    """Somebody who calls faster than anybody needs to."""
    answer = problem("too-many-requests", 429, str(error), retry_after=error.retry_after)
    tell_too_many_a_minute(answer, error.allowed, error.retry_after)
    return answer


@api.exception_handler(InvalidValue)
def invalid_value(request: HttpRequest, error: InvalidValue) -> HttpResponse:
    """What a row of the database cannot hold, in the words of the console."""
    return problem("invalid-value", 422, " ".join(error.messages))


@api.exception_handler(runtime_config.InvalidValue)
def invalid_setting(request: HttpRequest, error: runtime_config.InvalidValue) -> HttpResponse:
    """What is no value of a parameter, or counts already."""
    return problem("invalid-value", 422, str(error))


@api.exception_handler(runtime_config.UnknownParameter)
def unknown_setting(request: HttpRequest, error: runtime_config.UnknownParameter) -> HttpResponse:
    """A parameter that nobody declared."""
    return problem("not-found", 404, str(error))


@api.exception_handler(AccountError)
@api.exception_handler(runtime_config.ChangedMeanwhile)
@api.exception_handler(NotPossible)
def not_possible(request: HttpRequest, error: Exception) -> HttpResponse:
    """An action that does not fit the present state; nothing was changed."""
    return problem("not-possible", 409, str(error))


@api.exception_handler(WaitsAlready)
def waits_already(request: HttpRequest, error: WaitsAlready) -> HttpResponse:
    """A provider is being waited for; no second thread is given to that."""
    return problem("waits-already", 503, str(error), retry_after=error.retry_after)


@api.exception_handler(HttpError)
def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses: an unreadable body, or a missing CSRF token."""
    if isinstance(error.__cause__, WrongContentType):
        return wrong_content_type(request, error)
    if error.status_code == 403:
        return problem("csrf-failed", 403, CSRF_DETAIL)
    if error.status_code == 400:
        return problem("unreadable-body", 400, why_unreadable(error.__cause__))
    return problem("refused", error.status_code, str(error))


@api.exception_handler(RawPostDataException)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(BadRequest)
def wrong_content_type(request: HttpRequest, error: Exception) -> HttpResponse:
    """Something else than JSON. The check for CSRF reads forms: what it took for one is none of
    ours, be it read (nothing is left for us then) or not readable."""
    return problem("wrong-content-type", 415, f"Send JSON, declared as {JSON}.")


@api.exception_handler(ValidationError)
def against_the_schema(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Each place and what is wrong there, without what was sent."""
    told = "The request does not fit the schema."
    return problem("invalid-request", 422, told, errors=faults_of(error.errors))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """The same for what is not there and for what belongs to somebody else."""
    said = str(error)
    return problem("not-found", 404, NO_ROW if said.endswith(OF_DJANGO) else said)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body larger than any submission can be, unread."""
    return bad_request(request, error)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """A submission that is not taken; nothing was stored and nothing spent."""
    more: dict[str, str] = {}
    if isinstance(error, InvalidSubmission):
        more["field"] = SENT_AS.get(error.field, error.field)
    if isinstance(error, KeyReused):
        more["submission"] = error.submission.public_id
    answer = problem(error.kind, error.status, error.message, retry_after=error.retry_after, **more)
    if isinstance(error, TooManyAtOnce):
        tell_too_many_a_minute(answer, error.allowed, error.retry_after)
    return answer


@api.exception_handler(LimitReached)
def limit_reached(request: HttpRequest, error: LimitReached) -> HttpResponse:
    """The day's limit."""
    answer = problem("daily-limit-reached", 429, str(error), retry_after=error.retry_after)
    tell_limit_reached(answer, error)
    return answer


@api.exception_handler(Exception)
def our_mistake(request: HttpRequest, error: Exception) -> HttpResponse:
    """Django logs it and answers 500, see config.errors."""
    raise error
