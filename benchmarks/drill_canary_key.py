"""Stores a key, uses it in every way that there is, and looks for its text everywhere: 0 hits.

It is entered in the console, called with, refused by a vendor that quotes it back in each way that
one could, tested, synced, rotated, exported and audited; errors are provoked while it is being
entered. Then every piece of eight characters is looked for, plain and encoded, in the database and
its files and statements, in Redis and all that was ever sent to it, in logs, pages and exports.
"""

from __future__ import annotations

import argparse
import os
import secrets
import string
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.laboratory import browsing, counting, models, quoting, searching, verdict
from benchmarks.laboratory.browsing import Administrator
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.searching import Needles
from benchmarks.laboratory.shop import open_shop
from benchmarks.laboratory.submitting import submit
from config.workshop.console import ROOT, StopError, say

ADD = "/admin/providers/apiprovider/add/"
QUOTING = "Quoting vendor"
END_SECONDS = 300.0
COMMANDS = (
    ("dumpdata", "--all"),
    ("rotate_keys", "--report"),
    ("rotate_keys",),
    ("check", "--database", "default"),
)


def main() -> int:
    """Run the drill; 0 when the promise held."""
    argparse.ArgumentParser(prog="./dev drill canary-key", description=__doc__).parse_args()
    text = canary()
    needles = Needles(text.removeprefix("sk-canary-"))
    with (
        open_laboratory("drill-canary-key", JOB_MAX_RETRIES="1") as laboratory,
        quoting.quoting_vendor() as port,
        searching.listening_to(laboratory.redis) as heard,
    ):
        keep_every_statement()
        os.environ["LOG_LEVEL"] = "DEBUG"  # of all that is started from here on
        open_shop(laboratory, ("worker",), 4, latency=0.0)
        admin = Administrator(laboratory.web_url)
        use(admin, text, laboratory.vendor_port)
        fail(admin, text, port)
        errors = provoke(laboratory, admin, text, port)
        exports = [run(*words) for words in COMMANDS]
        pages = admin.walk()
        places = everything(laboratory, admin, heard, errors, exports)
        return judge(laboratory, admin, needles, places, text, pages)


def canary() -> str:
    """A key that stands nowhere else, with characters that encodings change."""
    letters = string.ascii_letters + string.digits
    half = ["".join(secrets.choice(letters) for _ in range(18)) for _ in range(2)]
    return f"sk-canary-{half[0]}+/={half[1]}"


def keep_every_statement() -> None:
    """Let the server write down each statement that it is sent, to a file in its folder."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET GLOBAL general_log_file = 'statements.txt'")
        cursor.execute("SET GLOBAL general_log = ON")


def form(name: str, port: int, way: str, key: str) -> dict[str, str]:
    """What the console's form for a provider sends."""
    return {
        "name": name,
        "kind": "openai-compatible",
        "base_url": f"http://127.0.0.1:{port}/{way}v1",
        "enabled": "on",
        "may_receive_code": "on",
        "auth_type": "bearer",
        "header_name": "",
        "header_prefix": "",
        "structured_output": "schema",
        "extra_headers": "{}",
        "new_key": key,
    }


def use(admin: Administrator, text: str, port: int) -> None:
    """Enter it, test and sync with it, run a job with it, enter it anew and use the old one."""
    models.use_vendor(port, name="Used vendor", key=text)
    expect(admin.post(ADD, **form("Console's vendor", port, "", text)), 302)
    row = provider("Console's vendor")
    change = ADD.replace("add", f"{row.pk}/change")
    for _ in range(2):
        expect(admin.post(change, **form(row.name, port, "", text)), 302)
    for action in ("test_connection", "sync_models"):
        admin.act("providers/apiprovider", action, row.pk)
    admin.act("providers/providerapikey", "activate", row.keys.last().pk)
    submit(1, user="admin")
    if not counting.all_end(END_SECONDS) or counting.states() != {"succeeded": 1}:
        raise StopError(f"the job did not succeed: {counting.describe(counting.states())}")


def fail(admin: Administrator, text: str, port: int) -> None:
    """Let the vendor quote it, when it is tested, when models are synced and when a job calls."""
    from providers.models import ProviderBreaker

    models.use_vendor(port, name=QUOTING, key=text)
    row = provider(QUOTING)
    change = ADD.replace("add", f"{row.pk}/change")
    for number, way in enumerate(quoting.WAYS, 2):
        expect(admin.post(change, **form(QUOTING, port, f"{way}/", "")), 302)
        for action in ("test_connection", "sync_models"):
            admin.act("providers/apiprovider", action, row.pk)
        ProviderBreaker.objects.all().delete()  # it would keep the later ways from being called
        submit(number, user="admin")
        if not counting.all_end(END_SECONDS):
            raise StopError("a job did not end")


