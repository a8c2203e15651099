"""Service plans of the demo company's customers: in force with items done and late, waiting, to be approved, expired, none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from zhike.customers.archive import Need
from zhike.customers.models import Customer
from zhike.demo.needs import customers
from zhike.demo.staff import Staff, moment
from zhike.kernel.journal import Entry, entry_for, journal_all
from zhike.people.models import Person
from zhike.plans.models import WAYS, PlanItem, ServicePlan
from zhike.plans.revising import digest_of, graded, text_of

ITEMS: tuple[tuple[str, str, str, str, int, str], ...] = (
    # component, content, method, proof, days after the begin, result
    ("technical", "每季度现场校准在用衡器并出具校准记录", "工程师上门，按检定规程校准", "校准记录", 75, "四台衡器校准合格，记录已交客户设备部。"),
    ("training", "为客户过磅员和维护人员举办操作培训", "现场半天，含实操考核", "签到表和考核成绩", 50, "十二人参加，考核全部通过。"),
    ("supply", "常用备件在客户仓库寄存一套", "按寄存清单配送，每月盘点", "寄存清单", 40, "传感器、接线盒、打印头已寄存。"),
    ("delivery", "旺季到货时间提前确认，交付前三天书面通知", "每周与客户采购对接一次", "交付通知", 120, "旺季三批均提前三天通知。"),
    ("aftersales", "故障四小时内响应，次日到场", "专属工程师值守，节假日不停", "服务单", 200, "本期两次故障均次日修复。"),
    ("advice", "提交称重数据使用情况分析报告", "每半年一份，当面讲解", "分析报告", 170, "报告已讲解，客户同意接入二期。"),
)  # fmt: skip
MODES = (
    ("standard", ""), ("consulting", "客户正在改造生产线，需要顾问参与方案"), ("standard", ""), ("stationed", "旺季每天过磅八百车，需要工程师驻场"),
)  # fmt: skip
COURSES = (
    "force", "force", "sent", "force", "draft", "force", "submitted", "sent", "force", "force", "expired", "force", "approved", "draft",
    "revised", "expired", "force", "force", "force", "submitted",
)  # fmt: skip
"""How the plans of the demo stand, one customer each; the other customers have none."""


def settle_plans(staff: Staff, as_of: date) -> int:
    """Write the plans; how many revisions there are."""
    entries: list[Entry] = []
    count = 0
    for number, customer in enumerate(islice(customers(), len(COURSES))):
        for plan in _plans(number, COURSES[number], customer, staff, as_of):
            entries += _entries(plan)
            count += 1
    journal_all(entries)
    return count


def _plans(number: int, course: str, customer: Customer, staff: Staff, as_of: date) -> Iterator[ServicePlan]:
    """The revisions of one customer's plan."""
    begin = date(as_of.year, 1, 1) if as_of.month > 2 else date(as_of.year - 1, 7, 1)
    until = date(begin.year, 12, 31) if course != "expired" else as_of - timedelta(days=12 + number)
    if until < as_of and course != "expired":
        until = as_of + timedelta(days=200)
    begin = begin if course != "expired" else until - timedelta(days=364)
    drawn = moment(begin - timedelta(days=24 - number % 7), 10)
    if course in ("sent", "submitted", "draft", "approved"):
        drawn = moment(as_of - timedelta(days=9 + number % 5), 10)
        begin, until = as_of + timedelta(days=3), as_of + timedelta(days=367)
    plan = _revision(number, customer, begin, until, drawn)
    _items(plan, number, staff)
    _go(plan, course, staff, as_of)
    yield plan
    if course == "revised":
        plan.state, plan.ended_at = "changed", drawn + timedelta(days=9)
        plan.confirmed_at = None
        plan.save()
        second = _revision(number, customer, begin, until, drawn + timedelta(days=9), former=plan)
        second.change_text, second.change_name, second.change_way = (
            "培训改为每半年一次，新员工多",
            _contact(customer),
            "reply",
        )
        second.change_at, second.change_by = second.drawn_at, customer.manager
        second.save()
        _items(second, number, staff)
        _go(second, "force", staff, as_of)
        yield second


def _revision(
    number: int,
    customer: Customer,
    begin: date,
    until: date,
    drawn: datetime,
    former: ServicePlan | None = None,
) -> ServicePlan:
    mode, reason = MODES[number % len(MODES)]
    assert customer.manager is not None
    return ServicePlan.objects.create(
        customer=customer, number=f"{customer.code}-P1", revision=2 if former else 1, former=former,
        title=f"{begin.year}年度服务方案", kind="maintain", mode=mode, mode_reason=reason, from_on=begin, until_on=until,
        goal="设备完好率保持在 98% 以上，旺季不因称重停产。", drawn_by=customer.manager, drawn_at=drawn, **graded(customer, begin),
    )  # fmt: skip


