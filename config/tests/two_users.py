"""Alice's things, bob's ways to ask for them, and what he must get: as if they did not exist."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from io import BytesIO
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import ApiToken, SignedIn, User
from accounts.policies import Policy
from config.tests.routes import Route, api_operations, routes
from operations.request_ids import HEADER as REQUEST_ID
from pipeline import finding_life, services, webhooks
from pipeline.finding_life import Mark
from pipeline.leases import Submitted
from pipeline.models import FindingState, Submission, Webhook
from pipeline.tests.page_data import dossier, finding, finish

# Stands in everything that alice wrote, and in nothing that bob may see.
HERS = "alices-own-words"
SHARED_NAME = "same_name.py"
KEY = "the-same-key"
CSRF = re.compile(r'(csrfmiddlewaretoken" value="|"X-CSRFToken": ?"|csrf_token": ?")[A-Za-z0-9]+')
REQUEST = re.compile(r'("request_id": ?)"[^"]*"')
NONCE = re.compile(r'nonce="[^"]*"')
# Whose values differ from answer to answer, whatever was asked for.
PASSING_HEADERS = {"Set-Cookie", "Content-Security-Policy", "Expires", REQUEST_ID}


@dataclass(frozen=True)
class Names:
    """What addresses and bodies call things by: alice's, or such as name nothing."""

    submission: str
    fingerprint: str
    token: int
    session: int


NOBODYS = Names("A" * 22, "no-such-finding", 987654321, 987654322)


@dataclass(frozen=True)
class Call:
    """One request; ``fields`` go into the address of a GET and into the body of all others."""

    method: str
    path: str
    fields: dict[str, Any] = field(default_factory=dict)
    is_json: bool = False

    def by(self, client: Client) -> HttpResponse:
        if self.method in ("GET", "HEAD"):
            return getattr(client, self.method.lower())(self.path, self.fields)
        if self.is_json:
            body = json.dumps(self.fields)
            return client.generic(self.method, self.path, body, content_type="application/json")
        return client.post(self.path, self.fields)


def furnish(alice: User) -> Names:
    """A submission with results and a mark, a token, a session, a webhook with a delivery."""
    User.objects.filter(pk=alice.pk).update(name=f"Alice {HERS}")
    submission = services.submit(
        user=alice,
        code=f"x = 1  # {HERS}\n",
        language="python",
        filename=SHARED_NAME,
        comments=HERS,
        idempotency_key=KEY,
    )
    finish(submission, f"x = 2  # {HERS}\n")
    said = Mark(FindingState.FALSE_POSITIVE, f"because {HERS}")
    fingerprint = finding().fingerprint
    finding_life.keep(_submitted(submission), dossier().model_dump(mode="json"))
    finding_life.mark(alice, submission, fingerprint, said)
    token, _ = tokens.create(user=alice, name=HERS, scope=ApiToken.Scope.SUBMIT, days=None)
    address = f"https://hooks.example.com/{HERS}"
    webhooks.set_webhook(user=alice, address=address, site="https://here.example")
    webhooks.queue_test(Webhook.objects.get(user=alice))
    browser = Client(headers={"User-Agent": HERS})
    browser.force_login(alice)
    SignedIn.objects.filter(user=alice).update(browser=HERS)
    session = SignedIn.objects.get(user=alice)
    return Names(submission.public_id, fingerprint, token.pk, session.pk)


def _submitted(row: Submission) -> Submitted:
    return Submitted(
        code=row.code,
        language=row.language,
        filename=row.filename,
        comments=row.comments,
        submission_id=row.pk,
        user_id=row.user_id,
    )


def furnish_bob(bob: User) -> Submission:
    """A result of a file that is called like alice's."""
    own = services.submit(user=bob, code="y = 1\n", language="python", filename=SHARED_NAME)
    finish(own)
    return own


