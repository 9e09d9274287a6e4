"""Where the product may connect to: which URLs, which hosts, which IP addresses.

The rule: public addresses over https, and what ``PROVIDER_ALLOWED_HOSTS`` lists (``host`` or
``host:port``), which may also be private and spoken to in clear. Pure checks: nothing is resolved
and nothing connected here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
NAT64 = ip_network("64:ff9b::/96")
# Never public, whatever Python's tables say: an IPv4 address in an obsolete IPv6 wrapping, tunnels
# that end wherever the address says, protocol assignments that older Pythons let pass (Oracle's
# metadata is there), and Azure's platform endpoint, which is a public number.
NEVER = (
    ip_network("::/96"),
    ip_network("2001::/32"),
    ip_network("64:ff9b:1::/48"),
    ip_network("192.0.0.0/24"),
    ip_network("168.63.129.16/32"),
)
METADATA = ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254")  # not link-local
HOST_NAME = re.compile(
    r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)*"
)
LONGEST_HOST = 253
ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
UNSAFE_IN_URL = re.compile(r"[^!-~]|[\\<>\"^`{|}]")


class DestinationRefused(ValueError):
    """A place that the product does not connect to; the message says why, for operators."""


def check_url(url: str, *, is_base: bool = True) -> None:
    """Raise DestinationRefused unless ``url`` may be saved as the address of a service.

    ``is_base`` says that paths are put behind it, which a query leaves no place for. Names are not
    resolved here; that happens, and is checked again, at each connection.
    """
    parts = _split(url)
    host, port = host_of(parts), port_of(parts)
    if is_base and parts.query:
        raise DestinationRefused("The address must not have a query.")
    if parts.fragment:
        raise DestinationRefused("The address must not have a fragment (#).")
    check_destination(parts.scheme, host, port)


def check_destination(scheme: str, host: str, port: int) -> None:
    """Raise DestinationRefused for a host that may not be contacted, as far as its text tells."""
    if is_allowed(host, port):
        return
    if scheme != "https":
        raise DestinationRefused(
            f"{host} must be addressed with https, or be listed in PROVIDER_ALLOWED_HOSTS."
        )
    address = literal(host)
    if address is not None:
        check_address(host, port, address)
    elif ENDS_IN_A_NUMBER.search(host):
        raise DestinationRefused(f"{host} is a number, and not written as an IP address is.")
    elif "." not in host or host.endswith((".localhost", ".local", ".internal")):
        raise DestinationRefused(f"{host} is a local name: list it in PROVIDER_ALLOWED_HOSTS.")


def check_address(host: str, port: int, address: Address) -> None:
    """Raise DestinationRefused unless ``host`` may be contacted at ``address``.

    A listed name may stand for a private address, but not for a link-local one (where clouds keep
    their metadata): for that the address itself has to be listed.
    """
    if is_public(address) or is_allowed(str(address), port):
        return
    if is_allowed(host, port) and not _is_special(address):
        return
    raise DestinationRefused(f"{host} is at {address}, which is not a public address.")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open Internet, also inside of IPv6 wrappings."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, IPv6Address) and address.is_site_local)
        and not any(address in network for network in NEVER if network.version == address.version)
    )


def is_allowed(host: str, port: int) -> bool:
    """Whether PROVIDER_ALLOWED_HOSTS lists the host, for this port or any."""
    listed = _allowed(tuple(settings.PROVIDER_ALLOWED_HOSTS))
    return (host.lower(), port) in listed or (host.lower(), None) in listed


def origin(url: str) -> str:
    """Scheme, host and port, always written alike: ``https://api.example.com:443``."""
    parts = _split(url)
    host = host_of(parts)
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port_of(parts)}"


def parse_allowed(entry: str) -> tuple[str, int | None]:
    """``host``, ``host:port``, ``[::1]:port`` or a bare IPv6 address. Raises ValueError."""
    bare = literal(entry.strip("[]"))
    if bare is not None:
        return str(bare), None
    parts = urlsplit(f"//{entry.lower()}")
    if not parts.hostname or parts.username or parts.path or parts.query or parts.fragment:
        raise ValueError(f"{entry!r} is not a host or host:port")
    return parts.hostname, parts.port


def literal(host: str) -> Address | None:
    """The IP address that a host's text is, or None for a name. Zone ids are no part of one."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def host_of(parts: SplitResult) -> str:
    """The host in lower case, checked letter by letter; IP addresses in their shortest form."""
    host = (parts.hostname or "").lower()
    address = literal(host)
    if address is not None:
        return str(address)
    if len(host) > LONGEST_HOST or not HOST_NAME.fullmatch(host):
        raise DestinationRefused("The address has no valid host name (write it in ASCII).")
    return host


def port_of(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def _split(url: str) -> SplitResult:
    if UNSAFE_IN_URL.search(url):
        raise DestinationRefused("The address contains characters that have no place in one.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DestinationRefused("The address is malformed.") from None
    if parts.scheme not in DEFAULT_PORTS or port == 0:
        raise DestinationRefused("The address must start with https:// or http://.")
    if "@" in parts.netloc:
        raise DestinationRefused("The address must not contain a user name or password.")
    return parts


def _wrapped(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_special(address: Address) -> bool:
    """Link-local, multicast, unspecified or reserved, and so not anybody's own network."""
    inner = _wrapped(address)
    if inner is not None:
        return _is_special(inner)
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and not address.is_loopback)
        or str(address) in METADATA
    )


@lru_cache(maxsize=8)
def _allowed(entries: tuple[str, ...]) -> frozenset[tuple[str, int | None]]:
    return frozenset(parse_allowed(entry) for entry in entries)
