"""The one way out to other hosts: resolves once, refuses every address that is not public, and connects to the checked one.

No redirect is followed, nothing is waited for longer than ten seconds, and no more than a megabyte is read.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10
MOST = 1 << 20
PORTS = {"https": 443, "http": 80}
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
    except OSError as error:
        raise Unreachable(f"`{host}` has no address") from error


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, in whatever spelling: mapped and tunnelled ones are unwrapped."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
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
    """Post JSON and read the answer as JSON. Raises Unreachable for anything but a 2xx answer from a public address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ports or not host or parts.username is not None:
        raise Unreachable("the address is neither http nor https")
    port = parts.port or ports[parts.scheme]
    if port != ports[parts.scheme]:
        raise Unreachable("only the usual port is allowed")
    addresses = resolve(host, port)
    if not addresses or not all(public(one) for one in addresses):
        raise Unreachable(f"`{host}` is not a public address")
    line = (
        _Pinned(host, addresses[0], port)
        if parts.scheme == "https"
        else HTTPConnection(addresses[0], port, timeout=SECONDS)
    )
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        line.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), {
            "Host": host, "Content-Type": "application/json; charset=utf-8", "User-Agent": "Zhike",
        })  # fmt: skip
        answer = line.getresponse()
        text = answer.read(MOST)
        if not 200 <= answer.status < 300:
            raise Unreachable(f"`{host}` answered {answer.status}")
        found = json.loads(text or b"{}")
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"`{host}` did not answer: {type(error).__name__}") from error
    finally:
        line.close()
    return found if isinstance(found, dict) else {}
