"""The address of whoever asks, where reverse proxies stand in front."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+")
"""`[2001:db8::1]:4711` and `203.0.113.7:4711`, as some proxies write."""


def client_of(forwarded: str, proxies: int) -> str:
    """The address that the outermost of so many proxies saw; empty where the header does not reach that far.

    Every proxy appends whom it talked to, so it is counted from the right: what stands further left, the client wrote.
    """
    entries = [entry.strip() for entry in forwarded.split(",")]
    if not 0 < proxies <= len(entries):
        return ""
    given = entries[-proxies]
    if found := WITH_PORT.fullmatch(given):
        given = found["six"] or found["four"]
    try:
        return str(ip_address(given.partition("%")[0]))
    except ValueError:
        return ""


class ClientAddress:
    """Puts the client's address into REMOTE_ADDR, for the lockout, the networks of tokens and the denials."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = client_of(request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.GIVEN["ZHIKE_PROXIES"])
        if found:
            request.META["REMOTE_ADDR"] = found
        return self.get_response(request)
