"""manage.py review: reviews files from the shell, in this process, as the local system user."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import local_system_user
from client.ai_to_production import cli as client
from pipeline.analysis.languages import LANGUAGES, language_for, looks_like
from pipeline.analysis.sarif_in import Json, NotSarif, findings_in, read_log, together
from pipeline.analysis.types import Severity
from pipeline.management.reviewing.database import NoDatabase, ensure_database
from pipeline.management.reviewing.output import CannotWrite, OutputFolder
from pipeline.management.reviewing.paths import CannotRead, Target, read, targets_of
from pipeline.management.reviewing.progress import Progress
from pipeline.management.reviewing.run import Reviewer
from pipeline.models import Submission
from pipeline.reports import FORMATS, Page, ReviewedFile, render
from pipeline.reports.safe_text import one_line
from pipeline.services import InvalidSubmission

FOUND, COULD_NOT_RUN, INTERRUPTED = 1, 2, 130
Reviews = list[tuple[Target, ReviewedFile]]


class Command(BaseCommand):
    help = (
        "Review source files: findings, rebuilt code and a verdict for each. Exit code 0: done; "
        "1: findings at or above --fail-on; 2: something could not be reviewed. With --server URL "
        "a deployed server does it, and --help tells of that."
    )
    requires_system_checks = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._complaints = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="file, folder, or - for stdin")
        parser.add_argument(
            "--language",
            type=str.lower,
            choices=list(LANGUAGES),
            metavar="LANGUAGE",
            help=f"instead of telling it from each file's name: {', '.join(LANGUAGES)}",
        )
        parser.add_argument("--comments", default="", metavar="TEXT", help="what the code is for")
        parser.add_argument(
            "--sarif",
            action="append",
            default=[],
            metavar="FILE",
            help="add what another tool found: a SARIF 2.1.0 log; may be repeated",
        )
        parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
        parser.add_argument(
            "--output", metavar="DIR", help="write the report and rebuilt/ there, not to stdout"
        )
        parser.add_argument(
            "--fail-on",
            type=str.upper,
            choices=[str(severity) for severity in Severity],
            metavar="LEVEL",
            help="exit with 1 if there is a finding at or above: critical, high, medium, low",
        )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser that raises instead of printing its whole usage above the reason."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Whatever goes wrong is one line on stderr and an exit code, never a traceback.

        With --server it is the client that runs, with all of its options.
        """
        if any(word.partition("=")[0] == "--server" for word in argv[2:]):
            sys.exit(client.main(["review", *argv[2:]]))
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self._complain(str(error).removeprefix("Error: "))
            sys.exit(COULD_NOT_RUN)
        except KeyboardInterrupt:
            self._complain("stopped.")
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # nobody reads why
            sys.exit(COULD_NOT_RUN)

    def handle(self, *, paths: list[str], language: str | None, **options: Any) -> None:
        logs = [_log_in(name) for name in options["sarif"]]
        targets = self._targets(paths, language)
        reviews: Reviews = []
        try:
            ensure_database()
            folder = OutputFolder(options["output"], targets) if options["output"] else None
            with _quiet_logs():
                reviews = self._review(targets, language, options["comments"], logs)
            self._publish(reviews, folder, options["format"])
            self.stdout.flush()
        except BrokenPipeError:  # the reader has seen enough, as in: review ... | head
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (NoDatabase, CannotWrite) as error:
            self._complain(str(error))
        if self._complaints or any(file.error for _, file in reviews):
            sys.exit(COULD_NOT_RUN)
        if _has_findings(reviews, options["fail_on"]):
            sys.exit(FOUND)

    def _targets(self, paths: list[str], language: str | None) -> list[Target]:
        targets = []
        for found in targets_of(paths, language):
            if isinstance(found, Target):
                targets.append(found)
            else:
                self._complain(str(found))
        return targets

    def _review(
        self, targets: list[Target], language: str | None, comments: str, logs: list[Json]
    ) -> Reviews:
        reviewer = Reviewer(local_system_user())
        progress = Progress(sys.stderr, len(targets))
        reviews: Reviews = []
        with reviewer.working():
            for number, target in enumerate(targets, 1):
                try:
                    submission = _submit(reviewer, target, language, comments, logs)
                except (CannotRead, InvalidSubmission) as error:
                    self._complain(_reason(target, error))
                    continue
                if submission is None:
                    continue
                with progress.of(number, target.shown, submission.jobs.get().pk):
                    reviews.append((target, reviewer.finish(submission, target.shown)))
        return reviews

    def _publish(self, reviews: Reviews, folder: OutputFolder | None, name: str) -> None:
        files = [file for _, file in reviews]
        if folder is None:
            if files or name != "text":
                self.stdout.write(render(files, name, _page()), ending="")
            return
        folder.write_rebuilt(reviews)
        report = folder.write_report(render(files, name), name)
        self._say(f"the report is {report}")

    def _complain(self, message: str) -> None:
        self._complaints += 1
        self._say(message)

    def _say(self, message: str) -> None:
        self.stderr.write(f"review: {one_line(message)}", lambda text: text)


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keep the job's log lines off the screen: the report says what matters here."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _log_in(name: str) -> Json:
    try:
        return read_log(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{name} is not UTF-8 text.") from None
    except NotSarif as error:
        raise CommandError(f"{name} is not usable. {error}") from None


def _submit(
    reviewer: Reviewer, target: Target, language: str | None, comments: str, logs: list[Json]
) -> Submission | None:
    """None for an empty file that nobody asked for, such as many an ``__init__.py``."""
    code = read(target)
    if not target.named and not code.strip():
        return None
    path = target.shown if target.path else ""
    return reviewer.submit(
        code=code,
        language=language or _language_of(target, code),
        filename=target.inside.name if target.path else "",
        comments=comments,
        imported=together(findings_in(log, path, code) for log in logs),
    )


def _language_of(target: Target, code: str) -> str | None:
    """By name or ``#!`` line; for standard input also by what it plainly looks like."""
    if target.path is None:
        return language_for("", code) or looks_like(code)
    return language_for(target.path.name, code)


def _reason(target: Target, error: CannotRead | InvalidSubmission) -> str:
    if isinstance(error, CannotRead):
        return str(error)
    if error.field == "language":
        return f"{target.shown}: the language cannot be told. Name it with --language."
    return f"{target.shown}: {error.message}"


def _page() -> Page:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Page(width=shutil.get_terminal_size().columns, colour=colour)


def _has_findings(reviews: Reviews, level: str | None) -> bool:
    """Whether anything was found at or above a level; never if no level was given."""
    if level is None:
        return False
    lowest = Severity(level).rank
    return any(finding.severity.rank <= lowest for _, file in reviews for finding in file.findings)