def provoke(laboratory: Laboratory, admin: Administrator, text: str, port: int) -> list[bytes]:
    """Enter it while something goes wrong; the error pages."""
    entered = form("Never stored", port, "", text)
    begun = len(admin.answers)
    expect(admin.post(ADD, **{**entered, "name": ""}), 200)
    expect(admin.post(ADD, **{**entered, "new_key": text * 200}), 200)
    expect(admin.post(ADD, **{**entered, "auth_type": "none"}), 200)
    expect(admin.post_without_token(ADD, **entered), 403)
    expect(admin.post("/admin/providers/nothing/", **entered), 404)
    expect(admin.post(ADD, **entered, padding="x" * 2_000_000), 413)
    for table in ("provider_audit_log", "provider_api_keys"):
        with table_away(table):
            expect(admin.post(ADD, **{**entered, "name": table}), 500)
    with database_away(laboratory):
        expect(admin.post(ADD, **entered), 503)
    return admin.answers[begun:]


@contextmanager
def table_away(name: str) -> Iterator[None]:
    """A mistake of ours: the database lacks a table while the block runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"RENAME TABLE {name} TO {name}_away")
        try:
            yield
        finally:
            cursor.execute(f"RENAME TABLE {name}_away TO {name}")


@contextmanager
def database_away(laboratory: Laboratory) -> Iterator[None]:
    """No database while the block runs."""
    from django.db import connection

    connection.close()
    laboratory.mariadb.stop()
    try:
        yield
    finally:
        laboratory.mariadb.start()
        keep_every_statement()


def expect(answer: Any, status: int) -> None:
    if answer.status_code != status:
        raise StopError(f"{answer.url} answered {answer.status_code} and not {status}")


def provider(name: str) -> Any:
    from providers.models import ApiProvider

    return ApiProvider.objects.get(name=name)


def run(*words: str) -> bytes:
    """All that a command of the product writes."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ.copy(),
        capture_output=True,
        check=True,
    )
    return done.stdout + done.stderr


def everything(
    laboratory: Laboratory,
    admin: Administrator,
    heard: list[bytes],
    errors: list[bytes],
    exports: list[bytes],
) -> dict[str, bytes]:
    """Place -> its bytes."""
    vendors = {laboratory.vendor_log, laboratory.output_of("vendor")}
    logs = [path for path in laboratory.folder.glob("*.log") if path not in vendors]
    return {
        "database dump": searching.database_dump(laboratory.mariadb),
        "database files, statements": searching.files_below(laboratory.mariadb.folder),
        "sessions": searching.sessions(),
        "Redis": searching.redis_content(laboratory.redis),
        "commands and messages to Redis": b"\n".join(heard),
        "logs": b"\n".join(path.read_bytes() for path in logs),
        "pages and downloads": b"\n".join(admin.answers),
        "error pages": b"\n".join(errors),
        "exports and commands": b"\n".join(exports),
    }


def judge(
    laboratory: Laboratory,
    admin: Administrator,
    needles: Needles,
    places: dict[str, bytes],
    text: str,
    pages: list[str],
) -> int:
    """Say what was found; the exit code."""
    from providers.models import ProviderApiKey, ProviderCall, ProviderHealth

    say(f"{len(needles.forms)} pieces and forms of them.")
    end = verdict.Verdict("the key's text was found nowhere.")
    for place, data in places.items():
        hits = needles.found_in(data)
        shown = (
            f"{len(hits)} pieces, such as {hits[0]}" if hits else f"0 hits in {len(data):,} bytes"
        )
        end.check(place, bool(data) and not hits, shown)
    calls = ProviderCall.objects.filter(state="failed").count()
    tests = ProviderHealth.objects.filter(ok=False).count()
    end.check("every page was looked at", len(pages) < browsing.MOST_PAGES, len(pages))
    end.check("it was refused by vendors", calls >= len(quoting.WAYS) <= tests, f"{calls}, {tests}")
    end.check("it was stored", ProviderApiKey.objects.filter(last_four=text[-4:]).count() > 2)
    found = planted(laboratory, admin, needles, text)
    end.check("the search finds what is there", all(found.values()), found)
    return end.give()


def planted(
    laboratory: Laboratory, admin: Administrator, needles: Needles, text: str
) -> dict[str, bool]:
    """Whether it is found where it is put on purpose, once everything was looked at."""
    from redis import Redis

    row = provider(QUOTING)
    type(row).objects.filter(pk=row.pk).update(last_error=f"half of it: {text[-20:-4]}")
    client = Redis.from_url(laboratory.redis.url)
    client.set("planted", b64encode(f"message {text}".encode()))
    page = admin.get(ADD.replace("add", f"{row.pk}/change")).content
    places = {
        "dump": searching.database_dump(laboratory.mariadb),
        "files": searching.files_below(laboratory.mariadb.folder),
        "Redis": searching.redis_content(laboratory.redis),
        "page": page,
    }
    return {place: bool(needles.found_in(data)) for place, data in places.items()}


if __name__ == "__main__":
    verdict.run(main)