MARK = {"state": "false-positive", "reason": "mine now", "expires_on": ""}
BULK = {"/submissions/delete/", "/submissions/export/"}
# Pages that are for anybody, but take an id in their address.
BY_QUERY = {"/": "from"}
# Operations of the JSON API that name something, with what they are asked.
API = {
    "/api/v1/code/getJobStatus": lambda names: {"id": names.submission},
    "/api/v1/code/getResult": lambda names: {"id": names.submission},
    "/api/v1/code/getFindings": lambda names: {"id": names.submission},
    "/api/v1/code/markFinding": lambda names: {
        "id": names.submission,
        "fingerprint": names.fingerprint,
        "state": "false-positive",
        "reason": "mine now",
    },
    "/api/v1/code/getRuns": lambda names: {"id": names.submission},
    "/api/v1/code/getReport": lambda names: {"id": names.submission, "format": "json"},
    "/api/v1/code/runAgain": lambda names: {"id": names.submission},
    "/api/v1/code/cancel": lambda names: {"id": names.submission},
    "/api/v1/code/delete": lambda names: {"id": names.submission},
}
# They make something or list one's own, and name nothing; of submit its key is tested by itself.
API_WITHOUT_OBJECTS = {
    "/api/v1/auth/me",
    "/api/v1/auth/logout",
    "/api/v1/code/getRateLimit",
    "/api/v1/code/submit",
    "/api/v1/code/getHistory",
    "/api/v1/code/getChoices",
}


def owned_routes() -> list[Route]:
    """Every page route that names something in its address."""
    return [route for route in routes() if route.policy is Policy.OWNER and "<" in route.path]


def of_users(route: Route) -> bool:
    """Whether a route of the API is for users, and not for administrators alone."""
    return route.is_api and route.policy in (Policy.SIGNED_IN, Policy.ANYBODY)


def calls(names: Names, own: str) -> Iterator[Call]:
    """Every way to ask for what ``names`` name; ``own`` is a submission of whoever asks."""
    for route in owned_routes():
        number = names.session if "/sessions/" in route.path else names.token
        path = route.at(
            public_id=names.submission,
            fingerprint=names.fingerprint,
            number=number,
            run=1,
            form="json",
        )
        yield from (Call("GET", path), Call("HEAD", path), Call("POST", path, MARK))
    for path in sorted(BULK):
        for ids in ([names.submission], [own, names.submission], [names.submission, own]):
            yield from (Call("GET", path, {"id": ids}), Call("POST", path, {"id": ids}))
    for path, name in BY_QUERY.items():
        yield Call("GET", path, {name: names.submission})
    for path, fields in API.items():
        (method,) = api_operations()[path].methods
        yield Call(method, path, fields(names), is_json=True)


@dataclass(frozen=True)
class Seen:
    """What whoever asks can tell answers apart by; statements stand for the time they take."""

    status: int
    headers: dict[str, str]
    body: str
    statements: list[str]


def difference(one: Seen, other: Seen) -> list[str]:
    """What of two answers is not the same, in lines; only the statuses if all is."""
    lines = [str(one).replace("\\n", "\n").split("\n"), str(other).replace("\\n", "\n").split("\n")]
    found = [line for line in unified_diff(*lines, n=0, lineterm="") if line[:1] in "+-"]
    return found or [f"{one.status} {other.status}"]


def see(call: Call, client: Client, names: Names) -> Seen:
    with CaptureQueriesContext(connection) as captured:
        answer = call.by(client)
        body = text_of(answer)
    headers = {
        name: plain(value, names)
        for name, value in answer.headers.items()
        if name not in PASSING_HEADERS
    }
    statements = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured]
    return Seen(answer.status_code, headers, plain(body, names), statements)


def plain(text: str, names: Names) -> str:
    """Without what was asked for, and without tokens that are new each time."""
    numbers = (f"/tokens/{names.token}/", f"/sessions/{names.session}/")
    for name in (names.submission, names.fingerprint, *numbers):
        text = text.replace(name, "NAME")
    return NONCE.sub("nonce", REQUEST.sub(r"\1", CSRF.sub(r"\1", text)))


def text_of(answer: HttpResponse) -> str:
    """All text of an answer, also of the files in a zip."""
    content = b"".join(answer)
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return "\n".join(
            f"{name}\n{archive.read(name).decode('utf-8', 'replace')}"
            for name in archive.namelist()
        )


def rows() -> dict[str, Counter[str]]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found[table] = Counter(map(str, cursor.fetchall()))
    return found


def changed(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> list[str]:
    return [table for table, kept in before.items() if kept != after[table]]
