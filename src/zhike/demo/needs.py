"""Needs that customers of the demo company voiced: most of them for the service plans to answer, some waiting for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, zip_longest

from zhike.customers.archive import Need
from zhike.customers.models import Customer
from zhike.demo.staff import moment
from zhike.kernel.journal import entry_for, journal_all

VOICED: tuple[tuple[str, str, str], ...] = (
    # kind, source, text
    ("solution", "visit", "过磅数据希望直接进入 ERP，不再手工录入"),
    ("service", "customer", "旺季夜班也要能找到人处理故障"),
    ("pain", "visit", "冬季读数漂移，每周都要手动清零"),
    ("preference", "customer", "报告和发票只收电子版，发给设备部"),
    ("product", "customer", "需要可冲洗的不锈钢台秤，防护等级 IP69K"),
    ("expectation", "colleague", "希望每年有一次面对面的使用总结"),
    ("direction", "web", "明年新建二期工厂，将增加六条包装线"),
    ("service", "visit", "新来的过磅员不熟悉操作，希望培训"),
)  # fmt: skip
CUSTOMERS, EACH = 24, 4
"""So many customers voiced so many needs each."""
DAYS = 30
"""Within so many days a need is to be answered, as the demo company has set it."""


def settle_needs(as_of: date) -> int:
    """Record the needs; how many there are."""
    made = [
        Need(
            customer=customer, kind=kind, text=text, source=source, stated_on=day, by=customer.manager,
            answer_by=day + timedelta(days=DAYS),
        )
        for number, customer in enumerate(islice(customers(), CUSTOMERS))
        for (kind, source, text), day in _voiced(number, as_of)
    ]  # fmt: skip
    Need.objects.bulk_create(made)
    journal_all([
        entry_for(one, "need_added", by=one.by, at=moment(one.stated_on, 16), kind=one.kind, source=one.source) for one in made
    ])  # fmt: skip
    return len(made)


def _voiced(number: int, as_of: date) -> Iterator[tuple[tuple[str, str, str], date]]:
    """What one customer voiced, the oldest first: the last ones within the last weeks."""
    for place in range(EACH):
        ago = (EACH - place) * 19 - 12 + number % 11
        yield VOICED[(number * 3 + place) % len(VOICED)], as_of - timedelta(days=ago)


def customers() -> Iterator[Customer]:
    """Current customers of the two best grades: by turns one of the account manager whom the tutorials follow, and one of each
    other manager."""
    rows = Customer.objects.living().filter(life="current", manager__is_active=True, grade__in=["A", "B"])
    found = rows.select_related("manager__superior").order_by("grade", "pk")[:300]
    seen: dict[int | None, int] = {}
    own, others = [], []
    for one in found:
        if one.manager is not None and one.manager.username == "linheng":
            own.append(one)
        else:
            seen[one.manager_id] = seen.get(one.manager_id, 0) + 1
            others.append((seen[one.manager_id], one.grade, one.pk, one))
    rest = [one for *_turn, one in sorted(others, key=lambda turn: turn[:3])]
    for pair in zip_longest(own[:12], rest):
        yield from (one for one in pair if one is not None)
