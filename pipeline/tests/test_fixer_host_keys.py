"""The host key fixer: known servers are reached as before, unknown ones are refused."""

from types import ModuleType
from typing import Any

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "host-keys"
CODE = """\
import paramiko
def login(host):
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # any
    return client.connect(host)
"""


class Client:
    """What matters of paramiko's client: known hosts connect, others as the policy says."""

    def load_system_host_keys(self) -> None:
        self.known = {"known"}

    def set_missing_host_key_policy(self, policy: Any) -> None:
        self.policy = policy

    def connect(self, host: str) -> str:
        return "connected" if host in self.known or self.policy == "any" else "refused"


def paramiko() -> ModuleType:
    module = ModuleType("paramiko")
    policies = {"AutoAddPolicy": lambda: "any", "RejectPolicy": lambda: "none"}
    module.__dict__.update(policies, SSHClient=Client)
    return module


@pytest.mark.parametrize(("host", "before"), [("known", "connected"), ("stranger", "connected")])
def test_it_refuses_strangers_only(host: str, before: str):
    assert run(CODE, paramiko=paramiko())["login"](host) == before
    after = run(fixed(CODE, RULE), paramiko=paramiko())["login"](host)
    assert after == ("connected" if host == "known" else "refused")


def test_it_keeps_the_rest_of_the_line():
    assert "(paramiko.RejectPolicy())  # any\n" in fixed(CODE, RULE)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (CODE.replace("    client.load_system_host_keys()\n", ""), "no known keys"),
        (f"{CODE}    client.save_host_keys('f')\n", "first key"),
        (
            "from paramiko import AutoAddPolicy\nc.load_host_keys(f)\n"
            "c.set_missing_host_key_policy(AutoAddPolicy())\n",
            "alone",
        ),
    ],
)
def test_it_refuses_where_every_server_would_be_refused(code: str, word: str):
    assert word in refusal(code, RULE)


def test_it_leaves_the_strict_policy_alone():
    assert untouched("import paramiko\nc.set_missing_host_key_policy(paramiko.RejectPolicy())\n")
