"""Follows findings through the runs of a file: first seen, still there, fixed, marked by people.

A finding is fixed when no scanner reports it any more, or when its line is gone: a model that alone
had reported it, or a scanner that did not run, may just have been silent. What people marked stays
marked until they say otherwise, or until the day on which an accepted risk expires.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from operations import audit
from operations.clock import database_now
from pipeline.analysis.masking import STARS
from pipeline.finding_statements import FIRST_SEEN, KNOWN, LIVES, MARKED, seen_again
from pipeline.leases import Submitted
from pipeline.models import MARKS, FindingEvent, FindingState, KnownFinding, Submission
from pipeline.refusals import InvalidMark

LONGEST_REASON = 500
LONGEST_TITLE, LONGEST_QUOTE = 300, 200
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can hold one, and no database


@dataclass(frozen=True)
class Life:
    """What stands for a finding now."""

    state: FindingState
    reason: str = ""
    expires_on: date | None = None
    expired: bool = False

    @property
    def is_marked(self) -> bool:
        return self.state in MARKS


@dataclass(frozen=True)
class Mark:
    """What a person says of a finding."""

    state: FindingState
    reason: str = ""
    expires_on: date | None = None


def file_key(filename: str) -> str:
    """The name of a file as it is compared: exactly."""
    return hashlib.sha256(filename.encode("utf-8", "replace")).hexdigest()


def keep(submitted: Submitted, dossier: Mapping[str, Any]) -> None:
    """Note what a run reports of its file, in the transaction that keeps the dossier."""
    reported = {each["fingerprint"]: each for each in dossier.get("findings", ())}
    key = file_key(submitted.filename)
    known = {row["fingerprint"]: row for row in KNOWN.all(user=submitted.user_id, file_key=key)}
    new = [each for fingerprint, each in reported.items() if fingerprint not in known]
    if new:
        FIRST_SEEN.send_many([_first_seen(submitted, key, each) for each in new])
    if known:
        _see_again(submitted, [row for each, row in known.items() if each in reported])
        _note_scanners([row for each, row in known.items() if _is_scanned(reported.get(each))])
        whole = all(check["ran"] for check in dossier.get("checks", ()))
        _fix(submitted, [row for each, row in known.items() if each not in reported], whole)


def mark(user: User, submission: Submission, fingerprint: str, said: Mark) -> KnownFinding:
    """Let a person's word stand for a finding of this submission. Raises InvalidMark."""
    checked = _checked(said)
    with transaction.atomic():
        finding = (
            KnownFinding.objects.select_for_update()
            .filter(user=user, file_key=file_key(submission.filename), fingerprint=fingerprint)
            .first()
        )
        if finding is None:
            raise InvalidMark("There is no such finding in this file.")
        finding.state, finding.reason = checked.state, checked.reason
        finding.expires_on = checked.expires_on
        finding.save(update_fields=["state", "reason", "expires_on"])
        FindingEvent.objects.create(
            finding=finding,
            state=checked.state,
            reason=checked.reason,
            by=user,
            submission=submission,
        )
        audit.record(finding, "finding.mark", state=checked.state)
    return finding


def state_named(name: str) -> FindingState:
    """Raises InvalidMark."""
    try:
        return FindingState(name)
    except ValueError:
        raise InvalidMark("Choose what is to stand: open, false-positive or accepted.") from None


def day_named(text: str) -> date | None:
    """Raises InvalidMark. No text means no day."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InvalidMark("Write the day as year-month-day, such as 2027-01-31.") from None


def lives_of(submission: Submission) -> dict[str, Life]:
    """What stands for each finding of the submission's file, by fingerprint."""
    rows = LIVES.all(user=submission.user_id, file_key=file_key(submission.filename))
    return {row["fingerprint"]: _life(row) for row in rows}


def marks_of(user_id: int, filename: str) -> list[str]:
    """What was marked in a file and still counts, in a line each: told to the next run's model."""
    return [
        f"{row['title']} (CWE-{row['cwe'] or 'none'}): {FindingState(row['state']).label}. "
        f"The line: {row['quote']} The reason given: {row['reason'] or 'none'}"
        for row in MARKED.all(user=user_id, file_key=file_key(filename))
    ]


