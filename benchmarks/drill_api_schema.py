"""Calls every operation of the JSON API with data that fits its schema and data that does not.

schemathesis makes the calls from `/api/v1/openapi.json`: once with the personal token of a user
and once with an administrator's, against the web server on MariaDB and Redis, with a worker at
work. All its checks count: no server error, each answer declared, of its declared type, headers
and form; what does not fit is refused, what fits is not refused as if it did not; nobody gets in
without a token. The server's process can reach nothing but this machine.
"""

from __future__ import annotations

import argparse

from benchmarks.laboratory import calling, counting, models, verdict
from benchmarks.laboratory.calling import Called, Known
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.submitting import submit, user_named
from config.workshop import environment
from config.workshop.console import StopError, say

LEAST_EXAMPLES = 20
LONGEST_LINE = 400  # of what is shown of a failure
SUBMISSIONS = 6  # of each caller, the last half to be deleted
LETTERS = 12  # dead letters to retry and to delete
END_SECONDS = 120.0
MOST_CALLS = "1000000"  # a minute: none is to be refused for their number
APPLICATION = "benchmarks.laboratory.loopback_only:application"


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    environment.ensure(environment.TEST_FILES)
    end = verdict.Verdict("the API keeps to its schema, whatever it is sent and by whom.")
    with open_laboratory("drill-api-schema", API_CALLS_PER_MINUTE=MOST_CALLS) as laboratory:
        tokens = furnish(laboratory)
        operations = calling.operations(laboratory.web_url)
        for who in wanted.who:
            judge(end, call(laboratory, who, tokens[who], wanted), operations, wanted)
        check_server(laboratory, end)
    return end.give()


def parse() -> argparse.Namespace:
    """The command line: how many examples, from which seed, who."""
    parser = argparse.ArgumentParser(prog="./dev drill api-schema", description=__doc__)
    parser.add_argument("--examples", type=int, default=LEAST_EXAMPLES, help="of each operation")
    parser.add_argument("--seed", type=int, default=1, help="from which the examples follow")
    parser.add_argument("--only", default="", help="of one operation alone, by its id")
    parser.add_argument("--who", nargs="+", default=["user", "admin"], choices=["user", "admin"])
    return parser.parse_args()


def furnish(laboratory: Laboratory) -> dict[str, str]:
    """The whole product with something to read in it; the tokens of both callers."""
    from accounts.models import User

    models.use_vendor(laboratory.vendor_port)
    laboratory.start_vendor()
    laboratory.start_pool("pool", 1)
    laboratory.start_web(application=APPLICATION)
    people = {who: user_named(who) for who in ("user", "admin")}
    User.objects.filter(pk=people["admin"]).update(role=User.Role.ADMIN)
    for who in people:
        for number in range(SUBMISSIONS):
            submit(number, user=who)
    if not counting.all_end(END_SECONDS):
        raise StopError("the first jobs did not end")
    bury(LETTERS)
    return {who: new_token(pk) for who, pk in people.items()}


def bury(count: int) -> None:
    """Dead letters, each with a job and a submission of its own."""
    from pipeline.models import DeadLetter, Job, JobState, Submission

    for number in range(count):
        owner = user_named("unlucky")
        made = Submission.objects.create(user_id=owner, code=f"x = {number}\n", language="python")
        job = Job.objects.create(submission=made, state=JobState.DEAD, attempts=3)
        Submission.objects.filter(pk=made.pk).update(current_job=job)
        DeadLetter.objects.create(job=job, error_class="Buried", error_message="n", attempts=3)


def new_token(user: int) -> str:
    """A token that may do all that its user may."""
    from accounts import tokens
    from accounts.models import ApiToken, User

    owner, scope = User.objects.get(pk=user), ApiToken.Scope.SUBMIT
    return tokens.create(user=owner, name="drill", scope=scope, days=1)[1].reveal()


def known(who: str) -> Known:
    """What there is to be named in calls, so that not every one ends at an unknown id."""
    from pipeline.models import DeadLetter, KnownFinding, Submission
    from providers.models import ApiProvider

    own = Submission.objects.filter(user_id=user_named(who)).order_by("pk")
    ids = list(own.values_list("public_id", flat=True))
    half = len(ids) // 2
    rows = {*DeadLetter.objects.values_list("pk", flat=True)}
    return Known(
        submissions=ids[:half],
        deletable=ids[half:],
        fingerprints=list(KnownFinding.objects.values_list("fingerprint", flat=True).distinct()),
        rows=sorted(rows | {*ApiProvider.objects.values_list("pk", flat=True)}),
    )


def call(laboratory: Laboratory, who: str, token: str, wanted: argparse.Namespace) -> Called:
    """Let schemathesis call everything; what it says is shown when something is wrong."""
    say(f"As {who}:")
    folder = laboratory.folder / f"calls-{who}"
    called = calling.call_all(
        laboratory.web_url, token, known(who), folder,
        examples=wanted.examples, seed=wanted.seed, only=wanted.only,
    )  # fmt: skip
    if called.code != 0:
        say("\n".join(line[:LONGEST_LINE] for line in called.said.splitlines()))
    return called


def judge(
    end: verdict.Verdict, called: Called, operations: dict[str, bool], wanted: argparse.Namespace
) -> None:
    """What one run of schemathesis found."""
    few = sorted(
        operation
        for operation, takes in operations.items()
        if called.calls[operation] < (wanted.examples if takes else 1)
    )
    total, answers = called.calls.total(), dict(sorted(called.answers.items()))
    end.check("nothing fails any check", called.code == 0, f"{total} calls, answered {answers}")
    if not wanted.only:
        end.check(
            f"each of {len(operations)} operations is called, {wanted.examples} times at least if "
            "it takes anything",
            not few,
            ", ".join(few) or f"least {min(called.calls[each] for each in operations)}",
        )
    end.check("some calls succeed", called.answers["200"] > 0, called.answers["200"])


def check_server(laboratory: Laboratory, end: verdict.Verdict) -> None:
    """Nothing died, and nothing went wrong unseen."""
    died = laboratory.died()
    end.check("no process of the product died", not died, ", ".join(died) or "none")
    errors = laboratory.said("web", "Traceback")
    end.check("no error stands in the server's log", errors == 0, errors)


if __name__ == "__main__":
    verdict.run(main)
