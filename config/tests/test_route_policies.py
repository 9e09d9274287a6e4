"""Every route declares who may call it (accounts.policies) and keeps to it, by any method."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.policies import Policy
from config.tests.routes import METHODS, Route, api_operations, routes

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
ELSEWHERE = "203.0.113.9"  # not this machine, which is an operator
# Reading it needs a sign-in; what a visitor POSTs is given back, so that nobody types it twice.
READ_BY_SIGNED_IN = "/submissions/"
# One leads on to the product's own sign-in; the other says that its link is none.
ANSWERS_OF_THEIR_OWN = ("/admin/login/", "/sign-in/link/<token>/")
Judge = Callable[[Route, str, HttpResponse], bool]


@pytest.fixture(autouse=True)
def silent_logs() -> Iterator[None]:
    """A thousand refusals are a thousand lines that nobody reads."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Caller:
    """Somebody elsewhere; whoever is signed out by a request signs in again for the next."""

    def __init__(self, user: User | None, *, csrf: bool = False) -> None:
        self.user, self.csrf = user, csrf
        self._sign_in()

    def send(self, method: str, address: str) -> HttpResponse:
        """With something in it that names nothing."""
        body, query = ("", "?id=nothing") if method in ("GET", "HEAD") else ("id=nothing", "")
        answer = self.http.generic(method, address + query, body, content_type=FORM)
        if method == "POST" and not self.http.session.get(SESSION_KEY):
            self._sign_in()
        return answer

    def _sign_in(self) -> None:
        self.http = Client(REMOTE_ADDR=ELSEWHERE, enforce_csrf_checks=self.csrf)
        if self.user is not None:
            self.user.refresh_from_db()  # ending all sessions makes what was read before too old
            self.http.force_login(self.user)


def answers(user: User | None) -> Iterator[tuple[Route, str, HttpResponse]]:
    """What a caller gets from each route by each method; the console reads or is written to."""
    caller = Caller(user)
    for route in routes():
        for method in ("GET", "POST") if route.is_console else METHODS:
            yield route, method, caller.send(method, route.at())


def broken(user: User | None, keeps: Judge) -> list[str]:
    return [
        f"{method} {route.path} ({route.policy}): {answer.status_code} {answer.get('Location', '')}"
        for route, method, answer in answers(user)
        if answer.status_code >= 500 or not keeps(route, method, answer)
    ]


def is_sent_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=/")


def is_shut_out_of_the_console(answer: HttpResponse) -> bool:
    """By way of its own sign-in, which leads on or says no; signing out leads to its front."""
    return answer.status_code == 302 and answer["Location"].startswith(
        ("/admin/login/?next=/admin/", "/admin/")
    )


def is_wrong_method(route: Route, method: str, answer: HttpResponse) -> bool:
    """A method that the route does not have: said by 405, with those that it has."""
    return answer.status_code == 405 and method not in answer["Allow"].split(", ")


def keeps_visitors_out(route: Route, method: str, answer: HttpResponse) -> bool:
    reads = method in ("GET", "HEAD")
    if route.policy is Policy.ANYBODY and not (route.path == READ_BY_SIGNED_IN and reads):
        return not is_sent_to_sign_in(answer) or route.path in ANSWERS_OF_THEIR_OWN
    if route.is_api:
        return answer.status_code == 401 or is_wrong_method(route, method, answer)
    if route.policy is Policy.OPERATORS:
        return answer.status_code == 403 or is_wrong_method(route, method, answer)
    if route.is_console:
        return is_shut_out_of_the_console(answer)
    return is_sent_to_sign_in(answer)


def keeps_users_to_their_own(route: Route, method: str, answer: HttpResponse) -> bool:
    if is_wrong_method(route, method, answer):
        return True
    if route.policy is Policy.OWNER:
        return answer.status_code == 404
    if route.policy is Policy.ADMINISTRATORS and route.is_console:
        return is_shut_out_of_the_console(answer)
    if route.policy in (Policy.ADMINISTRATORS, Policy.OPERATORS):
        return answer.status_code == 403
    return answer.status_code not in (401, 403) or route.path in ANSWERS_OF_THEIR_OWN


def lets_administrators_in(route: Route, method: str, answer: HttpResponse) -> bool:
    if is_wrong_method(route, method, answer):
        return True
    if route.policy is Policy.OWNER:
        return answer.status_code == 404
    let_in = answer.status_code != 401 and not is_sent_to_sign_in(answer)
    return let_in or route.path in ANSWERS_OF_THEIR_OWN


def test_it_finds_no_route_that_does_not_say_who_may_call_it() -> None:
    assert len(routes()) > 200
    assert [route.path for route in routes() if route.policy is None] == []


def test_it_declares_every_route_that_names_something_as_its_owners() -> None:
    """A parameter in an address is an object; those of sign-in and console are none of a user's."""
    named = [route for route in routes() if "<" in route.path and not route.is_console]
    others = {route.path for route in named if route.policy is not Policy.OWNER}
    assert others == {"/sign-in/link/<token>/", "/sign-in/with/<slug>/"}


def test_it_keeps_visitors_out() -> None:
    assert broken(None, keeps_visitors_out) == []


def test_it_treats_suspended_users_as_visitors(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert broken(bob, keeps_visitors_out) == []


def test_it_keeps_users_to_their_own(bob: User) -> None:
    assert broken(bob, keeps_users_to_their_own) == []


def test_it_lets_administrators_in(an_admin: User) -> None:
    assert broken(an_admin, lets_administrators_in) == []


def test_it_tells_users_in_the_console_that_it_is_not_for_them(as_alice: Client) -> None:
    for path in ("/admin/", "/admin/pipeline/submission/", "/admin/nothing"):
        assert as_alice.get(path, follow=True).status_code == 403


def test_it_leads_from_the_console_to_the_sign_in_and_back(client: Client) -> None:
    answer = client.get("/admin/pipeline/job/", follow=True)
    assert answer.redirect_chain[-1] == ("/sign-in/?next=/admin/pipeline/job/", 302)


def test_it_asks_for_the_csrf_token_wherever_a_session_may_change_something(an_admin: User) -> None:
    browser = Caller(an_admin, csrf=True)
    let_in = [
        f"{method} {route.path}"
        for route in routes()
        for method in ("POST", "PUT", "PATCH", "DELETE")
        if browser.send(method, route.at()).status_code not in (403, 405)
    ]
    assert let_in == []


def test_it_exempts_no_page_from_the_csrf_token() -> None:
    """Operations of the JSON API ask for it themselves, see accounts.api_access."""
    exempt = {route.path for route in routes() if getattr(route.view, "csrf_exempt", False)}
    assert exempt == set(api_operations())
