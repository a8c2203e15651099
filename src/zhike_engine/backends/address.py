"""Addresses of databases: `postgresql://…?schema=crm`, `sqlite:///path/to/file.db`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zhike_engine.errors import EngineUnavailable
from zhike_engine.messages import say


@dataclass(frozen=True)
class Address:
    """A database. `url` is what its driver understands; `schema` is where the fact tables lie, if stated."""

    url: str
    schema: str | None = None

    @property
    def shown(self) -> str:
        """The address without its password."""
        scheme, separator, rest = self.url.partition("://")
        who, at, host = rest.rpartition("@")
        user = who.partition(":")[0]
        return f"{scheme}{separator}{user}{at}{host}" if at else self.url


def postgresql_address(url: str) -> Address:
    """Take `schema` out of the options, which the driver would refuse."""
    base, _, query = url.partition("?")
    options = [option for option in query.split("&") if option]
    schemas = [option.partition("=")[2] for option in options if option.startswith("schema=")]
    rest = [option for option in options if not option.startswith("schema=")]
    return Address(base + ("?" + "&".join(rest) if rest else ""), schemas[-1] if schemas else None)


def sqlite_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`; raises EngineUnavailable when it is not there."""
    path = Path(url.removeprefix("sqlite://").removeprefix("/"))
    if not url.startswith("sqlite:///") or not path.name:
        raise EngineUnavailable(
            say("`{url}` names no database file", url=url),
            hint=say("write `sqlite:///facts.db` or `sqlite:////path/to/facts.db`"),
        )
    if not path.is_file():
        raise EngineUnavailable(
            say("there is no database file `{path}`", path=path),
            hint=say("check the path; `////` starts at the root"),
        )
    return path


def is_database(where: str) -> bool:
    """Whether a place is the URL of a database and no folder."""
    return where.startswith(("postgresql://", "postgres://", "sqlite://"))
