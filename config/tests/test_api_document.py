"""The program that docs/api.md offers runs as it stands, and sees a run to its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from accounts.models import User
from config.tests.client_server import SECONDS, token_of, working_pool
from config.workshop.console import ROOT
from pipeline.models import Submission

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


def example() -> str:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(found)


def test_it_sees_a_run_to_its_end(live_server: LiveServer, alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 3
    given = {"BASE": live_server.url, "TOKEN": token_of(alice), "PATH": os.environ["PATH"]}
    with working_pool():
        ran = subprocess.run(  # noqa: S603 - our own document
            [sys.executable, "-c", example()],
            env=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    first, *states, result = ran.stdout.splitlines()
    assert first.startswith('left today: "daily";r=2;t=')
    assert states[-1].strip() == "succeeded"
    assert result.startswith("succeeded ")
    assert Submission.objects.get().user == alice
