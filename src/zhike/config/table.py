"""The settings of an installation as a table: name, reader, default, meaning. A wrong value stops the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zhike.facts.currencies import CURRENCIES
from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say, system_says
from zhike_engine.words import Text

Reader = Callable[[str], Any]
DATA = "zhike-data"


class SettingInvalid(InstallationUnfit):
    """Settings have values that they cannot take; the message names each of them."""


def words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word for word in (part.strip() for part in text.split(",")) if word)


def switch(text: str) -> bool:
    """`true` or `false`."""
    if text.lower() not in {"true", "false"}:
        raise ValueError(say("neither `true` nor `false`"))
    return text.lower() == "true"


def positive(text: str) -> int:
    """A whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(say("not a whole number above zero"))
    return int(text)


def folder(text: str) -> Path:
    """A folder, made on first use."""
    return Path(text).expanduser().absolute()


def data_folder(text: str) -> Path:
    """The data folder; empty is the usual one, never the folder that a command happens to run in."""
    return folder(text or DATA)


def folder_or_none(text: str) -> Path | None:
    """A folder, or none."""
    return folder(text) if text else None


def parted(text: str) -> SplitResult:
    """An address in its parts. Raises ValueError where brackets or port are wrong."""
    try:
        parts = urlsplit(text)
        if parts.port == 0:
            raise ValueError
    except ValueError as error:
        raise ValueError(say("its host or port is wrong")) from error
    return parts


def database(text: str) -> str:
    """`sqlite:///path` or `postgresql://user@host/name`; empty is SQLite in the data folder."""
    parts = parted(text)
    if text and parts.scheme not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError(say("neither a sqlite:// nor a postgresql:// address"))
    if text and not parts.path.strip("/"):
        raise ValueError(say("it names no database"))
    if parts.scheme == "sqlite" and not text.startswith("sqlite:///"):
        raise ValueError(say("not an address such as sqlite:///folder/file, with three slashes"))
    return text


def mail(text: str) -> str:
    """`smtp://user:password@host:port` or `smtps://…`; empty is none."""
    parts = parted(text)
    if text and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}):
        raise ValueError(say("not an address such as smtps://user:password@mail.example.com"))
    return text


