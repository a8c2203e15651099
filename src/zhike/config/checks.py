"""What is checked before the product serves anything: every route has a rule, SQLite runs at its safest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _

from zhike.config.sqlite import is_safe
from zhike.people.doors import rule_of


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address pattern with its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, where)
        elif isinstance(pattern, URLPattern):
            yield where, pattern.callback


@register()
def every_route_has_a_rule(**_given: Any) -> list[CheckMessage]:
    """A view that nobody wrote a rule for stops the start."""
    return [
        Error(f"`/{where}` has no rule", hint="mark its view with @door(…) or @open_to_all", id="zhike.E001")
        for where, view in routes()
        if not where.startswith("api/") and rule_of(view) is None
    ]


@register()
def sqlite_is_safe(**_given: Any) -> list[CheckMessage]:
    """Older libraries can corrupt a WAL database; then the slower rollback journal is used."""
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"] or is_safe():
        return []
    return [
        Caution(
            _("This SQLite can lose data: install pysqlite3, or use PostgreSQL."),  # type: ignore[arg-type]
            id="zhike.W001",
        )
    ]
