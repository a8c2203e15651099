"""The one way out to other hosts: resolves once, refuses every address that is not public, and connects to the checked one.

No redirect is followed, nothing is waited for longer than ten seconds, and no more than a megabyte is read.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

SECONDS = 10
MOST = 1 << 20
PORTS = {"https": 443, "http": 80}
WORLD = (ip_network("2000::/3"),)
"""What is handed out to the internet in IPv6: mapped, compatible, translated and site-local addresses are not in it."""
NAT64 = ip_network("64:ff9b::/96")
"""IPv4 addresses behind a translator; its local kin 64:ff9b:1::/48 leads into the own network."""
Resolve = Callable[[str, int], list[str]]


class Unreachable(Exception):
    """The other side did not take it; the text is a sentence. `for_good`: asking again is of no use."""

    def __init__(self, said: str, *, for_good: bool = False) -> None:
        super().__init__(said)
        self.for_good = for_good


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except (OSError, ValueError) as error:
        raise Unreachable(_("`%(host)s` has no address.") % {"host": host}) from error


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet. One that leads to an IPv4 address is as public as that one."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.sixtofour or found.teredo:
            return all(is_public(str(one)) for one in (found.sixtofour, *(found.teredo or ())) if one)
        if found in NAT64:
            return is_public(str(IPv4Address(int(found) & 0xFFFFFFFF)))
        if not any(found in network for network in WORLD):
            return False
    return found.is_global and not found.is_multicast


class _Pinned(HTTPSConnection):
    """Connects to a checked address, and checks the certificate against the host's name."""

    def __init__(self, host: str, address: str, port: int) -> None:
        super().__init__(host, port, timeout=SECONDS, context=ssl.create_default_context())
        self.address = address
        self.tls = ssl.create_default_context()

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port or 443), SECONDS)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def post_json(
    url: str,
    body: Mapping[str, Any],
    *,
    resolve: Resolve = resolved,
    public: Callable[[str], bool] = is_public,
    ports: Mapping[str, int] = PORTS,
) -> dict[str, Any]:
    """Post JSON and read the answer as JSON. Raises Unreachable for anything but a 2xx answer from a public address.

    When a host has several addresses, they are tried in turn until one can be connected to.
    """
    scheme, host, path = _parts(url, ports)
    addresses = resolve(host, ports[scheme])
    if not addresses or not all(public(one) for one in addresses):
        raise Unreachable(_("`%(host)s` is not a public address.") % {"host": host})
    try:
        line = _connected(scheme, host, addresses, ports[scheme])
        try:
            line.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), {
                "Host": host, "Content-Type": "application/json; charset=utf-8", "User-Agent": "Zhike",
            })  # fmt: skip
            answer = line.getresponse()
            text = answer.read(MOST)
        finally:
            line.close()
        if not 200 <= answer.status < 300:
            words = {"host": host, "status": answer.status}
            raise Unreachable(_("`%(host)s` answered %(status)s.") % words)
        found = json.loads(text or b"{}")
    except (OSError, HTTPException, ValueError) as error:
        words = {"host": host, "why": type(error).__name__}
        raise Unreachable(_("`%(host)s` did not answer: %(why)s") % words) from error
    return found if isinstance(found, dict) else {}


def check_address(url: str, ports: Mapping[str, int] = PORTS) -> None:
    """Raises Unreachable for an address that can never be posted to, whatever its host resolves to."""
    _parts(url, ports)


def _parts(url: str, ports: Mapping[str, int]) -> tuple[str, str, str]:
    """Scheme, host and path of an address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:
        raise Unreachable(_("This is no address.")) from error
    if parts.scheme not in ports or not host or parts.username is not None:
        raise Unreachable(_("The address must begin with https:// and a host."))
    if port not in (None, ports[parts.scheme]):
        raise Unreachable(_("Only the usual port is allowed."))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if not re.fullmatch(r"[!-~]+", path):
        raise Unreachable(_("This is no address."))
    return parts.scheme, host, path


def _connected(scheme: str, host: str, addresses: list[str], port: int) -> HTTPConnection:
    """A connection to the first address that takes one. Raises OSError when none does."""
    for address in addresses[:-1]:
        line = _line(scheme, host, address, port)
        try:
            line.connect()
        except OSError:
            line.close()
        else:
            return line
    line = _line(scheme, host, addresses[-1], port)
    line.connect()
    return line


def _line(scheme: str, host: str, address: str, port: int) -> HTTPConnection:
    if scheme == "https":
        return _Pinned(host, address, port)
    return HTTPConnection(address, port, timeout=SECONDS)
