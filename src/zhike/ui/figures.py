"""Amounts, days and names as people read them, in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_symbol
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NOTHING = "—"
HUES = 8
LARGE = {
    "zh": ((Decimal(10) ** 8, " 亿"), (Decimal(10) ** 4, " 万")),
    "en": ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
}
"""Language -> steps of large numbers and their names."""


def tongue() -> str:
    """`zh` or `en`: the language of this answer."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


@lru_cache(maxsize=512)
def _symbol(currency: str) -> str:
    """The sign as China writes it, in both languages: `¥` is never the yen."""
    return get_currency_symbol(currency, locale="zh_Hans_CN")


def _rounded(value: Decimal | float, places: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def money(value: Decimal | float | None, currency: str = "", places: int = 2) -> str:
    """`¥1,234.50`; without a currency the number alone; `—` where there is none. Rounded half up."""
    if value is None or value == "":
        return NOTHING
    found = _rounded(value, places)
    sign = "−" if found < 0 else ""
    return f"{sign}{_symbol(currency) if currency else ''}{abs(found):,}"


def compact(value: Decimal | float | None, currency: str = "") -> str:
    """`1.24 亿` or `124M`: three or four figures, for tiles and axes."""
    if value is None or value == "":
        return NOTHING
    whole = Decimal(value)
    sign = "−" if whole < 0 else ""
    head = f"{sign}{_symbol(currency) if currency else ''}"
    for step, name in LARGE[tongue()]:
        if abs(whole) >= step:
            share = abs(whole) / step
            return f"{head}{_rounded(share, 2 if _rounded(share, 2) < 10 else 1 if _rounded(share, 1) < 100 else 0):,}{name}"
    return f"{head}{_rounded(abs(whole), 0):,}"


def percent(share: Decimal | float | None, places: int = 0) -> str:
    """`0.284` -> `28%`."""
    return NOTHING if share is None or share == "" else f"{_rounded(Decimal(share) * 100, places):,}%"


def day(value: date | datetime | None) -> str:
    """`2026-11-20`, in the company's time zone."""
    if not value:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """`2026-11-20 14:05`, in the company's time zone."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


def ago(value: datetime | date | None, now: datetime | None = None) -> str:
    """`5 minutes ago`, `yesterday`, `3 days ago`; the day itself when it is longer ago than a month, or to come."""
    if not value:
        return NOTHING
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    if isinstance(value, datetime):
        if timezone.is_naive(value):
            value = value.replace(tzinfo=UTC)
        gone = now - value
        if timedelta(0) <= gone < timedelta(hours=20):
            return _hours_ago(int(gone.total_seconds()))
        value = timezone.localtime(value).date()
    days = (today - value).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return (
        ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
        if 1 < days < 32
        else day(value)
    )


def _hours_ago(seconds: int) -> str:
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", seconds // 60) % {
            "count": seconds // 60
        }
    return ngettext("%(count)d hour ago", "%(count)d hours ago", seconds // 3600) % {"count": seconds // 3600}


@lru_cache(maxsize=4096)
def hue(name: str) -> int:
    """One of eight colours, always the same for a name."""
    return sum(name.encode()) % HUES


PLACE = re.compile(
    r"(?:(?:"
    r"北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|"
    r"甘肃|青海|宁夏|新疆|香港|澳门|台湾|中国"
    r")省?)?(?:(?:"
    r"石家庄|唐山|保定|太原|大同|呼和浩特|包头|沈阳|大连|鞍山|长春|哈尔滨|大庆|南京|苏州|无锡|常州|南通|徐州|扬州|盐城|镇江|泰州|杭州|宁波|温州|"
    r"嘉兴|湖州|绍兴|金华|台州|合肥|芜湖|福州|厦门|泉州|漳州|南昌|九江|赣州|济南|青岛|烟台|潍坊|济宁|临沂|淄博|威海|郑州|洛阳|新乡|周口|武汉|宜昌|"
    r"襄阳|长沙|株洲|湘潭|广州|深圳|珠海|佛山|东莞|中山|惠州|汕头|江门|南宁|柳州|桂林|海口|三亚|成都|绵阳|德阳|贵阳|遵义|昆明|拉萨|西安|宝鸡|咸阳|"
    r"汉中|兰州|天水|西宁|银川|乌鲁木齐"
    r")市?)?(?=..)"
)
"""What names of companies begin with, province and city; the letter after it tells them apart."""


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """One or two letters for a tile: `Hòa Bình` -> `HB`, `陈嘉怡` -> `嘉`, `苏州三江有限公司` -> `三`."""
    words = name.split()
    if not words:
        return "?"
    if ord(words[0][0]) < 0x2E80:
        return "".join(word[0] for word in words[:2]).upper()
    return name[1] if len(name) == 3 else PLACE.sub("", name, count=1)[0]


def person(somebody: Any) -> str:
    """A person's name, or `—` for nobody."""
    return str(somebody) if somebody else NOTHING
