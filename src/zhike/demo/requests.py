"""Requests of the demo company's customers over the last months: answered in time and late, waiting, overdue, closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice, zip_longest

from zhike.customers.models import Customer
from zhike.demo.staff import Staff, moment
from zhike.kernel.journal import Entry, entry_for, journal_all
from zhike.requests.models import ServiceRequest
from zhike.requests.ruling import Ruling, ruling
from zhike.ui.figures import moment as said

ASKED: tuple[tuple[str, str, str, str, str], ...] = (
    # kind, channel, subject, what is asked for, what was answered
    ("enquiry", "call", "询问防水型台秤的防护等级", "食品车间每天冲洗，需要确认防护等级和清洗方式。", "已说明防护等级为 IP69K，并发送清洗手册。"),
    ("quotation", "mail", "三台动态称重设备报价", "请按年度框架价格报价，含安装和首检。", "已按框架价格报价，有效期三十天。"),
    ("order", "chat", "确认本批设备的发货日期", "工地本月底安装，需要提前安排吊车。", "已与生产确认，周五发货，下周二到场。"),
    ("technical", "hotline", "称重数据无法上传", "更换交换机后仪表连不上服务器。", "远程检查网络设置，已恢复上传。"),
    ("repair", "hotline", "二号地磅显示不稳", "空秤时读数来回跳动，影响过磅。", "工程师次日到场，更换接线盒后正常。"),
    ("complaint", "letter", "检定报告迟迟未收到", "上月检定已完成，至今没有收到报告。", "已致歉并补寄报告，电子版同时发送。"),
    ("enquiry", "online", "是否支持无人值守过磅", "希望与车牌识别系统联动。", "已发送方案说明，约定下周现场勘察。"),
    ("order", "mail", "变更收货地址", "新仓库启用，请改送新地址。", "已改址并通知承运方，运单号已发送。"),
    ("technical", "meeting", "现场温差大，怎样校准", "冬季室外零下二十度，担心准确度。", "建议加装温度补偿，已提供校准周期。"),
    ("quotation", "call", "备件年度打包价", "传感器和接线盒希望一次谈定。", "已给出打包价，随年度协议执行。"),
    ("repair", "visit", "打印机不出小票", "过磅后不能打印，司机排队。", "更换打印头，现场测试正常。"),
    ("other", "chat", "索取增值税发票复印件", "审计需要去年的发票复印件。", "已扫描发送，原件可随时查阅。"),
)  # fmt: skip
PAST, WAITING, OVERDUE = 36, 5, 4
"""How many are answered, wait, and are overdue."""


def settle_requests(staff: Staff, as_of: date) -> int:
    """Record the requests; how many there are."""
    customers = islice(customers_in_turn(), PAST + WAITING + OVERDUE + 1)
    made = [_request(number, customer, staff, as_of) for number, customer in enumerate(customers)]
    ServiceRequest.objects.bulk_create(made)
    journal_all([entry for one in made for entry in _entries(one)])
    return len(made)


def customers_in_turn() -> Iterator[Customer]:
    """Customers with a grade and a manager: of each manager one of each grade, the managers in turn, again and again."""
    rows = Customer.objects.living().filter(life="current", manager__is_active=True).exclude(grade="")
    by_manager: dict[int | None, list[Customer]] = {}
    for customer in rows.select_related("manager").order_by("pk")[:2_000]:
        known = by_manager.setdefault(customer.manager_id, [])
        if customer.grade not in {one.grade for one in known}:
            known.append(customer)
    while by_manager:
        yield from (one for turn in zip_longest(*by_manager.values()) for one in turn if one is not None)


def _request(number: int, customer: Customer, staff: Staff, as_of: date) -> ServiceRequest:
    """One request, and what became of it: the last ones wait, are overdue, or are closed without an answer."""
    kind, channel, subject, text, answer = ASKED[number % len(ASKED)]
    at = _received(number, as_of)
    rule = ruling(customer, kind, at)
    if PAST <= number < PAST + WAITING and number % 2 and rule.hours is not None:  # due this afternoon
        at = moment(as_of, 17) - timedelta(hours=int(rule.hours))
        rule = ruling(customer, kind, at)
    by = staff.people["liangzhi"] if channel in ("hotline", "letter") else customer.manager
    assert by is not None
    one = ServiceRequest(
        customer=customer, kind=kind, channel=channel, subject=subject, text=text, owner=customer.manager, received_at=at, recorded_by=by,
        recorded_at=at + timedelta(minutes=6), **rule.facts(),
    )  # fmt: skip
    if channel in ("online", "mail"):
        one.receipt_at = at + timedelta(minutes=1)
    if number < PAST:
        one.answered_at = at + _taken(number, rule)
        one.answered_by, one.answer = customer.manager, answer
        one.answer_recorded_at = one.answered_at + timedelta(minutes=4)
        one.met = None if one.due_at is None else one.answered_at <= one.due_at
    elif number == PAST + WAITING + OVERDUE:
        one.closed_at, one.closed_by, one.ground = (
            at + timedelta(hours=5),
            staff.people["hezhou"],
            "与上一条重复，已在那里答复",
        )
    return one


def _received(number: int, as_of: date) -> datetime:
    """When it came in: over five months, then yesterday, then a few days ago."""
    hour = 9 + number * 5 % 9
    if number < PAST:
        return moment(as_of - timedelta(days=9 + (PAST - number) * 4), hour)
    if number < PAST + WAITING:
        return moment(as_of - timedelta(days=1), 12 + number % 6)
    return moment(as_of - timedelta(days=4 + number % 3), hour)


def _taken(number: int, rule: Ruling) -> timedelta:
    """How long the answer took: mostly well within the limit, every seventh time too long."""
    hours = rule.hours or Decimal(24)
    share = Decimal("1.3") if number % 7 == 3 else Decimal(5 + number * 7 % 60) / 100
    return timedelta(minutes=int(hours * share * 60))


def _entries(one: ServiceRequest) -> Iterator[Entry]:
    """The journal of a request."""
    yield entry_for(one, "request_recorded", by=one.recorded_by, at=one.recorded_at, due=said(one.due_at))
    if one.answered_at is not None and one.answer_recorded_at is not None:
        after = {"answered_at": one.answered_at, "met": one.met}
        yield entry_for(one, "request_answered", by=one.answered_by, at=one.answer_recorded_at, after=after)
    if one.closed_at is not None:
        yield entry_for(one, "request_closed", by=one.closed_by, at=one.closed_at, ground=one.ground)
