"""Visits of the demo company: checked ones of the last months, forms to be checked, due and late, and what is planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from zhike.customers.archive import Need
from zhike.customers.models import Activity, Contact, Customer
from zhike.demo.requests import customers_in_turn
from zhike.demo.staff import Staff, moment
from zhike.kernel.journal import Entry, entry_for, journal_all
from zhike.people.models import Person
from zhike.visits.models import Visit, VisitChange

MADE: tuple[dict[str, Any], ...] = (
    {"kind": "sales", "purpose": "了解二期扩建的称重需求", "topics": "二期厂房年底封顶，原料和成品各设一条通道，计划明年三月招标。",
     "findings": "现有地磅排队严重，高峰期等候四十分钟；采购由设备部提出、总经理批准。", "opinions": "对设备准确度满意，希望售后响应更快。",
     "problem": ("二号地磅秤台积水", "安排工程师现场查看排水"), "need": ("solution", "两条通道无人值守过磅，与门禁联动"), "next": "提交二期方案草案"},
    {"kind": "return", "purpose": "上半年设备使用回访", "topics": "逐台查看在用设备，询问操作人员的使用情况。",
     "findings": "设备运行正常，操作人员更换后不熟悉去皮操作。", "opinions": "希望每年安排一次操作培训。",
     "problem": None, "need": ("service", "每年一次操作培训"), "next": "发送培训安排"},
    {"kind": "opinions", "purpose": "征求对产品和服务的意见", "topics": "请客户就产品质量、交货、售后和对账逐项提意见。",
     "findings": "交货准时，对账单格式与客户系统不一致。", "opinions": "对账单希望提供 Excel 格式。",
     "problem": ("对账单需手工重录", "与财务确认提供 Excel 对账单"), "need": None, "next": ""},
    {"kind": "service", "purpose": "检定前检查称重设备", "topics": "检定前清洁、调水平、测试四角误差。",
     "findings": "一号传感器接线老化，已更换；其余正常。", "opinions": "工程师到场及时。",
     "problem": None, "need": ("product", "备用传感器两只"), "next": "检定后回访"},
    {"kind": "sales", "purpose": "商谈下年度框架协议", "topics": "框架价格、付款周期和备件打包价。",
     "findings": "客户同时向另一家询价，关注总拥有成本。", "opinions": "希望延长保修。",
     "problem": None, "need": ("expectation", "保修期延长至三年"), "next": "测算三年总成本并回复"},
)  # fmt: skip
"""What visits were for and found."""
CHECKED, CHECKS, LATE, DUE, AHEAD = 15, 4, 3, 2, 6
"""How many are checked, to be checked, late, due, planned."""
WHY = "联系人更正：仍使用原号码"


def settle_visits(staff: Staff, as_of: date) -> int:
    """Record the visits; how many there are."""
    count = CHECKED + CHECKS + LATE + DUE + AHEAD
    in_turn = list(islice(customers_in_turn(), count))
    shown = (
        Customer.objects.living()
        .filter(life="current", manager=staff.people["linheng"])
        .select_related("manager")
    )
    own = iter(
        shown.order_by("-amount_12m", "pk")[:count]
    )  # whoever signs in as account manager finds something to do
    customers = [
        next(own, one) if number >= CHECKED and number % 3 != 1 else one for number, one in enumerate(in_turn)
    ]
    entries: list[Entry] = []
    for number, customer in enumerate(customers):
        made = _visit(number, customer, as_of)
        contact = customer.contacts.offered().order_by("pk").first()
        if contact is not None:
            made.contacts.set([contact])
        if made.submitted_at is not None:
            _fill(made, number, contact)
        entries += _entries(made)
    journal_all(entries)
    return len(customers)


def _visit(number: int, customer: Customer, as_of: date) -> Visit:
    """One visit with its dates, and its form where there is one."""
    what = MADE[number % len(MADE)]
    day, owner = _day(number, as_of), _owner(number, customer)
    one = Visit(
        customer=customer, kind=what["kind"], day=day, purpose=what["purpose"], owner=owner, added_by=owner,
        added_at=moment(min(day - timedelta(days=4), as_of - timedelta(days=1)), 10), days=2, due_on=day + timedelta(days=2),
    )  # fmt: skip
    if number < CHECKED + CHECKS:
        came = 3 if number % 6 == 4 else number % 3
        one.submitted_at, one.submitted_by, one.in_time = (
            moment(day + timedelta(days=came), 17),
            owner,
            came <= 2,
        )
        one.checker = customer.manager if owner != customer.manager else owner.superior
        for name in ("topics", "findings", "opinions"):
            setattr(one, name, what[name])
        one.satisfaction = 3 + number % 3
        one.next_step, one.next_on = what["next"], day + timedelta(days=10) if what["next"] else None
        if what["problem"]:
            text, step = what["problem"]
            one.problems = [
                {
                    "text": text,
                    "step": step,
                    "who": owner.username,
                    "due": (day + timedelta(days=7)).isoformat(),
                }
            ]
        if what["need"]:
            one.needs = [{"kind": what["need"][0], "text": what["need"][1]}]
    elif number == CHECKED + CHECKS + LATE:
        one.draft = {"topics": what["topics"], "findings": what["findings"][:12]}
        one.drafted_at, one.drafted_by = moment(day, 15), owner
    if number < CHECKED:
        one.checked_by = one.checker or owner
        one.checked_at = _next_morning(one.submitted_at)
    one.save()
    return one


def _day(number: int, as_of: date) -> date:
    """The day of a visit: over three months, the last week, and the weeks to come; on working days."""
    if number < CHECKED:
        day = as_of - timedelta(days=12 + (CHECKED - number) * 6)
    elif number < CHECKED + CHECKS:
        day = as_of - timedelta(days=3 + number % 3)
    elif number < CHECKED + CHECKS + LATE:
        return as_of - timedelta(days=4 + number % 3)
    elif number < CHECKED + CHECKS + LATE + DUE:
        return as_of - timedelta(days=(number - CHECKED - CHECKS - LATE))
    else:
        day = as_of + timedelta(days=1 + (number - CHECKED - CHECKS - LATE - DUE) * 3)
    return (
        day - timedelta(days=max(day.weekday() - 4, 0))
        if day <= as_of
        else day + timedelta(days=(7 - day.weekday()) % 7 % 3)
    )


def _owner(number: int, customer: Customer) -> Person:
    """Who made it: the manager, or for every other form to be checked a colleague of the team."""
    assert customer.manager is not None
    if number < CHECKED or number % 2 == 0:
        return customer.manager
    team = customer.assignments.current().exclude(person=customer.manager).filter(person__is_active=True)
    found = team.select_related("person").order_by("pk").first()
    return found.person if found is not None else customer.manager


def _next_morning(at: datetime | None) -> datetime:
    assert at is not None
    return moment(timezone.localtime(at).date() + timedelta(days=1), 9)


def _fill(one: Visit, number: int, contact: Contact | None) -> None:
    """Who was met, what had changed, and for a checked one what it became in the archive."""
    checked = one.checked_at is not None
    if contact is not None:
        one.met.set([contact])
        if contact.mobile and number % 2 == 0:
            other = f"{contact.mobile[:-4]}{(number * 7919) % 10_000:04d}"
            taken = number % 4 == 0 if checked else None
            stood, said = (other, contact.mobile) if taken else (contact.mobile, other)
            VisitChange.objects.create(
                visit=one, contact=contact, field="mobile", current=stood, proposed=said, taken=taken,
                ground=WHY if taken is False else "",
            )  # fmt: skip
        if not checked:
            VisitChange.objects.create(
                visit=one, contact=contact, field="post", current=contact.post, proposed="设备部经理"
            )
    if not checked:
        return
    one.activity = Activity.objects.create(
        customer=one.customer, channel="visit", done_on=one.day, person=one.owner, contact=contact, subject=one.purpose,
        content=f"{one.topics}\n{one.opinions}", result=one.findings, follow_up=one.next_step, follow_up_on=one.next_on,
        followed_up_at=one.checked_at if one.next_step else None, added_at=one.checked_at or moment(one.day),
    )  # fmt: skip
    one.save(update_fields=["activity"])
    Customer.objects.filter(pk=one.customer_id).exclude(last_contact_on__gte=one.day).update(
        last_contact_on=one.day
    )
    if one.needs and number % 3 == 0:
        Need.objects.create(
            customer=one.customer, kind=one.needs[0]["kind"], text=one.needs[0]["text"], source="visit", stated_on=one.day,
            by=one.owner, activity=one.activity, contact=contact, answer_by=one.day + timedelta(days=30),
        )  # fmt: skip


def _entries(one: Visit) -> Iterator[Entry]:
    """The journal of a visit."""
    yield entry_for(one, "visit_planned", by=one.added_by, at=one.added_at, day=one.day)
    if one.drafted_at is not None:
        yield entry_for(one, "visit_drafted", by=one.drafted_by, at=one.drafted_at)
    if one.submitted_at is not None:
        changes = list(one.changes.values_list("taken", flat=True))
        yield entry_for(one, "visit_submitted", by=one.submitted_by, at=one.submitted_at, after={"in_time": one.in_time},
                        changes=len(changes))  # fmt: skip
        if one.checked_at is not None:
            yield entry_for(one, "visit_checked", by=one.checked_by, at=one.checked_at, taken=changes.count(True),
                            refused=changes.count(False))  # fmt: skip
