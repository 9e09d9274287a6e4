"""Tries every base URL of hostile_urls.toml as a provider's: no connection is made.

Each is saved as an administrator would, which all but those fail that only the resolver or an
answer gives away. Then it is written into the database past all checks, and tested and synced, so
that the second line holds alone. Of every connection that the process opens, or tries to, one to
the listed server is allowed and nothing else.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from benchmarks.laboratory import hostile, verdict
from benchmarks.laboratory.alone import open_alone
from benchmarks.laboratory.hostile import LISTED, Outside, Row
from config.workshop.console import say

LEAST_ROWS = 60


@dataclass(frozen=True)
class Tried:
    """What became of one row."""

    row: Row
    saved: bool
    outcome: str
    made: list[str]
    listed_asked: int


def main() -> int:
    """Run the drill; 0 when the promise held."""
    argparse.ArgumentParser(prog="./dev drill hostile-urls", description=__doc__).parse_args()
    with open_alone("drill-hostile-urls"), hostile.unplugged() as outside:
        from django.test import override_settings

        listed = outside.redirector.server_port
        with override_settings(PROVIDER_ALLOWED_HOSTS=[f"{LISTED}:{listed}"]):
            tried = [attempt(row, outside) for row in hostile.rows(outside.sink.port, listed)]
        for one in tried:
            tell(one)
        return judge(tried, noticed(outside))


def attempt(row: Row, outside: Outside) -> Tried:
    """Save the row, then force it, test the connection and sync."""
    from operations import outbound

    outbound.close()
    outside.begin(row)
    saved = can_be_saved(row)
    outcome = use(row)
    return Tried(row, saved, outcome, found(outside), outside.redirector.asked)


def found(outside: Outside) -> list[str]:
    """Connections by the sockets' own word; visits that those did not tell of come on top."""
    made = outside.made()
    port = outside.sink.port
    unseen = outside.sink.visits - sum(place.endswith(f":{port}") for place in made)
    return [*made, *(f"sink:{port}" for _ in range(unseen))]


def can_be_saved(row: Row) -> bool:
    """Whether the console's form would take it."""
    from django.core.exceptions import ValidationError

    from providers import services

    nobody: dict[str, Any] = {"by": None, "address": None}
    try:
        provider = services.add_provider(
            name=f"saved {row.number}", base_url=row.url, auth_type="none", **nobody
        )
    except ValidationError:
        return False
    services.delete_provider(provider=provider, **nobody)
    return True


def use(row: Row) -> str:
    """Test and sync a provider that was written past the checks; how that ended, in one word."""
    from providers import services
    from providers.models import ApiProvider

    provider = ApiProvider.objects.create(
        name=f"forced {row.number}", base_url=row.url, auth_type="none"
    )
    try:
        services.test_connection(provider=provider, by=None, address=None)
        _, health = services.sync_models(provider=provider, by=None, address=None)
    except Exception as error:  # noqa: BLE001 - a URL that no client takes apart
        return type(error).__name__
    return "ANSWERED" if health.ok else health.error


def noticed(outside: Outside) -> int:
    """How many connections are seen if one is allowed: what proves that they would be."""
    from django.test import override_settings

    url = f"http://{hostile.HOST}:{outside.sink.port}/v1"
    row = Row(0, "allowed, to see that it is counted", url, saves=True)
    with override_settings(PROVIDER_ALLOWED_HOSTS=[f"{hostile.HOST}:{outside.sink.port}"]):
        return len(attempt(row, outside).made)


def tell(tried: Tried) -> None:
    """One line of the table."""
    row = tried.row
    url = row.url.replace("\r\n", "\\r\\n")
    say(
        f"{row.number:>3}  {row.why:<38} {url:<58} "
        f"save: {'taken' if tried.saved else 'refused':<8} use: {tried.outcome:<18} "
        f"connections made: {len(tried.made)}"
    )


def judge(tried: list[Tried], control: int) -> int:
    """Say what was counted; the exit code."""
    wrong_at_save = [one.row.url for one in tried if one.saved != one.row.saves]
    made = [f"{one.row.url} -> {place}" for one in tried for place in one.made]
    answered = [one.row.url for one in tried if one.outcome == "ANSWERED"]
    unasked = [one.row.why for one in tried if one.row.redirects and not one.listed_asked]
    end = verdict.Verdict("no hostile base URL led to a connection.")
    end.check(f"at least {LEAST_ROWS} rows", len(tried) >= LEAST_ROWS, len(tried))
    end.check(
        "refused at save, but for those that only look public",
        not wrong_at_save,
        ", ".join(wrong_at_save) or f"{sum(not one.saved for one in tried)} refused",
    )
    end.check("no connection was made", not made, ", ".join(made) or "0")
    end.check("none was answered", not answered, ", ".join(answered) or "0")
    end.check("every redirect was offered", not unasked, ", ".join(unasked) or "all")
    end.check("a connection that is allowed is counted", control > 0, control)
    return end.give()


if __name__ == "__main__":
    verdict.run(main)
