"""The programs that docs/api.md offers run as they stand, and see a run to its end."""

from __future__ import annotations

import json
import os
import re
import shutil
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


def examples(language: str) -> list[str]:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def output_of(program: list[str], server: LiveServer, user: User) -> str:
    given = {"BASE": server.url, "TOKEN": token_of(user), "PATH": os.environ["PATH"]}
    with working_pool():
        ran = subprocess.run(  # noqa: S603 - our own document
            program, env=given, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_it_sees_a_run_to_its_end(live_server: LiveServer, alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 3
    (program,) = examples("python")
    first, *states, result = output_of(
        [sys.executable, "-c", program], live_server, alice
    ).splitlines()
    assert first.startswith('left today: "daily";r=2;t=')
    assert states[-1].strip() == "succeeded"
    assert result.startswith("succeeded ")
    assert Submission.objects.get().user == alice


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_it_sees_a_run_to_its_end_with_curl(live_server: LiveServer, alice: User) -> None:
    (program,) = [block for block in examples("sh") if "getResult" in block]
    last = output_of(["/bin/sh", "-c", program], live_server, alice).splitlines()[-1]
    result = json.loads(last[last.index('{"id"') :])
    assert (result["id"], result["state"]) == (
        str(Submission.objects.get().public_id),
        "succeeded",
    )
