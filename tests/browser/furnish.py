"""Something of everything for the demo company: what people only make by and by, so that no page is looked at empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone

from zhike.api.actions import make_token
from zhike.customers.actions import change_customer
from zhike.customers.budgets import Budget
from zhike.customers.documents import add_document
from zhike.customers.handovers import open_handover
from zhike.customers.incidents import Incident
from zhike.customers.lapsing import Recovery
from zhike.customers.merging import merge_customers
from zhike.customers.models import Consultation, Customer
from zhike.customers.tables import Need, Unit, UnitRecord
from zhike.imports.actions import start_import
from zhike.jobs.actions import enqueue
from zhike.lists.models import View
from zhike.outbox.models import Group
from zhike.people.certificates import Certificate, Duty
from zhike.people.delegations import Delegation
from zhike.people.models import Department, Person, Role
from zhike.people.responsibilities import Responsibility
from zhike.policies.models import DetailedRule, Policy

LONG = "内蒙古锡林郭勒盟东乌珠穆沁旗额吉淖尔镇国际贸易综合服务有限责任公司第二分公司"
MAKERS: list[tuple[type[models.Field[Any, Any]], Callable[[date, datetime], Any]]] = [
    (models.DateTimeField, lambda day, at: at), (models.DateField, lambda day, at: day), (models.BooleanField, lambda day, at: False),
    (models.DecimalField, lambda day, at: Decimal(1200)), (models.IntegerField, lambda day, at: 1), (models.JSONField, lambda day, at: []),
    (models.TextField, lambda day, at: "客户希望年底前更换三台设备，并提供上门培训。"), (models.CharField, lambda day, at: "2026 年度"),
]  # fmt: skip


def fill(table: type[models.Model], at: datetime, **given: Any) -> Any:
    """A row of a table: what is given, and something sensible for every other column that must not be empty."""
    day = timezone.localdate(at)
    for column in table._meta.concrete_fields:
        if (
            column.name in given
            or column.primary_key
            or column.has_default()
            or column.null
            or (column.blank and column.empty_strings_allowed)
        ):
            continue
        if column.choices:
            given[column.name] = next(iter(column.flatchoices))[0]
        elif isinstance(column, models.ForeignKey):
            given[column.name] = column.related_model.objects.first()
        else:
            given[column.name] = next(make(day, at) for base, make in MAKERS if isinstance(column, base))
    return table.objects.create(**given)


def furnish() -> None:
    """Put it into the demo company."""
    at = timezone.now()
    day = timezone.localdate(at)
    manager, head = Person.objects.get(username="linheng"), Person.objects.get(username="hezhou")
    first, second, third, fourth, *_rest = Customer.objects.filter(manager=manager).order_by("pk")
    change_customer(customer=fourth, version=fourth.version, by=head, at=at, name=LONG)
    unit = fill(Unit, at, customer=first)
    fill(UnitRecord, at, unit=unit, customer=first, kind="repair", by=manager)
    fill(Need, at, customer=first, by=manager, kind="service", source="colleague")
    fill(Recovery, at, customer=first, owner=manager)
    words = SimpleUploadedFile("框架协议.txt", "双方同意按年度框架供货。".encode())
    add_document(
        customer=first, kind="contract", title="2026 年度框架供货协议", file=words, by=manager, at=at
    )
    lines = SimpleUploadedFile(
        "客户.csv",
        "客户编码,客户名称,电话\nN90001,宁波甬拓机电有限公司,0574-87650001\n,没有编码的客户,12\n".encode(),
    )
    start_import(target="customers", upload=lines, by=manager, at=at)
    receiver = Person.objects.get(username="bailu")
    open_handover(customer=first, receiver=receiver, reason="区域调整，请在本周内完成交接。", by=head, at=at)
    year = {"from_on": day, "until_on": day + timedelta(days=360)}
    fill(Certificate, at, person=receiver, kind="reception", **year)
    fill(Duty, at, person=receiver, duty="reception", **year)
    fill(Delegation, at, person=manager, delegate=receiver, named_by=manager, **year)
    fill(
        Responsibility,
        at,
        step="archive.open",
        kind="responsible",
        role=Role.objects.get(code="keeper"),
        department=Department.objects.first(),
    )
    View.objects.create(
        owner=manager, noun="customers", name="本月重点跟进的华东区制造业客户", query="sort=-amount"
    )
    make_token(
        name="报表",
        verbs=["see_customers"],
        until_on=day + timedelta(days=30),
        networks=[],
        by=manager,
        at=at,
    )
    furnish_desks(first, second, receiver, at)
    enqueue(kind="seal_journal", by=manager, at=at)
    merge_customers(kept=second, gone=third, by=head, at=at)


def furnish_desks(first: Customer, second: Customer, receiver: Person, at: datetime) -> None:
    """What waits on the desks of those who keep secrets, money and the installation."""
    day = timezone.localdate(at)
    year = {"from_on": day, "until_on": day + timedelta(days=360)}
    fill(
        Consultation,
        at,
        customer=None,
        asked_for=second.name,
        person=receiver,
        purpose="参加联合投标",
        **year,
    )
    fill(
        Incident,
        at,
        customer=first,
        title="报价单误发",
        kind="leak",
        description="一份报价单发错了收件人。",
        **year,
    )
    policy = Policy.objects.get(code="key-account")
    for code, title in (("visits", "客户拜访细则"), ("secrecy", "大客户资料保密与查阅细则（试行）")):
        text = "拜访前查阅档案，拜访后两个工作日内登记内容、结果和下一步。\n\n资料只在授权范围内使用。"
        fill(DetailedRule, at, policy=policy, code=code, number=1, title=title, text=text, state="approved")
    fill(Budget, at, year=day.year, amount=Decimal(500_000), currency="CNY")
    Group.objects.create(name="值班群", channel="dingtalk", address="https://robot.example.com/send")
