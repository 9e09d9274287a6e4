"""Mail that is handed over without encryption."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument
from pipeline.analysis.flags.model import Flag

PLAIN_MAIL = "plain-mail"
LOCAL = ("localhost", "127.0.0.1", "::1", "")


def look(facts: Facts) -> Iterator[Flag]:
    """Every SMTP connection to another machine, where nothing in the file starts TLS."""
    if facts.methods("starttls"):
        return
    for call in facts.calls_of("smtplib.SMTP"):
        if facts.constant(argument(call, 0, "host")) not in LOCAL and (call.args or call.keywords):
            yield Flag(PLAIN_MAIL, call)
