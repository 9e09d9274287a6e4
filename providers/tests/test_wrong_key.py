"""A wrong encryption key is found at the start, said clearly, and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as product
from django.core import checks
from django.test import Client
from pytest_django.fixtures import Settings

from operations import sealed, secrets
from operations.health import State
from operations.secrets import Secret
from providers import services
from providers.models import ProviderApiKey
from providers.tests.sealing import NEW, OLD, STRANGE, TEXT, lose_the_key, stored


def test_it_finds_a_wrong_key_at_the_start_and_says_what_to_do(
    make_key: Callable[[], ProviderApiKey],
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_key()
    lose_the_key(settings)
    before = stored()
    sealed.warn_at_start()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "ENCRYPTION_KEY is not the one this database was written with: 1 of the stored" in line
    assert secrets.key_id(OLD) in line
    assert "ENCRYPTION_KEYS_OLD" in line
    assert stored() == before


@pytest.mark.parametrize("is_right", [True, False])
def test_it_finds_a_wrong_key_in_the_checks_of_the_database(
    make_key: Callable[[], ProviderApiKey], settings: Settings, is_right: bool
) -> None:
    make_key()
    if not is_right:
        lose_the_key(settings)
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert [message.id for message in found] == ["operations.W001"] * (not is_right)


def test_it_is_degraded_with_a_wrong_key_and_says_which_is_missing(
    make_key: Callable[[], ProviderApiKey], settings: Settings
) -> None:
    make_key()
    assert sealed.finding().state is State.OK
    lose_the_key(settings)
    found = sealed.finding()
    assert found.state is State.DEGRADED
    assert found.facts == {"cannot_be_opened": 1, "missing_keys": [secrets.key_id(OLD)]}


def test_it_shows_keys_that_cannot_be_opened_and_keeps_them_beside_a_new_one(
    make_key: Callable[[], ProviderApiKey], settings: Settings, as_admin: Client
) -> None:
    row = make_key()
    lose_the_key(settings)
    before = stored()
    page = as_admin.get(f"/admin/providers/apiprovider/{row.provider_id}/change/")
    assert "cannot be opened: was ENCRYPTION_KEY changed?" in page.content.decode()
    services.set_key(provider=row.provider, key=Secret(TEXT), by=None, address=None)
    kept = ProviderApiKey.objects.get(pk=row.pk)
    assert (kept.ciphertext, kept.key_id) == (before[0][3], secrets.key_id(OLD))


@pytest.mark.parametrize("is_right", [True, False])
def test_it_says_so_when_the_web_server_starts(tmp_path: Path, is_right: bool) -> None:
    key, other = NEW.hex(), STRANGE.hex()
    database = f"sqlite:///{tmp_path}/db.sqlite3"
    seal = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from operations.secrets import Secret
from providers import services
provider = services.add_provider(name="P", base_url="https://a.example", by=None, address=None)
services.set_key(provider=provider, key=Secret("{TEXT}"), by=None, address=None)
"""
    start(seal, DATABASE_URL=database, ENCRYPTION_KEY=key, DJANGO_SETTINGS_MODULE="config.settings")
    said = start(
        "import config.wsgi", DATABASE_URL=database, ENCRYPTION_KEY=key if is_right else other
    )
    lines = [line for line in said.splitlines() if "wrong_encryption_key" in line]
    assert len(lines) == (0 if is_right else 1)


def start(code: str, **variables: str) -> str:
    """Run Python code in a process that has only these variables; what it writes on stderr."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=product.BASE_DIR,
        env={"PATH": os.environ["PATH"], "JWT_SECRET": "j" * 64, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr
