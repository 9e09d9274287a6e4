"""Keeps secrets out of what is shown: no snippet, description or report holds one whole."""

from __future__ import annotations

import re

from pipeline.analysis.secret_formats import (
    ASSIGNMENT,
    BARE_ASSIGNMENT,
    CONNECTION,
    FORMATS,
)

SHOWN = 4  # leading characters that stay, so that the owner recognises which key it is
STARS = "****"
LONG_ENOUGH_TO_HINT = 12

_STRING = re.compile(r"([\"'`])([^\"'`\n]{3,})\1")
_KEY_BODY = re.compile(r"^[ \t\"'+,]{0,12}[A-Za-z0-9+/=]{40,}[\\n\"'+, ]{0,12}$", re.MULTILINE)


def masked(secret: str) -> str:
    """What may be shown of a secret: a few first characters of a long one, nothing of others."""
    return (secret[:SHOWN] if len(secret) >= LONG_ENOUGH_TO_HINT else "") + STARS


def mask(text: str) -> str:
    """The text with everything masked that looks like a secret."""
    marked = [each.pattern for each in FORMATS if each.is_marked_in(text)]
    for pattern in (*marked, CONNECTION, ASSIGNMENT, BARE_ASSIGNMENT):
        text = pattern.sub(_hide_group, text)
    return text


def mask_all_strings(text: str) -> str:
    """For lines known to hold a secret: every string literal in them is masked."""
    return _KEY_BODY.sub(STARS, _STRING.sub(_hide_string, mask(text)))


def _hide_string(match: re.Match[str]) -> str:
    quote, inside = match[1], match[2]
    return match[0] if inside.endswith(STARS) else f"{quote}{masked(inside)}{quote}"


def _hide_group(match: re.Match[str]) -> str:
    start, end = match.span("secret")
    secret = match["secret"]
    if not secret or secret.endswith(STARS):
        return match[0]
    offset = match.start()
    return match[0][: start - offset] + masked(secret) + match[0][end - offset :]