def issuer(text: str) -> str:
    """An http or https address; empty is none."""
    parts = parted(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(say("not an address such as https://login.example.com"))
    return text


def proxies(text: str) -> int:
    """How many reverse proxies are in front; `true` is one, `false` is none."""
    known = {"true": "1", "false": "0"}.get(text.lower(), text)
    if not re.fullmatch(r"[0-9]", known):
        raise ValueError(say("neither `true`, `false`, nor a number of proxies"))
    return int(known)


def zone(text: str) -> str:
    """An IANA time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(say("not a time zone such as Asia/Shanghai")) from error
    return text


def language(text: str) -> str:
    """`zh-hans` or `en`."""
    if text not in {"zh-hans", "en"}:
        raise ValueError(say("neither `zh-hans` nor `en`"))
    return text


def currency(text: str) -> str:
    """The code of a currency."""
    if text not in CURRENCIES:
        raise ValueError(say("not a currency code such as CNY"))
    return text


def address(text: str) -> str:
    """An http or https address without a path."""
    parts = parted(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(say("not an address such as https://zhike.example.com"))
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Setting:
    """One environment variable; `secret` may also come from the file that `<name>_FILE` names."""

    name: str
    read: Reader
    default: str
    help: Text
    secret: bool = False


SETTINGS = (
    Setting("ZHIKE_DATA_DIR", data_folder, DATA,
            Text(zh="数据库、上传文件、密钥和备份所在的文件夹",
                 en="folder of the database, uploads, keys and backups")),
    Setting("ZHIKE_DATABASE_URL", database, "",
            Text(zh="PostgreSQL 或 SQLite 的地址；留空为数据文件夹中的 SQLite",
                 en="address of PostgreSQL or SQLite; empty: SQLite in the data folder"), secret=True),
    Setting("ZHIKE_SECRET_KEY", str, "",
            Text(zh="会话和链接所用的密钥；留空则在数据文件夹中生成一次",
                 en="key for sessions and links; empty: made once in the data folder"), secret=True),
    Setting("ZHIKE_ADDRESS", address, "http://127.0.0.1:8000",
            Text(zh="用户输入的网址，也用于链接和邮件",
                 en="address people type, used in links and mails")),
    Setting("ZHIKE_HOSTS", words, "127.0.0.1,localhost",
            Text(zh="除 ZHIKE_ADDRESS 外还应答的主机名，以逗号分隔",
                 en="host names answered to beside the one of ZHIKE_ADDRESS, between commas")),
    Setting("ZHIKE_LANGUAGE", language, "zh-hans",
            Text(zh="尚未自选语言者看到的语言：zh-hans 或 en",
                 en="language for people who have not chosen one: zh-hans or en")),
    Setting("ZHIKE_TIME_ZONE", zone, "Asia/Shanghai",
            Text(zh="公司所在时区",
                 en="time zone of the company")),
    Setting("ZHIKE_CURRENCY", currency, "CNY",
            Text(zh="公司的本位币，各项数字以此显示",
                 en="currency of the company, in which figures are shown")),
    Setting("ZHIKE_WEB_WORKERS", positive, "2",
            Text(zh="提供网页的进程数",
                 en="processes that serve pages")),
    Setting("ZHIKE_EMBEDDED_WORKER", switch, "true",
            Text(zh="`zhike serve` 是否同时执行后台任务",
                 en="whether `zhike serve` also runs the jobs")),
    Setting("ZHIKE_PROXIES", proxies, "false",
            Text(zh="前面有几层设置 X-Forwarded-Proto 和 X-Forwarded-For 的反向代理；true 为一层",
                 en="how many reverse proxies in front set X-Forwarded-Proto and X-Forwarded-For; true is one")),
    Setting("ZHIKE_MAIL_URL", mail, "",
            Text(zh="smtp://user:password@host:port 或 smtps://…；留空则邮件两天后发送失败，可再发",
                 en="smtp://user:password@host:port or smtps://…; empty: mails fail after two days, and can be sent again"), secret=True),
    Setting("ZHIKE_MAIL_FROM", str, "zhike@localhost",
            Text(zh="邮件的发件人",
                 en="sender of mails")),
    Setting("ZHIKE_OIDC_ISSUER", issuer, "",
            Text(zh="OpenID Connect 登录的签发方，如 https://login.example.com",
                 en="issuer of OpenID Connect sign-in, such as https://login.example.com")),
    Setting("ZHIKE_OIDC_CLIENT", str, "",
            Text(zh="在签发方登记的客户端编号",
                 en="client id at the issuer")),
    Setting("ZHIKE_OIDC_SECRET", str, "",
            Text(zh="在签发方登记的客户端密钥",
                 en="client secret at the issuer"), secret=True),
    Setting("ZHIKE_BACKUP_DIR", folder_or_none, "",
            Text(zh="备份所在的文件夹；留空为数据文件夹中的 `backups`",
                 en="folder of the backups; empty: `backups` in the data folder")),
    Setting("ZHIKE_BACKUP_PASSPHRASE", str, "",
            Text(zh="打开备份的口令，请另存一份；留空则夜间不做备份",
                 en="what opens the backups; keep it elsewhere too; empty: no backup is made at night"), secret=True),
    Setting("ZHIKE_BACKUP_KEEP", positive, "14",
            Text(zh="保留多少份夜间备份",
                 en="how many nightly backups are kept")),
    Setting("ZHIKE_DEBUG", switch, "false",
            Text(zh="是否显示带细节的错误页，仅供开发",
                 en="whether error pages show details; for development only")),
)  # fmt: skip


def raw(setting: Setting, environ: Mapping[str, str]) -> str:
    """The text of a setting: the variable, the file that `<name>_FILE` names, or the default."""
    path = environ.get(f"{setting.name}_FILE", "") if setting.secret else ""
    if path:
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            why = say("`{path}` cannot be read: {why}", path=path, why=system_says(error))
            raise ValueError(say("the file it is to come from: {why}", why=why)) from error
    return environ.get(setting.name, setting.default)


def read_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Every setting by its name. Raises SettingInvalid with all wrong values at once."""
    found: dict[str, Any] = {}
    wrong: list[Text] = []
    for setting in SETTINGS:
        try:
            found[setting.name] = setting.read(raw(setting, environ))
        except ValueError as error:
            wrong.append(_wrong(setting, error, environ))
    if found.get("ZHIKE_OIDC_ISSUER") and not found.get("ZHIKE_OIDC_CLIENT"):
        wrong.append(say("`ZHIKE_OIDC_CLIENT` is empty, and `ZHIKE_OIDC_ISSUER` needs it").text)
    if wrong:
        settings = Text(zh="；".join(one.zh for one in wrong), en="; ".join(one.en for one in wrong))
        raise SettingInvalid(
            say("settings are wrong: {settings}", settings=settings),
            hint=say("docs/reference/settings.md lists every setting"),
        )
    return found


def _wrong(setting: Setting, error: ValueError, environ: Mapping[str, str]) -> Text:
    """What is wrong with one setting; the value of a secret is not shown."""
    said = error.args[0]
    if setting.secret:
        return say("`{name}`: {why}", name=setting.name, why=said).text
    value = environ.get(setting.name, setting.default)
    return say("`{name}` is `{value}`: {why}", name=setting.name, value=value, why=said).text
