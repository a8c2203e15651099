"""Duplicates, found before an archive is opened: by name, registration, telephone, e-mail domain (ARC-01, ARC-12).

Every archive leaves marks, small words under an index, so that a question costs one query however many customers there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.kernel.bigrams import plain
from zhike.people.models import Person

LEGAL = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团|公司|\b(co|ltd|limited|inc|incorporated|corp|corporation|company|llc|gmbh|"
    r"ag|sas|sarl|sa|srl|spa|bv|nv|oy|ab|as|kg|plc|pty|pte|pvt|kk|s\.?a\.?|sp\.? ?z ?o\.? ?o\.?)\b\.?)"
)
COMMON = frozenset({
    "qq.com", "163.com", "126.com", "sina.com", "sina.cn", "sohu.com", "foxmail.com", "139.com", "189.cn", "yeah.net", "aliyun.com",
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "msn.com", "gmx.de", "web.de",
    "mail.ru", "yandex.ru", "protonmail.com",
})  # fmt: skip
"""Domains that many companies share."""
KINDS: dict[str, Any] = {
    "registration": _("same registration number"),
    "name": _("same name"),
    "phone": _("same telephone"),
    "domain": _("same e-mail domain"),
}
"""Kind of mark -> what two customers have in common, from certain to likely."""


class Mark(models.Model):
    """A word by which a customer may be met again."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=160)

    class Meta:
        db_table = "zhike_mark"
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "value"], name="mark_once")]
        indexes = [models.Index(fields=["kind", "value"], name="mark_value")]


def core(name: str) -> str:
    """A company's name without legal form, blanks and punctuation.

    >>> core("苏州三江智能装备有限公司"), core("Siam Nord Machinery Co., Ltd.")
    ('苏州三江智能装备', 'siamnordmachinery')
    """
    text = LEGAL.sub(" ", plain(name))
    return re.sub(r"[\W_]+", "", text)[:160] or re.sub(r"\W+", "", plain(name))[:160]


def marks_of(values: Any) -> Iterator[tuple[str, str]]:
    """(kind, value) of a customer or of the values typed for one."""

    def get(name: str) -> str:
        found = values.get(name) if isinstance(values, dict) else getattr(values, name, "")
        return str(found or "")

    for name in (get("name"), get("name_en")):
        if name:
            yield "name", core(name)
    registration = re.sub(r"\W", "", get("registration")).upper()
    if len(registration) >= 6:
        yield "registration", registration[:160]
    for number in re.split(r"[、/;；,，]", get("phone")):
        digits = re.sub(r"\D", "", number)
        if len(digits) >= 7:
            yield "phone", digits[-11:]
    domain = get("email").rpartition("@")[2].lower()
    if domain and domain not in COMMON:
        yield "domain", domain[:160]


def mark(customers: Iterable[Customer]) -> None:
    """Renew the marks of customers; safe to run twice."""
    some = list(customers)
    wanted = {
        (one.pk, kind, value) for one in some if one.merged_into_id is None for kind, value in marks_of(one)
    }
    there = {
        (row.customer_id, row.kind, row.value): row.pk
        for row in Mark.objects.filter(customer__in=[one.pk for one in some])
    }
    gone = [pk for key, pk in there.items() if key not in wanted]
    if gone:
        Mark.objects.filter(pk__in=gone).delete()
    fresh = [
        Mark(customer_id=pk, kind=kind, value=value)
        for pk, kind, value in sorted(wanted)
        if (pk, kind, value) not in there
    ]
    Mark.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)


@dataclass(frozen=True)
class Match:
    """A customer that may be the same, and what they have in common. `customer` is None when the person may not see it."""

    customer: Customer | None
    kinds: tuple[str, ...]

    @property
    def reasons(self) -> list[Any]:
        """What they have in common, in the reader's language."""
        return [KINDS[kind] for kind in self.kinds]

    @property
    def is_certain(self) -> bool:
        """Whether they share what two companies never share."""
        return "registration" in self.kinds or "name" in self.kinds


def find_duplicates(values: Any, *, by: Person, apart_from: int | None = None) -> list[Match]:
    """Customers that share a mark with these values, the likeliest first; those that a person may not see have no name."""
    wanted = set(marks_of(values))
    if not wanted:
        return []
    asked = models.Q()
    for kind in {kind for kind, _value in wanted}:
        asked |= models.Q(kind=kind, value__in=[value for one, value in wanted if one == kind])
    shared: dict[int, set[str]] = {}
    for row in (
        Mark.objects.filter(asked).exclude(customer=apart_from).order_by("-kind", "customer")[:200]
    ):  # what is certain first
        shared.setdefault(row.customer_id, set()).add(row.kind)
    seen = Customer.objects.visible_to(by).select_related("manager").defer("search").in_bulk(list(shared))
    matches = [
        Match(seen.get(pk), tuple(kind for kind in KINDS if kind in kinds)) for pk, kinds in shared.items()
    ]
    order = list(KINDS)
    return sorted(
        matches, key=lambda one: (order.index(one.kinds[0]), -len(one.kinds), str(one.customer or "~"))
    )[:20]