def _life(row: Mapping[str, Any]) -> Life:
    state = FindingState.OPEN if row["expired"] else FindingState(row["state"])
    return Life(state, row["reason"], row["expires_on"], expired=row["expired"])


def _first_seen(submitted: Submitted, key: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    """What FIRST_SEEN is bound to."""
    return {
        "user": submitted.user_id,
        "filename": submitted.filename,
        "file_key": key,
        "fingerprint": finding["fingerprint"],
        "title": finding["title"][:LONGEST_TITLE],
        "severity": finding["severity"],
        "cwe": finding["cwe"],
        "by_model": _is_by_model(finding),
        "quote": _quote(finding["snippet"]),
        "first_seen": submitted.submission_id,
        "last_seen": submitted.submission_id,
    }


def _see_again(submitted: Submitted, rows: list[Mapping[str, Any]]) -> None:
    seen_again([row["id"] for row in rows], submitted.submission_id)
    back = [row for row in rows if row["state"] == FindingState.FIXED]
    _change(back, FindingState.OPEN, submitted)


def _note_scanners(rows: list[Mapping[str, Any]]) -> None:
    """What a scanner reports now is no longer a model's word alone."""
    if alone := [row for row in rows if row["by_model"]]:
        _of(alone).update(by_model=False)


def _is_scanned(finding: Mapping[str, Any] | None) -> bool:
    return finding is not None and not _is_by_model(finding)


def _fix(submitted: Submitted, rows: Iterable[Mapping[str, Any]], whole: bool) -> None:
    """Those that are gone. ``whole``: every scanner ran."""
    lines = {" ".join(line.split()) for line in submitted.code.splitlines()}
    still_open = [row for row in rows if _stands_open(row)]
    gone = [row for row in still_open if (whole and not row["by_model"]) or _is_gone(row, lines)]
    _change(gone, FindingState.FIXED, submitted)


def _stands_open(row: Mapping[str, Any]) -> bool:
    """Open, or accepted until a day that is over."""
    if row["state"] == FindingState.ACCEPTED and row["expires_on"] is not None:
        return bool(row["expires_on"] < database_now().date())
    return bool(row["state"] == FindingState.OPEN)


def _change(rows: list[Mapping[str, Any]], state: FindingState, submitted: Submitted) -> None:
    if rows:
        _of(rows).update(state=state)
        FindingEvent.objects.bulk_create(
            FindingEvent(finding_id=row["id"], state=state, submission_id=submitted.submission_id)
            for row in rows
        )


def _of(rows: Iterable[Mapping[str, Any]]) -> Any:
    return KnownFinding.objects.filter(pk__in=[row["id"] for row in rows])


def _is_gone(row: Mapping[str, Any], lines: set[str]) -> bool:
    """Whether the line is that it stood on; of a masked one nobody can say."""
    quote = row["quote"]
    return bool(quote) and STARS not in quote and quote not in lines


def _is_by_model(finding: Mapping[str, Any]) -> bool:
    return list(finding["sources"]) == ["model"]


def _quote(snippet: str) -> str:
    first = next((line for line in snippet.splitlines() if line.strip()), "")
    return " ".join(first.split())[:LONGEST_QUOTE]


def _checked(said: Mark) -> Mark:
    """Raises InvalidMark with what to do."""
    reason = said.reason.strip()
    if said.state not in (FindingState.OPEN, *MARKS):
        raise InvalidMark("Mark it as open, false-positive or accepted; only runs call it fixed.")
    if len(reason) > LONGEST_REASON:
        raise InvalidMark(f"The reason has {len(reason):,} characters; {LONGEST_REASON} fit.")
    if "\0" in reason:
        raise InvalidMark("The reason holds a NUL character; write it as text.")
    if HALF_CHARACTER.search(reason):
        raise InvalidMark("The reason is not valid Unicode: it holds half of a surrogate pair.")
    if said.state in MARKS and not reason:
        raise InvalidMark("Give a reason: whoever looks next has nothing else to go by.")
    if said.expires_on is not None and said.state != FindingState.ACCEPTED:
        raise InvalidMark("Only an accepted risk has a day on which it ends.")
    if said.expires_on is not None and said.expires_on < database_now().date():
        raise InvalidMark("That day is over. Choose today or a later one (UTC).")
    return Mark(said.state, reason if said.state in MARKS else "", said.expires_on)
