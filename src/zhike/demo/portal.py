"""The customer portal of the demo company: open to a contact of each of two customers; one has asked for something, and has a plan
to confirm."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from zhike.accesses.models import PARTS, PortalAccess
from zhike.customers.models import Contact
from zhike.demo.staff import moment
from zhike.kernel.journal import entry_for, journal_all
from zhike.letters.models import Letter
from zhike.people.company import CompanyLimit
from zhike.people.models import Person
from zhike.plans.models import PlanItem, ServicePlan
from zhike.plans.revising import digest_of, text_of
from zhike.requests.asking import ask
from zhike.requests.models import ServiceRequest

ASKED = (
    ("technical", "新版仪表如何导出历史数据", "希望按月导出称重记录到表格，供财务核对。", "可在“记录”菜单中按月导出，操作手册已附在邮件里。"),
    ("order", "下一批传感器能否提前一周交货", "检修期提前到月中，希望传感器提前到货。", ""),
)  # fmt: skip
"""Kind, subject, what is asked for, what was answered for the customer (empty: it waits)."""


PLAN = (
    ("technical", "关键秤台每季度现场检测一次，出具检测报告", "工程师到场，停机不超过两小时", 60),
    ("training", "新操作员培训两次，含日常校准和故障判断", "现场授课并考核", 90),
    ("delivery", "常用备件四十八小时内到货", "华东仓备货", 120),
)  # fmt: skip
"""Component, content and method of the items of a service plan that waits for the customer, and in how many days they are due."""


def settle_portal(as_of: date) -> int:
    """Open the portal; how many accesses there are."""
    CompanyLimit.objects.update_or_create(name="portal_open", defaults={"value": 1})
    at, until_on = moment(as_of - timedelta(days=40), 10), as_of + timedelta(days=325)
    made = [
        PortalAccess(
            contact=one, email=one.email.lower(), opened_for=one.customer_id, parts=list(PARTS), until_on=until_on,
            opened_by=one.customer.manager, opened_at=at,
        )
        for one in contacts()
    ]  # fmt: skip
    PortalAccess.objects.bulk_create(made)
    journal_all([entry_for(one, "portal_opened", by=one.opened_by, at=at, day=until_on) for one in made])
    for one in made[:1]:
        for number, asked in enumerate(ASKED):
            _asked(one.contact, one.opened_by, as_of, number, *asked)
        _send_plan(one.contact, one.opened_by, as_of)
    return len(made)


def contacts() -> list[Contact]:
    """Two contacts with an e-mail address: one whose company has a letter to confirm, and one of a big customer of key accounts."""
    own = {"customer__manager__is_active": True, "customer__life": "current", "customer__merged_into": None}
    told = Letter.objects.filter(customer=OuterRef("customer"), state__in=("sent", "delivered")).exclude(
        sha256=""
    )
    rows = Contact.objects.offered().filter(**own).exclude(email="").select_related("customer__manager")
    rows = rows.order_by("-customer__amount_12m", "customer", "pk")
    first = rows.order_by(Exists(told).desc(), "-customer__amount_12m", "customer", "pk").first()
    second = (
        rows.filter(customer__manager__username="linheng")
        .exclude(customer=first.customer if first else None)
        .first()
    )
    return [one for one in (first, second) if one is not None]


def _send_plan(contact: Contact, manager: Person, as_of: date) -> None:
    """A service plan that the contact is to confirm."""
    at, head = moment(as_of - timedelta(days=3), 11), manager.superior or manager
    plan = ServicePlan.objects.create(
        customer=contact.customer, number=f"{contact.customer.code}-P1", title=f"{as_of.year} 年度服务方案", kind="maintain",
        goal="全年秤台可用率不低于 99 %，操作员都能独立校准。", from_on=as_of, until_on=as_of + timedelta(days=364), state="sent",
        drawn_by=manager, drawn_at=at - timedelta(days=5), submitted_by=manager, submitted_at=at - timedelta(days=4), approved_by=head,
        approved_at=at - timedelta(days=2), sent_by=manager, sent_at=at, sent_to=contact, confirm_by=as_of + timedelta(days=7),
    )  # fmt: skip
    PlanItem.objects.bulk_create(
        PlanItem(plan=plan, place=place, component=component, content=content, method=method, owner=manager,
                 due_on=as_of + timedelta(days=days))
        for place, (component, content, method, days) in enumerate(PLAN, 1)
    )  # fmt: skip
    text = text_of(plan)
    ServicePlan.objects.filter(pk=plan.pk).update(kept=text, digest=digest_of(text))
    journal_all(
        [
            entry_for(
                plan,
                "plan_sent",
                by=manager,
                at=at,
                after={"digest": digest_of(text), "contact": contact.name},
            )
        ]
    )


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
