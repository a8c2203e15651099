"""Three years of the demo company's orders, receivables, rates and activities."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from zhike.customers.models import Activity, Customer
from zhike.demo.catalogue import COMMISSIONING, PRODUCTS
from zhike.demo.rows import Facts, as_stored, put, reset_ids
from zhike.demo.staff import moment
from zhike.facts.models import Order, Rate, Receivable

ORDERS = """
select row_number() over (order by o."order"), o."order", ids.id, o.ordered_on::text, (o.amount * 10000)::bigint, o.currency,
       (o.profit * 10000)::bigint, o.status, coalesce(o.product, '')
from orders o join ids using (customer) where o.ordered_on > as_of() - interval 36 month order by 1
"""
RECEIVABLES = """
select row_number() over (order by v.receivable), v.receivable, ids.id, p.id, v.issued_on::text, v.due_on::text,
       (v.amount * 10000)::bigint, v.currency, case when v.paid_on <= as_of() then v.paid_on::text end
from receivables v join ids using (customer)
left join (select row_number() over (order by "order") id, "order" from orders where ordered_on > as_of() - interval 36 month) p
     using ("order")
where v.issued_on > as_of() - interval 12 month or v.paid_on is null order by 1
"""
RATES = "select row_number() over (order by currency, rate_on), currency, rate_on::text, (rate * 100000000)::bigint from rated order by 1"
ACTIVITIES = """
select row_number() over (order by a.activity), ids.id, a.kind, a.done_on, (hash(a.activity) % 1000)::int, (a.hours * 60)::int
from activities a join ids using (customer) where a.done_on > as_of() - interval 36 month order by 1
"""
KINDS = {  # kind -> channel, subjects, contents
    "visit": ("visit", ("季度拜访", "新项目拜访", "现场走访"), "了解设备使用情况与下一季度的采购计划。"),
    "call": ("call", ("例行电话", "报价跟进", "交期确认"), "确认订单进度，询问近期需求。"),
    "meeting": ("meeting", ("年度框架协议洽谈", "技术交流会"), "双方技术与采购人员参加，讨论方案与价格。"),
    "return_visit": ("call", ("满意度回访", "使用回访"), "回访产品使用情况与服务满意度。"),
    "follow_up": ("chat", ("询价跟进", "样机跟进"), "发送资料并跟进反馈。"),
    "service": ("visit", ("现场检修", "年度检定", "传感器更换"), "到现场检查设备，处理故障并校准。"),
}
RESULTS = (
    "客户满意，继续合作。",
    "客户提出新的需求，已转技术部门报价。",
    "下月再联系。",
    "问题已解决，客户签字确认。",
    "价格仍在比较，两周后再谈。",
)
NEXT = ("发送报价", "安排样机演示", "提交检定报告", "约定下次拜访")


def settle_history(facts: Facts, as_of: date) -> int:
    """Write what has happened; how many orders there are."""
    titles = {one.code: one.title.zh for one in (*PRODUCTS, COMMISSIONING)}
    orders = [(*row, titles.get(product, product)) for *row, product in facts.rows(ORDERS)]
    put(
        Order,
        ("id", "number", "customer_id", "ordered_on", "amount", "currency", "profit", "status", "product"),
        orders,
    )
    put(
        Receivable,
        ("id", "number", "customer_id", "order_id", "issued_on", "due_on", "amount", "currency", "paid_on"),
        facts.rows(RECEIVABLES),
    )
    put(Rate, ("id", "currency", "rate_on", "rate"), facts.rows(RATES))
    _activities(facts, as_of)
    reset_ids(Order, Receivable, Rate, Activity)
    return len(orders)


def _activities(facts: Facts, as_of: date) -> None:
    """Activities by the manager of each customer; one in twelve was logged without a result, so it does not count."""
    managers = dict(Customer.objects.values_list("pk", "manager"))
    rows = []
    for number, customer, kind, day, luck, minutes in facts.rows(ACTIVITIES):
        channel, subjects, content = KINDS[kind]
        done = luck % 12 != 0
        soon = luck % 9 == 0 and (as_of - day).days < 45
        rows.append(
            (number, customer, channel, day.isoformat(), managers[customer], subjects[luck % len(subjects)], content,
             RESULTS[luck % len(RESULTS)] if done else "", NEXT[luck % len(NEXT)] if soon else "",
             (day + timedelta(days=21)).isoformat() if soon else None, _logged(day), "communication", minutes, "")
        )  # fmt: skip
    columns = ("id", "customer_id", "channel", "done_on", "person_id", "subject", "content", "result", "follow_up",
               "follow_up_on", "added_at", "kind", "minutes", "severity")  # fmt: skip
    put(Activity, columns, rows)


@cache
def _logged(day: date) -> Any:
    return as_stored(moment(day, 18))
