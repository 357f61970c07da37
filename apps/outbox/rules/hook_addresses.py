"""Where webhooks may go: to public addresses, and to networks that the installation allows.

Who makes an endpoint chooses where we connect to, so that nothing inside of our own network may be
reached by it, whatever a name is made to stand for.

Clause: none (it keeps the installation itself safe).
"""

import re
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

LONGEST = 500  # characters of an address
# A host as it is written, and its port: a name, four numbers with dots, or IPv6 in brackets.
WRITTEN = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d*)?", re.IGNORECASE)
NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}")
# What a resolver reads as a number, however it is spelt: 0x7f000001, 0177.0.0.1, 127.1.
NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)", re.IGNORECASE)
FREE_PORTS = range(1024, 65536)
Network = IPv4Network | IPv6Network
# What `is_global` lets pass, now or in an older Python: assignments of protocols, relays, the
# host of a cloud that answers its machines at a public address.
CLOSED = [
    ip_network(each)
    for each in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]
TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are the real address
RELAYED = IPv6Network("2002::/16")  # 6to4: bytes two to five are


class AddressRefused(ValueError):
    """Nothing is sent to this address. The message says why, and what to do."""


def is_reachable(address: str, *, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether webhooks may go to an IP address.

    Clause: none (it keeps the installation itself safe).
    """
    if "%" in address:  # of one link only
        return False
    try:
        ip = _real(ip_address(address))
    except ValueError:
        return False
    if any(ip in network for network in allowed):
        return True
    return _is_public(ip)


def checked_url(url: str, *, plain_http: bool = False) -> SplitResult:
    """Return the parts of an address to which a webhook may go, as far as its letters tell.

    ``plain_http``: for a trial, without TLS as well.

    Clause: none (it keeps the installation itself safe).

    :raises AddressRefused: it is not such an address.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(
            f"Use an address of at most {LONGEST} ASCII characters, without blanks. A host with"
            " other letters is written as xn--…"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is no address: write it as https://host/path.") from None
    if parts.scheme not in (("https", "http") if plain_http else ("https",)):
        raise AddressRefused("Use an address that begins with https://.")
    if "@" in parts.netloc:
        raise AddressRefused("Leave the name and password out: what we send is signed.")
    _check_host(parts)
    if "\\" in url:
        raise AddressRefused("This is no address: write it as https://host/path.")
    if parts.fragment:
        raise AddressRefused("Leave out what follows the #: it is not sent.")
    if port is not None and port not in FREE_PORTS and port != port_of(parts._replace(netloc="")):
        raise AddressRefused("Use the usual port, or one of 1024 and above.")
    return parts


def port_of(parts: SplitResult) -> int:
    """Return the port of an address.

    Clause: none (it keeps the installation itself safe).
    """
    return parts.port or (443 if parts.scheme == "https" else 80)


def _check_host(parts: SplitResult) -> None:
    if not parts.hostname or not WRITTEN.fullmatch(parts.netloc):
        raise AddressRefused("This is no address: write it as https://host/path.")
    if not _is_host(parts.hostname):
        raise AddressRefused(
            "Write the host as a name such as hooks.example.com, or as a public IP address."
        )


def _is_host(host: str) -> bool:
    """Tell whether a host is a name, or an IP address in its usual form and in no other."""
    try:
        ip_address(host)
    except ValueError:
        return bool(NAME.fullmatch(host)) and not NUMBER.fullmatch(host.rpartition(".")[2])
    return True


def _real(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address that is really reached: some of version 6 stand for one of version 4."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in TRANSLATED:
        return IPv4Address(ip.packed[12:])
    if ip in RELAYED:
        return IPv4Address(ip.packed[2:6])
    return ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    is_special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback
    if is_special or ip.is_link_local or ip.is_private or not ip.is_global:
        return False
    return not any(ip in network for network in CLOSED)
