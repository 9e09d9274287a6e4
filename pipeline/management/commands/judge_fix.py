"""manage.py judge_fix: the ledger and the confidence for one pair of texts, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.analysis import engine
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.languages import LANGUAGES, language_for
from pipeline.analysis.types import Verdict
from pipeline.services import InvalidSubmission, decode_upload


class Command(BaseCommand):
    help = (
        "Judge whether REBUILT repairs ORIGINAL: prints the evidence ledger and the confidence "
        "that follows from it. Uses no database, no network and no model; nothing is executed."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("original", type=Path, metavar="ORIGINAL")
        parser.add_argument("rebuilt", type=Path, metavar="REBUILT")
        parser.add_argument(
            "--language",
            type=str.lower,
            choices=list(LANGUAGES),
            metavar="LANGUAGE",
            help=f"instead of telling it from ORIGINAL's name: {', '.join(LANGUAGES)}",
        )

    def handle(
        self, *, original: Path, rebuilt: Path, language: str | None, **options: Any
    ) -> None:
        before, after = _read(original), _read(rebuilt)
        language = language or language_for(original.name, before)
        if language is None:
            raise CommandError(
                f"{original}: the language cannot be told. Name it with --language.", returncode=2
            )
        try:
            verdict = engine.quality(before, after, language)
        except (engine.UnreadableCode, SandboxError) as error:
            raise CommandError(f"This pair cannot be judged: {error}.", returncode=2) from None
        json.dump(_told(verdict, language), sys.stdout, indent=2)
        self.stdout.write("")


def _read(path: Path) -> str:
    """The file's text. Raises CommandError."""
    most = settings.MAX_CODE_SIZE_BYTES
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise CommandError(
                f"{path}: larger than the {most:,} bytes that are allowed.", returncode=2
            )
        return decode_upload(data)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}.", returncode=2) from None
    except InvalidSubmission as error:
        raise CommandError(f"{path}: {error.message}", returncode=2) from None


def _told(verdict: Verdict, language: str) -> dict[str, Any]:
    return {
        "confidence": verdict.confidence,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "sentence": verdict.sentence,
        "language": language,
        "ledger": [
            {
                "id": check.id,
                "title": check.name,
                "outcome": check.outcome,
                "reason": check.detail,
            }
            for check in verdict.checks
        ],
        "remaining": list(verdict.remaining),
    }
