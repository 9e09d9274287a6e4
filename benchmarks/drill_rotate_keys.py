"""Rotates the encryption key under load, killed again and again: no key ever fails to open.

Several processes open the stored keys all the time and one changes some of them, while `manage.py
rotate_keys` runs and is killed by SIGKILL in the midst of its work, until it gets to its end. Then
a wrong key is configured: it is named, and changes nothing.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.laboratory import opening, verdict
from benchmarks.laboratory.programs import wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from config.workshop.console import ROOT, StopError, say
from config.workshop.processes import Child

STEP_SECONDS = 120.0
WRITTEN = 5
LOST = "was written with"


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    with open_laboratory("drill-rotate-keys", LOG_LEVEL="ERROR") as laboratory:
        opening.add(opening.ORIGINAL, wanted.keys)
        opening.add(opening.WRITTEN, WRITTEN)
        old = os.environ["ENCRYPTION_KEY"]
        both = {"ENCRYPTION_KEY": secrets.token_hex(32), "ENCRYPTION_KEYS_OLD": old}
        say(f"{wanted.keys + WRITTEN} keys, {wanted.readers} readers, {wanted.kills} kills.")
        with at_work(laboratory, wanted.readers, both) as names:
            killed = [interrupt(laboratory, place, wanted, both) for place in range(wanted.kills)]
            last = command("rotate_keys", **both)
        say(last.stdout.rstrip())
        results = [opening.result_of(laboratory.output_of(name)) for name in names]
        return judge(wanted, killed, last, results, both)


def parse() -> argparse.Namespace:
    """The command line: how much."""
    parser = argparse.ArgumentParser(prog="./dev drill rotate-keys", description=__doc__)
    parser.add_argument("--keys", type=int, default=400)
    parser.add_argument("--readers", type=int, default=3, help="processes that open keys")
    parser.add_argument("--kills", type=int, default=5)
    return parser.parse_args()


@contextmanager
def at_work(laboratory: Laboratory, readers: int, keys: dict[str, str]) -> Iterator[list[str]]:
    """Readers and a writer with both keys, while the block runs; gives their names."""
    jobs = {f"reader{place}": "read" for place in range(readers)} | {"writer": "write"}
    module = "benchmarks.laboratory.opening"
    children = [laboratory.start(name, "-m", module, job, **keys) for name, job in jobs.items()]
    first = written_under(key_id(keys["ENCRYPTION_KEY"]))
    if not wait_until(lambda: written_under(key_id(keys["ENCRYPTION_KEY"])) > first, STEP_SECONDS):
        raise StopError("the writer did not begin")
    yield list(jobs)
    for child in children:
        laboratory.family.send(child, signal.SIGTERM)
    for child in children:
        laboratory.family.wait(child, STEP_SECONDS)


def interrupt(
    laboratory: Laboratory, place: int, wanted: argparse.Namespace, keys: dict[str, str]
) -> int:
    """Start the rotation and kill it when its share of the keys is done; how many were by then."""
    share = wanted.keys * (place + 1) // (wanted.kills + 1)
    child = laboratory.start(f"rotation{place}", "manage.py", "rotate_keys", **keys)
    if not wait_until(lambda: rotated() >= share or ended(laboratory, child), STEP_SECONDS):
        raise StopError("the rotation did not get on")
    if ended(laboratory, child):
        raise StopError(f"the rotation was done before its kill: try more than {wanted.keys} keys")
    laboratory.family.send(child, signal.SIGKILL)
    laboratory.family.wait(child, STEP_SECONDS)
    count = rotated()
    say(f"killed after {count} of {wanted.keys} keys")
    return count


def ended(laboratory: Laboratory, child: Child) -> bool:
    return not laboratory.family.is_running(child)


def command(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the product to its end."""
    line = [sys.executable, "manage.py", *words]
    env = {**os.environ, **variables}
    return subprocess.run(  # noqa: S603 - our own command
        line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=STEP_SECONDS, check=False
    )


def key_id(key: str) -> str:
    from operations import secrets as sealing

    return sealing.key_id(bytes.fromhex(key))


