"""Going through every page that a person is led to: what each offers, and how it answers.

    found = crawl(visitor, ["/"])       # a Walk: pages, and what was offered in vain

Links are followed by GET. Forms and buttons that post are pressed empty, and what they did is undone: a form may find its fields
missing (422), but a person who was offered it must not be told that it is not there or not theirs.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.db import transaction

EACH, VARIANTS = 1, 2
"""How many addresses of the same shape are opened, and of the same path with whatever parameters."""
LEADS = {"a": ["href"], "img": ["src"], "iframe": ["src"], "link": ["href"]}
SKIPPED = re.compile(r"/(static|accounts/logout|portal|docs)/|\.(svg|css|js|woff2|png|webmanifest)$")


@dataclass(frozen=True)
class Offer:
    """Something on a page that leads on."""

    method: str
    path: str
    words: str = ""


class Offers(HTMLParser):
    """Reads what a page offers. A form that posts is pressed where a button of it leads."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found = here, []
        self.forms: dict[str, tuple[str, str]] = {}
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads on from here."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id", "form")
            self.forms[self.inside] = (given.get("method", "get").upper(), given.get("action", ""))
        if "disabled" in given:
            return
        for name, method in (
            ("hx-get", "GET"),
            ("hx-post", "POST"),
            *((name, "GET") for name in LEADS.get(tag, [])),
        ):
            if name in given:
                self.offer(method, given[name])
        if tag in {"button", "input"} and given.get("type", "submit" if tag == "button" else "") in {
            "submit",
            "image",
        }:
            method, action = self.forms.get(given.get("form", self.inside), ("", ""))
            if method in {"GET", "POST"} and "hx-get" not in given:
                self.offer(method, given.get("formaction", action))

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self.inside = ""

    def offer(self, method: str, where: str) -> None:
        """Keep an address of this site."""
        if where.startswith(("#", "mailto:", "tel:", "data:", "javascript:")):
            return
        full = urlsplit(urljoin(f"http://here{self.here}", where))
        if full.netloc != "here" or SKIPPED.search(full.path):
            return
        self.found.append(Offer(method, full.path + (f"?{full.query}" if full.query else "")))


@dataclass
class Walk:
    """What was met: address -> status; what was offered in vain."""

    pages: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    each: Counter[tuple[str, str]] = field(default_factory=Counter)


def shape(offer: Offer) -> tuple[str, str]:
    """What addresses of the same kind have in common: their path without keys, the names of their parameters."""
    parts = urlsplit(offer.path)
    path = re.sub(r"/(\d[^/]*|[A-Z][^/]*|[^/]*\d[^/]*)(?=/|$)", "/…", parts.path)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    several = {"tab", "c", "state", "shown", "target", "what", "kind", "view", "q"}
    query = "&".join(
        sorted({f"{name}={value}" if name in several and len(value) < 12 else name for name, value in asked})
    )
    return offer.method, f"{path}?{query}"


def crawl(ask: Any, begin: list[str], most: int = 2000) -> Walk:
    """Open everything that is reached from the first pages. `ask(method, path)` gives status, body and place to go."""
    walk, waiting = Walk(), deque((Offer("GET", path), "") for path in begin)
    seen: set[Offer] = set()
    while waiting and len(seen) < most:
        offer, source = waiting.popleft()
        kind = shape(offer)
        path = (offer.method, kind[1].partition("?")[0])
        if offer in seen or walk.each[kind] >= EACH or walk.each[path] >= VARIANTS:
            continue
        seen.add(offer)
        walk.each.update({kind, path})
        with transaction.atomic():
            status, body, to = ask(offer.method, offer.path)
            transaction.set_rollback(offer.method == "POST")
        walk.pages[f"{offer.method} {offer.path}"] = status
        if status in {401, 403, 404, 405, 410} or status >= 500:
            walk.faults.append(
                f"{offer.method} {offer.path} answers {status}, offered on {source or 'the first page'}"
            )
        if to and status < 400 and offer.method == "GET":
            waiting.append((Offer("GET", to), f"{offer.path} (on)"))
        if status == 200 and offer.method == "GET" and body.lstrip()[:1] == "<":
            reader = Offers(offer.path)
            reader.feed(body)
            waiting += [(one, offer.path) for one in reader.found]
    return walk
