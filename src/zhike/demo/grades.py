"""Grades of the demo company over time: what was given before, what management decided, what is open, evaluations."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from zhike.customers.models import Customer
from zhike.demo.previous import RATINGS
from zhike.demo.staff import Staff, moment
from zhike.grading.adjustments import appeal, give_record
from zhike.grading.asking import leave_out, missing_judgements
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.evaluations import dues, rows_for
from zhike.grading.models import Grade, GradingRun
from zhike.grading.records import Evaluation
from zhike.grading.routes import RECORD
from zhike.grading.schemes import schemes_of
from zhike.grading.taking_effect import settle_grades
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion
from zhike.procedures.actions import decide
from zhike.procedures.inbox import waiting_for

FIRST_COME = ("foreign-trade", "key-account", "weighing-equipment")
"""Policies whose grades the company brought along, in the order in which they stand on a customer."""
RESULTS = ("订单平稳，需求稳定", "订单有所波动，客户在比价", "合作正常，付款及时", "新项目在谈，潜力可期")
ACTIONS = ("提出年度供货计划", "每月跟进一次询价", "推荐配套产品", "安排技术交流")


def settle_given_grades(folder: Path, as_of: date) -> int:
    """The grades given before, as history without a run; how many."""
    customers = dict(Customer.objects.values_list("code", "pk"))
    versions = {
        one.policy.code: one for one in PolicyVersion.objects.filter(number=1).select_related("policy")
    }
    rows: dict[str, Grade] = {}
    for policy in FIRST_COME:
        rating = next(iter(RATINGS[policy]))
        with (folder / "previous" / f"{policy}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                code = row["customer"]
                if row["rating"] == rating and code in customers and code not in rows:
                    rows[code] = Grade(
                        customer_id=customers[code], rating=f"{policy}.{rating}", grade=row["grade"], main=True, cause="import",
                        from_on=date.fromisoformat(row["since"]), version=versions[policy],
                    )  # fmt: skip
    Grade.objects.bulk_create(rows.values(), batch_size=500)
    return settle_grades(day=as_of)


def settle_decisions(
    staff: Staff, as_of: date, newest: Callable[[Staff, date], GradingRun | None] = lambda staff, day: None
) -> None:
    """Management decided on the earlier runs, with one change; the newest waits, with records and an appeal beside it."""
    analyst, management = staff.people["dulan"], staff.people["guanyuan"]
    ready = list(GradingRun.objects.filter(state="ready").select_related("version__policy").order_by("as_of"))
    for run in ready:
        at = moment(run.as_of + timedelta(days=14))
        go_without(run, analyst, at)
        submit_run(run=run, effective_on=run.as_of + timedelta(days=32), by=analyst, at=at)
        up = run.proposals.filter(state="open", moved__gt=0, mark="").order_by("pk").first()
        later = at + timedelta(days=4)
        if up is not None:
            decide_proposals(
                keys=[up.pk],
                choice="change",
                grade=up.current,
                ground="增长来自一次性订单，观察半年",
                by=management,
                at=later,
            )
        if run.proposals.filter(state="open").exists():
            decide_proposals(run=run, choice="approve", by=management, at=later)
    settle_grades(day=as_of)
    waiting = newest(staff, as_of)
    if waiting is not None and waiting.state == "ready":
        first = (as_of.replace(day=1) + timedelta(days=32)).replace(day=1)
        go_without(waiting, analyst, moment(as_of))
        submit_run(
            run=waiting, effective_on=first, by=analyst, at=moment(as_of), note="四季度预评，请于月内审定"
        )
    _records(staff, as_of)


def go_without(run: GradingRun, by: Person, at: datetime) -> None:
    """Nobody was asked for judgements in those years: the customers that lack one stay pending, with the reason."""
    if missing_judgements(run):
        leave_out(run=run, customers=None, ground="资料移交前未做判断，下次评定前补齐", by=by, at=at)


def _records(staff: Staff, as_of: date) -> None:
    """An override that counts, one that waits, and an appeal."""
    head, management, day = staff.people["wenjia"], staff.people["guanyuan"], moment(as_of)
    held = Grade.objects.on(as_of).filter(rating="foreign-trade.value", grade="B", customer__life="current")
    some = held.exclude(customer__proposals__state="open").select_related(
        "customer__manager", "version__policy"
    )
    for number, row in enumerate(some.order_by("customer__code")[:3]):
        customer, version = row.customer, row.version
        if version is None or not customer.is_visible_to(head):
            continue
        if number == 2:
            if customer.manager is not None and "appeal_grade" in customer.manager.access.verbs:
                appeal(
                    customer=customer,
                    grade="A",
                    ground="明年框架合同已签，金额翻倍",
                    evidence="框架合同扫描件",
                    by=customer.manager,
                    at=day,
                )
            continue
        made = give_record(
            customer=customer, version=version, rating=schemes_of(version)[0].key, kind="override", grade="A", ground="战略合作项目，联合开发新品",
            evidence="合作备忘录", from_on=as_of, until_on=as_of + timedelta(days=365), by=head, at=day,
        )  # fmt: skip
        if number == 0:
            steps = waiting_for(management, as_of).filter(procedure__kind=RECORD, procedure__record=made.pk)
            decide(step=steps.get(), by=management, at=day, choice="approve")


def settle_evaluations(as_of: date) -> int:
    """Evaluations as they were held: most of them, so that a few are overdue; how many."""
    rows = rows_for(as_of).select_related("customer__manager").defer("customer__search", "customer__tokens")
    made = []
    for one in dues(rows, as_of):
        luck = zlib.crc32(f"{one.grade.customer.code} {one.first}".encode()) % 100
        manager = one.grade.customer.manager
        if manager is None or one.last >= as_of or (luck < 6 and one.last > as_of - timedelta(days=120)):
            continue
        done = one.last - timedelta(days=luck % 40) + timedelta(days=45 if luck > 96 else 0)
        made.append(
            Evaluation(
                grade=one.grade, customer=one.grade.customer, period_from=one.first, period_until=one.last, done_on=min(done, as_of),
                talked_on=None if one.decides else min(done, as_of), talked_with="" if one.decides else "采购经理",
                result=RESULTS[luck % 4], next_actions=ACTIONS[luck % 4],
                decision=("keep", "maintain", "maintain", "transform")[luck % 4] if one.decides else "", by=manager,
                at=moment(min(done, as_of)),
            )
        )  # fmt: skip
    Evaluation.objects.bulk_create(made, batch_size=500)
    return len(made)