def rotated() -> int:
    """How many of the original keys are no longer under the first encryption key."""
    from providers.models import ProviderApiKey

    originals = ProviderApiKey.objects.filter(provider__name__startswith=opening.ORIGINAL)
    return originals.exclude(key_id=key_id(os.environ["ENCRYPTION_KEY"])).count()


def written_under(identifier: str) -> int:
    """How many keys that the writer set are sealed with that key."""
    from providers.models import ProviderApiKey

    rows = ProviderApiKey.objects.filter(provider__name__startswith=opening.WRITTEN)
    return rows.filter(key_id=identifier).count()


def stored() -> list[Any]:
    """Everything in the table of keys."""
    from providers.models import ProviderApiKey

    return list(ProviderApiKey.objects.order_by("pk").values_list())


def opened_with(key: str) -> dict[str, str]:
    """Provider -> its active key, opened by this encryption key alone; "" where it fails."""
    from django.test import override_settings

    from operations.secrets import SecretError
    from providers import keys
    from providers.models import ProviderApiKey

    found = {}
    with override_settings(ENCRYPTION_KEY=bytes.fromhex(key), ENCRYPTION_KEYS_OLD=[]):
        for row in ProviderApiKey.objects.select_related("provider").filter(is_active=True):
            try:
                found[row.provider.name] = keys.open_key(row).reveal()
            except SecretError:
                found[row.provider.name] = ""
    return found


def audited() -> int:
    """How many rotations of original keys the audit log holds."""
    from operations.models import AuditEntry

    entries = AuditEntry.objects.filter(additional_data__event="key.rotate")
    return int(entries.filter(object_repr__startswith=opening.ORIGINAL).count())


def judge(
    wanted: argparse.Namespace,
    killed: list[int],
    last: subprocess.CompletedProcess[str],
    results: list[dict[str, Any]],
    both: dict[str, str],
) -> int:
    """Say what was counted; the exit code."""
    *readers, writer = results
    opened = opened_with(both["ENCRYPTION_KEY"])
    names = [f"{opening.ORIGINAL} {number}" for number in range(wanted.keys)]
    expected = {name: opening.text_of(name) for name in names} | writer["last"]
    wrong = [name for name, text in expected.items() if opened.get(name) != text]
    failures = [failure for reader in readers for failure in reader["failures"]]
    old = key_id(both["ENCRYPTION_KEYS_OLD"])
    end = verdict.Verdict("the key was rotated under load and no stored key ever failed to open.")
    end.check("no key failed to open", not failures, failures or "0")
    end.check(
        "keys were opened all the time",
        all(reader["opened"] for reader in readers),
        sum(reader["opened"] for reader in readers),
    )
    end.check("it was killed in the midst", len(set(killed)) == len(killed), killed)
    end.check("it came to its end", last.returncode == 0, last.stderr.strip() or "exit code 0")
    end.check("the new key opens all, with their texts", not wrong, wrong or len(expected))
    end.check("what was set meanwhile stands", bool(writer["last"]), f"{writer['set']} keys set")
    end.check(
        "the old key holds nothing", f"key {old} (ENCRYPTION_KEYS_OLD): nothing" in last.stdout
    )
    end.check("each was sealed anew once", audited() == wanted.keys, f"{audited()} audit entries")
    judge_wrong_key(end)
    return end.give()


def judge_wrong_key(end: verdict.Verdict) -> None:
    """With a key that fits nothing, the product says so and writes nothing."""
    before, strange = stored(), {"ENCRYPTION_KEY": secrets.token_hex(32)}
    refused = command("rotate_keys", **strange)
    checked = command("check", "--database", "default", "--fail-level", "WARNING", **strange)
    say(refused.stderr.strip().splitlines()[-1])
    end.check("a wrong key rotates nothing", refused.returncode == 1 and stored() == before)
    end.check("and is found by the check", checked.returncode == 1 and LOST in checked.stderr)


if __name__ == "__main__":
    verdict.run(main)
