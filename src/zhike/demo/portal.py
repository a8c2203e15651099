"""The customer portal of the demo company: open to two contacts of two customers, one of whom has asked for something."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from zhike.accesses.models import PARTS, PortalAccess
from zhike.customers.models import Contact
from zhike.demo.staff import Staff, moment
from zhike.kernel.journal import entry_for, journal_all
from zhike.letters.models import Letter
from zhike.people.company import CompanyLimit
from zhike.people.models import Person
from zhike.requests.asking import ask
from zhike.requests.models import ServiceRequest

MANAGER = "linheng"
"""Whose customers' contacts have access."""
ASKED = (
    ("technical", "新版仪表如何导出历史数据", "希望按月导出称重记录到表格，供财务核对。", "可在“记录”菜单中按月导出，操作手册已附在邮件里。"),
    ("order", "下一批传感器能否提前一周交货", "检修期提前到月中，希望传感器提前到货。", ""),
)  # fmt: skip
"""Kind, subject, what is asked for, what was answered for the customer (empty: it waits)."""


def settle_portal(staff: Staff, as_of: date) -> int:
    """Open the portal; how many accesses there are."""
    manager = staff.people[MANAGER]
    CompanyLimit.objects.update_or_create(name="portal_open", defaults={"value": 1})
    at, until_on = moment(as_of - timedelta(days=40), 10), as_of + timedelta(days=325)
    made = [
        PortalAccess(
            contact=one,
            email=one.email.lower(),
            opened_for=one.customer_id,
            parts=list(PARTS),
            until_on=until_on,
            opened_by=manager,
            opened_at=at,
        )
        for one in contacts(manager)
    ]
    PortalAccess.objects.bulk_create(made)
    journal_all([entry_for(one, "portal_opened", by=manager, at=at, day=until_on) for one in made])
    for number, one in enumerate(ASKED if made else ()):
        _asked(made[0].contact, manager, as_of, number, *one)
    return len(made)


def contacts(manager: Person) -> list[Contact]:
    """A contact with an e-mail address of each of two customers of the manager: of those who have a letter to confirm, if any."""
    found: dict[int, Contact] = {}
    own = {"customer__manager": manager, "customer__life": "current", "customer__merged_into": None}
    told = Letter.objects.filter(customer=OuterRef("customer"), state__in=("sent", "delivered"))
    rows = Contact.objects.offered().filter(**own).exclude(email="").select_related("customer")
    for one in rows.order_by(Exists(told).desc(), "-customer__amount_12m", "customer", "pk")[:40]:
        found.setdefault(one.customer_id, one)
    return list(found.values())[:2]


def _asked(
    contact: Contact,
    manager: Person,
    as_of: date,
    number: int,
    kind: str,
    subject: str,
    text: str,
    reply: str,
) -> None:
    """A request of a contact, answered or waiting."""
    at = moment(as_of - timedelta(days=12 - 11 * number), 10)
    one = ask(contact=contact, kind=kind, subject=subject, text=text, at=at)
    if reply:
        given = at + timedelta(hours=3)
        met = None if one.due_at is None else given <= one.due_at
        values = {"answered_at": given, "answered_by": manager, "answer": reply, "reply": reply, "met": met}
        ServiceRequest.objects.filter(pk=one.pk).update(**values, answer_recorded_at=given)
        one.refresh_from_db()
        journal_all(
            [
                entry_for(
                    one, "request_answered", by=manager, at=given, after={"answered_at": given, "met": met}
                )
            ]
        )


def addresses() -> list[str]:
    """The addresses that may sign in to the portal."""
    return list(PortalAccess.objects.standing().order_by("pk").values_list("email", flat=True)[:2])
