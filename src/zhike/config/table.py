"""The settings of an installation as a table: name, reader, default, meaning. A wrong value stops the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zhike.facts.currencies import CURRENCIES

Reader = Callable[[str], Any]


class SettingInvalid(Exception):
    """A setting has a value that it cannot take; the text is a sentence for people."""


def words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word for word in (part.strip() for part in text.split(",")) if word)


def switch(text: str) -> bool:
    """`true` or `false`."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("neither `true` nor `false`")
    return text.lower() == "true"


def positive(text: str) -> int:
    """A whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError("not a whole number above zero")
    return int(text)


def folder(text: str) -> Path:
    """A folder, made on first use."""
    return Path(text).expanduser().absolute()


def folder_or_none(text: str) -> Path | None:
    """A folder, or none."""
    return folder(text) if text else None


def database(text: str) -> str:
    """`sqlite:///path` or `postgresql://user@host/name`; empty is SQLite in the data folder."""
    if text and urlsplit(text).scheme not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError("neither a sqlite:// nor a postgresql:// address")
    return text


def zone(text: str) -> str:
    """An IANA time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("not a time zone such as Asia/Shanghai") from error
    return text


def language(text: str) -> str:
    """`zh-hans` or `en`."""
    if text not in {"zh-hans", "en"}:
        raise ValueError("neither `zh-hans` nor `en`")
    return text


def currency(text: str) -> str:
    """The code of a currency."""
    if text not in CURRENCIES:
        raise ValueError("not a currency code such as CNY")
    return text


def address(text: str) -> str:
    """An http or https address without a path."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise ValueError("not an address such as https://zhike.example.com")
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Setting:
    """One environment variable; `secret` may also come from the file that `<name>_FILE` names."""

    name: str
    read: Reader
    default: str
    help: str
    secret: bool = False


SETTINGS = (
    Setting("ZHIKE_DATA_DIR", folder, "zhike-data", "folder of the database, uploads, keys and backups"),
    Setting(
        "ZHIKE_DATABASE_URL",
        database,
        "",
        "PostgreSQL or SQLite; empty: SQLite in the data folder",
        secret=True,
    ),
    Setting(
        "ZHIKE_SECRET_KEY",
        str,
        "",
        "key for sessions and links; empty: made once in the data folder",
        secret=True,
    ),
    Setting(
        "ZHIKE_ADDRESS", address, "http://127.0.0.1:8000", "address people type, used in links and mails"
    ),
    Setting(
        "ZHIKE_HOSTS", words, "127.0.0.1,localhost", "host names answered to, beside the one of ZHIKE_ADDRESS"
    ),
    Setting(
        "ZHIKE_LANGUAGE", language, "zh-hans", "language for people who have not chosen one: zh-hans or en"
    ),
    Setting("ZHIKE_TIME_ZONE", zone, "Asia/Shanghai", "time zone of the company"),
    Setting("ZHIKE_CURRENCY", currency, "CNY", "currency of the company, in which figures are shown"),
    Setting("ZHIKE_WEB_WORKERS", positive, "2", "processes that serve pages"),
    Setting("ZHIKE_EMBEDDED_WORKER", switch, "true", "whether `zhike serve` also runs the jobs"),
    Setting(
        "ZHIKE_PROXIES", switch, "false", "whether a reverse proxy in front sets X-Forwarded-Proto and -For"
    ),
    Setting(
        "ZHIKE_MAIL_URL",
        str,
        "",
        "smtp://user:password@host:port or smtps://…; empty: mails wait in the outbox",
        secret=True,
    ),
    Setting("ZHIKE_MAIL_FROM", str, "zhike@localhost", "sender of mails"),
    Setting(
        "ZHIKE_OIDC_ISSUER", str, "", "issuer of OpenID Connect sign-in, such as https://login.example.com"
    ),
    Setting("ZHIKE_OIDC_CLIENT", str, "", "client id at the issuer"),
    Setting("ZHIKE_OIDC_SECRET", str, "", "client secret at the issuer", secret=True),
    Setting(
        "ZHIKE_BACKUP_DIR", folder_or_none, "", "folder of the backups; empty: `backups` in the data folder"
    ),
    Setting(
        "ZHIKE_BACKUP_PASSPHRASE",
        str,
        "",
        "what opens the backups; keep it elsewhere too; empty: no backup is made at night",
        secret=True,
    ),
    Setting("ZHIKE_BACKUP_KEEP", positive, "14", "how many nightly backups are kept"),
    Setting("ZHIKE_DEBUG", switch, "false", "error pages with detail, for development only"),
)


def raw(setting: Setting, environ: Mapping[str, str]) -> str:
    """The text of a setting: the variable, the file that `<name>_FILE` names, or the default."""
    path = environ.get(f"{setting.name}_FILE", "") if setting.secret else ""
    if path:
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise SettingInvalid(f"{setting.name}_FILE: `{path}` cannot be read: {error.strerror}") from error
    return environ.get(setting.name, setting.default)


def read_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Every setting by its name. Raises SettingInvalid with all wrong values and unknown names at once."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        text = raw(setting, environ)
        try:
            found[setting.name] = setting.read(text)
        except ValueError as error:
            shown = "its value" if setting.secret else f"`{text}`"
            wrong.append(f"{setting.name}: {shown} is {error}; {setting.help}")
    if wrong:
        raise SettingInvalid("\n".join(wrong))
    return found
