"""Base addresses that could reach into the network are refused before anything is connected."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from pytest_django.fixtures import Settings

from operations import addresses
from operations.addresses import DestinationRefused

HOSTILE = [
    "http://api.openai.com/v1",
    "https://127.0.0.1/v1",
    "https://127.1/v1",
    "https://0.0.0.0/v1",
    "https://10.1.2.3/v1",
    "https://172.16.0.1/v1",
    "https://192.168.1.1/v1",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/v1",
    "https://100.100.100.200/v1",
    "https://168.63.129.16/v1",
    "https://192.0.0.192/v1",
    "https://198.18.0.1/v1",
    "https://224.0.0.1/v1",
    "https://240.0.0.1/v1",
    "https://255.255.255.255/v1",
    "https://2130706433/v1",
    "https://0x7f000001/v1",
    "https://0x7f.0.0.1/v1",
    "https://0177.0.0.1/v1",
    "https://127.0.0.0x1/v1",
    "https://[::1]/v1",
    "https://[::]/v1",
    "https://[::ffff:127.0.0.1]/v1",
    "https://[::ffff:a9fe:a9fe]/v1",
    "https://[::127.0.0.1]/v1",
    "https://[64:ff9b::7f00:1]/v1",
    "https://[64:ff9b:1::1]/v1",
    "https://[2002:7f00:1::]/v1",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/v1",
    "https://[fe80::1]/v1",
    "https://[fe80::1%25eth0]/v1",
    "https://[fec0::1]/v1",
    "https://[fc00::1]/v1",
    "https://[fd00:ec2::254]/v1",
    "https://[ff02::1]/v1",
    "https://[2001:db8::1]/v1",
    "https://localhost/v1",
    "https://LOCALHOST/v1",
    "https://a.localhost/v1",
    "https://localhost./v1",
    "https://printer.local/v1",
    "https://metadata.google.internal/v1",
    "https://redis/v1",
    "https://user@api.openai.com/v1",
    "https://user:pass@api.openai.com/v1",
    "https://api.openai.com@127.0.0.1/v1",
    "https://api.openai.com\\@127.0.0.1/v1",
    "https://api.openai.com%00.example.com/v1",
    "https://api.openai.com/v1\r\nHost: x",
    "https://api.openai.com /v1",
    "https://api.openai.com:0/v1",
    "https://api.openai.com:99999/v1",
    "https://api.openai.com:x/v1",
    "https://api.openai.com/v1?key=1",
    "https://api.openai.com/v1#x",
    "https://ap\u0131.openai.com/v1",
    "https://127。0。0。1/v1",
    "https://①②⑦.0.0.1/v1",
    "https:///v1",
    "https://-/v1",
    "https://a..b/v1",
    "ftp://api.openai.com/v1",
    "file:///etc/passwd",
    "gopher://api.openai.com/",
    "//api.openai.com/v1",
    "api.openai.com/v1",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_it_refuses_hostile_addresses(url: str) -> None:
    with pytest.raises(DestinationRefused):
        addresses.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://api.openai.com:8443/v1/",
        "https://1.1.1.1/v1",
        "https://[2606:4700:4700::1111]/v1",
        "https://xn--bcher-kva.example/v1",
        "https://my_tenant.example.com/v1",
    ],
)
def test_it_accepts_public_addresses_over_https(url: str) -> None:
    addresses.check_url(url)


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("ollama:11434", "http://ollama:11434/v1"),
        ("ollama", "http://ollama:11434/v1"),
        ("OLLAMA", "http://ollama/v1"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("::1", "http://[0:0::1]:8080/v1"),
    ],
)
def test_it_accepts_what_the_operator_listed(listed: str, url: str, settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = [listed]
    addresses.check_url(url)


def test_it_lists_a_host_for_its_port_only(settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = ["localhost:8080"]
    with pytest.raises(DestinationRefused):
        addresses.check_url("http://localhost:8081/v1")


def test_it_lets_a_listed_name_be_private_but_not_the_metadata_service(settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = ["models.example.com"]
    addresses.check_address("models.example.com", 443, ip_address("10.0.0.7"))
    with pytest.raises(DestinationRefused):
        addresses.check_address("models.example.com", 443, ip_address("169.254.169.254"))


def test_it_refuses_a_public_name_with_a_private_address() -> None:
    with pytest.raises(DestinationRefused):
        addresses.check_address("models.example.com", 443, ip_address("10.0.0.7"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.example.com/v1", "https://API.example.com:443/v2"),
        ("http://10.0.0.1", "http://10.0.0.1:80/x"),
    ],
)
def test_it_writes_an_origin_always_alike(one: str, other: str) -> None:
    assert addresses.origin(one) == addresses.origin(other)


@pytest.mark.parametrize(
    "other", ["http://a.example", "https://a.example:444", "https://b.example"]
)
def test_it_tells_origins_apart(other: str) -> None:
    assert addresses.origin("https://a.example") != addresses.origin(other)
