"""The lint rule: nothing but operations.outbound opens connections to others."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings

CLIENTS = [
    "import requests\n",
    "import urllib3\n",
    "import urllib.request\n",
    "from urllib.request import urlopen\n",
    "from urllib import request\n",
    "import http.client\n",
    "from http import client\n",
    "import aiohttp\n",
    "import httpx\n",
    "import httpcore2\n",
    "from httpx2 import Client\n",
    "import httpx2\n\nhttpx2.Client()\n",
    "import httpx2 as h\n\nh.get('x')\n",
    "import socket\n\nsocket.create_connection(('x', 1))\n",
    "import asyncio\n\nasyncio.open_connection('x', 1)\n",
    "import ftplib\n",
    "import smtplib\n",
    "import xmlrpc.client\n",
]
BOUND = ["operations/webhooks.py", "providers/adapters/new.py", "pipeline/steps/new.py"]


def banned(code: str, path: str) -> bool:
    """Whether the project's own lint finds a client that is banned in a file of that name."""
    options = ["--select", "TID251", "--stdin-filename", path, "-"]
    command = [sys.executable, "-m", "ruff", "check", *options]
    done = subprocess.run(  # noqa: S603
        command, cwd=settings.BASE_DIR, input=code, capture_output=True, text=True, check=False
    )
    return "TID251" in done.stdout


@pytest.mark.parametrize("code", CLIENTS)
def test_it_bans_other_clients(code: str) -> None:
    assert banned(code, "pipeline/steps/new.py")


@pytest.mark.parametrize("path", BOUND)
def test_it_holds_wherever_the_product_runs(path: str) -> None:
    assert banned("import requests\n", path)


def test_it_lets_the_one_client_be_built_where_it_is() -> None:
    assert not banned("import httpx2\n\nhttpx2.Client()\n", "operations/outbound.py")


def test_it_lets_adapters_name_the_types_and_errors_of_the_client() -> None:
    assert not banned("import httpx2\n\nhttpx2.TimeoutException\n", "providers/adapters/new.py")