def _items(plan: ServicePlan, number: int, staff: Staff) -> None:
    """Four or five items each; the first two answer open needs of the customer, so that others still wait."""
    engineer = staff.people["liangzhi"]
    needs = list(Need.objects.unanswered().filter(customer=plan.customer).order_by("stated_on", "id")[:2])
    if plan.former is not None:
        needs = list(Need.objects.filter(plan_items__plan=plan.former))
    span = (plan.until_on - plan.from_on).days
    for place in range(4 + number % 2):
        component, content, method, proof, days, _result = ITEMS[(place + number) % len(ITEMS)]
        owner = engineer if component in ("technical", "aftersales") else plan.customer.manager
        assert owner is not None
        item = PlanItem.objects.create(
            plan=plan, place=place + 1, component=component, content=content, method=method, owner=owner, proof=proof,
            due_on=plan.from_on + timedelta(days=min(days + number * 3, span)),
        )  # fmt: skip
        item.needs.set(needs[place : place + 1])


def _go(plan: ServicePlan, course: str, staff: Staff, as_of: date) -> None:
    """Bring a plan as far as its course goes."""
    at, manager = plan.drawn_at, plan.customer.manager
    if course != "draft":
        boss = _approver(manager, staff)
        plan.state, plan.submitted_by, plan.submitted_at, plan.asked = (
            "submitted",
            manager,
            at + timedelta(days=1),
            boss,
        )
    if course not in ("draft", "submitted"):
        plan.state, plan.approved_by, plan.approved_at = "approved", plan.asked, at + timedelta(days=2)
    if course not in ("draft", "submitted", "approved"):
        plan.state, plan.sent_by, plan.sent_at = "sent", manager, at + timedelta(days=3)
        plan.sent_to = plan.customer.contacts.offered().first()
        plan.kept = text_of(plan)
        plan.digest = digest_of(plan.kept)
        plan.confirm_by = (at + timedelta(days=13)).date()
    if course in ("force", "expired"):
        plan.state, plan.confirmed_at, plan.confirmed_by = (
            "confirmed",
            at + timedelta(days=8, hours=5),
            manager,
        )
        plan.confirmed_name, plan.confirmed_contact, plan.confirmed_way = (
            _contact(plan.customer),
            plan.sent_to,
            "signature",
        )
        plan.confirmed_digest, plan.confirmed_recorded_at = plan.digest, plan.confirmed_at
        _carry_out(plan, as_of)
    plan.save()


def _approver(manager: Person | None, staff: Staff) -> Person:
    superior = manager.superior if manager is not None else None
    return superior if superior is not None and superior.is_active else staff.people["hezhou"]


def _contact(customer: Customer) -> str:
    found = customer.contacts.offered().first()
    return found.name if found is not None else customer.legal_representative or "李经理"


def _carry_out(plan: ServicePlan, as_of: date) -> None:
    """What fell due was done, mostly in time; every fifth item is late."""
    results = {content: result for _component, content, _method, _proof, _days, result in ITEMS}
    for item in plan.items.all():
        if item.due_on < as_of and (plan.pk + item.place) % 5:
            done = item.due_on + timedelta(days=4 if (plan.pk + item.place) % 7 == 1 else -6)
            item.done_on = min(max(done, plan.from_on), as_of)
            item.done_by, item.result, item.done_at = (
                item.owner,
                results[item.content],
                moment(item.done_on, 17),
            )
            item.save()


def _entries(plan: ServicePlan) -> Iterator[Entry]:
    """The journal of a plan."""
    if plan.former is None:
        yield entry_for(plan, "plan_drawn", by=plan.drawn_by, at=plan.drawn_at)
    elif plan.change_at is not None:
        words: dict[str, Any] = {
            "name": plan.change_name,
            "way": WAYS[plan.change_way],
            "change": plan.change_text,
        }
        yield _said(plan, "plan_change_asked", plan.change_by, plan.change_at, words)
    for action, by, at in (
        ("plan_submitted", plan.submitted_by, plan.submitted_at), ("plan_approved", plan.approved_by, plan.approved_at),
        ("plan_sent", plan.sent_by, plan.sent_at),
    ):  # fmt: skip
        if at is not None:
            yield entry_for(plan, action, by=by, at=at)
    if plan.confirmed_at is not None:
        words = {"name": plan.confirmed_name, "way": WAYS[plan.confirmed_way], "digest": plan.digest}
        yield _said(plan, "plan_confirmed", plan.confirmed_by, plan.confirmed_at, words)
    for item in plan.items.filter(done_at__isnull=False).select_related("done_by"):
        assert item.done_at is not None
        words = {"plan": plan.number, "result": item.result}
        yield _said(item, "plan_item_done", item.done_by, item.done_at, words)


def _said(
    record: ServicePlan | PlanItem, action: str, by: Person | None, at: datetime, words: dict[str, Any]
) -> Entry:
    return entry_for(record, action, by=by, at=at, **words)
