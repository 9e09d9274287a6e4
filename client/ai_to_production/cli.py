"""``ai-to-production review``: reviews files at a deployed server. See docs/pipelines.md."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
import uuid
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import PurePosixPath
from threading import Event
from typing import NoReturn

from . import VERSION
from .connection import Server
from .credentials import SERVER_VARIABLE, TOKEN_VARIABLE, address_from, token_from
from .errors import ClientError, Misuse
from .files import Target, changed_since, targets_of
from .findings import LEVELS, Outcome, has_at_or_above
from .formats import FILES, render
from .imported import logs_of
from .languages import LANGUAGES
from .output import OutputFolder, inside, without_rebuilt
from .reviewing import Wishes, review
from .showing import Progress, plain, show, summary

DONE, FOUND, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130
MOST_JOBS = 32
TOKEN = re.compile(r"aitp_\w+")


class Parser(argparse.ArgumentParser):
    """Raises instead of printing its whole usage above the reason."""

    def error(self, message: str) -> NoReturn:
        raise Misuse(message)


def run() -> NoReturn:
    """The program: one line on stderr and an exit code for whatever goes wrong."""
    if isinstance(sys.stdout, TextIOWrapper):  # a name that this terminal cannot show is no failure
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:  # noqa: BLE001 - Python ends with 1 then, which says that there are findings
        traceback.print_exc()
        sys.exit(COULD_NOT_RUN)


def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments; returns its exit code."""
    stop = Event()
    try:
        return _review(_parser().parse_args(arguments), stop)
    except ClientError as error:
        _say(str(error))
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        _say("stopped. What was handed in goes on at the server; run this again to fetch it.")
        return INTERRUPTED
    finally:
        stop.set()


def _parser() -> Parser:
    parser = Parser(
        prog="ai-to-production",
        description="Client of an AI to Production server.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    review = commands.add_parser(
        "review",
        help="review source files",
        allow_abbrev=False,
        description="Exit code 0: done; 1: findings at or above --fail-on; 2: something could not "
        "be reviewed; 130: stopped.",
    )
    review.add_argument("paths", nargs="*", metavar="PATH", help="file or folder; with --diff, .")
    _add_server_options(review)
    _add_review_options(review)
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--server", metavar="URL", help=f"default: {SERVER_VARIABLE}")
    add("--token-file", metavar="FILE", help=f"mode 600; default: {TOKEN_VARIABLE} itself")
    add("--ca-bundle", metavar="FILE", help="trust these authorities alone, as PEM")
    add("--insecure-http", action="store_true", help="let token and code go unencrypted")
    add("--jobs", type=_jobs, default=4, metavar="N", help="files at once; default: 4")
    add("--timeout", type=_seconds, default=900.0, metavar="S", help="for one file; default: 900")


def _add_review_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--diff", metavar="BASE", help="only files that changed since this branch left BASE")
    add("--language", choices=LANGUAGES, metavar="L", help="instead of telling it by file")
    add("--comments", default="", metavar="TEXT", help="what the code is for")
    add("--again", action="store_true", help="run anew what was handed in before")
    add("--format", choices=list(FILES), default="text", help=f"{', '.join(FILES)}")
    add("--sarif", action="append", default=[], metavar="LOG", help="add what another tool found")
    add("--output", metavar="DIR", help="write the report and rebuilt/ there, the table to stdout")
    add(
        "--fail-on",
        type=str.upper,
        choices=LEVELS,
        metavar="LEVEL",
        help="exit with 1 if there is a finding at or above: critical, high, medium, low",
    )


def _review(options: argparse.Namespace, stop: Event) -> int:
    token = token_from(options.token_file, os.environ)
    address = address_from(options.server, os.environ, in_clear=options.insecure_http)
    server = Server(address, token, ca_bundle=options.ca_bundle, stop=stop)
    targets = without_rebuilt(_targets(options), options.output)
    originals = [target.path for target in targets]
    folder = OutputFolder(options.output, originals) if options.output else None
    wishes = Wishes(
        language=options.language,
        comments=options.comments,
        timeout=options.timeout,
        again=uuid.uuid4().hex if options.again else "",
        logs=logs_of(options.sarif),
    )
    outcomes: list[Outcome] = []
    if targets:
        server.greet()  # before any code is sent
        outcomes = _reviewed(server, targets, wishes, options.jobs)
    _publish(outcomes, options.format, folder)
    if any(outcome.error for outcome in outcomes):
        return COULD_NOT_RUN
    return FOUND if has_at_or_above(outcomes, options.fail_on) else DONE


def _targets(options: argparse.Namespace) -> list[Target]:
    if not options.paths and not options.diff:
        raise Misuse("name a file or a folder, or --diff BASE.")
    targets = targets_of(options.paths or ["."])
    if options.diff:
        changed = changed_since(options.diff)
        targets = [target for target in targets if os.path.realpath(target.path) in changed]
        if not targets:
            _say(f"no source file changed since {options.diff}.")
    elif not targets:
        raise Misuse("there are no source files in what was named.")
    return targets


def _reviewed(
    server: Server, targets: Sequence[Target], wishes: Wishes, jobs: int
) -> list[Outcome]:
    """Outcomes in the order of the targets."""
    progress = Progress(sys.stderr, len(targets))
    outcomes: dict[Target, Outcome] = {}
    try:
        for outcome in review(server, targets, wishes, jobs):
            progress.step(outcome)
            if outcome is not None:
                outcomes[outcome.target] = outcome
    finally:
        progress.end()
    return [outcomes[target] for target in targets]


def _publish(outcomes: Sequence[Outcome], name: str, folder: OutputFolder | None) -> None:
    if folder is None:
        _print(render(name, outcomes))
    else:
        folder.write(PurePosixPath(FILES[name]), render(name, outcomes))
        for outcome in outcomes:
            if outcome.rebuilt is not None:
                folder.write_rebuilt(inside(outcome.target.shown), outcome.rebuilt)
        _print(summary(outcomes))


def _print(text: str) -> None:
    """To stdout. A reader that has seen enough, as in ``review ... | head``, changes nothing of how
    the review ended. Raises Misuse where it cannot be written."""
    error = show(sys.stdout, text)
    if error and not isinstance(error, BrokenPipeError):
        raise Misuse(f"The report cannot be written ({error.strerror}).")


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_JOBS}")
    return int(text)


def _seconds(text: str) -> float:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("a number of seconds, at least 1")
    return float(text)


def _say(message: str) -> None:
    """One line, without a token that somebody gave where none belongs."""
    show(sys.stderr, f"review: {TOKEN.sub('[redacted]', plain(message))}\n")
