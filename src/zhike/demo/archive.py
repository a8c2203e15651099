"""The customers of the demo company as archives: basic facts, axes, contacts and teams."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from zhike.customers.actions import settle
from zhike.customers.life import AXES
from zhike.customers.models import Assignment, Contact, Customer
from zhike.demo.frames import stream
from zhike.demo.names import cities
from zhike.demo.rows import Facts, reset_ids
from zhike.demo.staff import Staff, given, moment
from zhike.kernel.amounts import amount
from zhike.kernel.journal import entry_for, journal_all
from zhike.people.models import Person

FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "子明文静海燕国强晓梅志远佳宁建华思雨立新春兰宏宇秀英振东丽娟浩然雅琴"
FOREIGN_GIVEN = ("Arlen", "Mirea", "Tobin", "Selka", "Jorun", "Neva", "Marek", "Ilse", "Davor", "Kaira")
FOREIGN_FAMILY = (
    "Brandel",
    "Osterik",
    "Vantor",
    "Halvorsen",
    "Mirzani",
    "Toumel",
    "Karsen",
    "Delvaux",
    "Ostrava",
)
POSTS = (("总经理", "decides"), ("采购经理", "influences"), ("设备主管", "uses"), ("财务经理", "pays"))
FOREIGN_POSTS = (
    ("Managing director", "decides"),
    ("Purchasing manager", "influences"),
    ("Plant engineer", "uses"),
    ("Accountant", "pays"),
)
INDUSTRY = {"finance": "finance", "manufacturing": "manufacturing", "retail": "retail", "other": "other"}
NEED = {
    "price-sensitive": "price_sensitive",
    "technical-support": "technical_support",
    "customisation": "customisation",
}
SCOPES = {
    "finance": "金融服务与现金管理", "manufacturing": "机械、建材与食品加工设备的生产和销售", "retail": "日用消费品与生鲜零售",
    "service": "仓储物流、餐饮与酒店服务", "other": "矿产、粮食、公路与环保相关业务",
}  # fmt: skip
SOURCES = ("展会", "老客户介绍", "网站询盘", "业务员开发", "经销商推荐")
FORM = re.compile(r"(股份)?有限(责任)?公司$")

MEASURED = """
with priced as (
    select o.customer, o.ordered_on, o.status,
           case when o.currency = 'CNY' then o.amount else round(o.amount::decimal(24, 4) * r.rate, 4) end as amount
    from orders o asof left join rated r on o.currency = r.currency and o.ordered_on >= r.rate_on
), bought as (
    select customer,
           (sum(amount) filter (status <> 'cancelled' and ordered_on > as_of() - interval 12 month) * 10000)::bigint bought,
           max(ordered_on) filter (status = 'completed') last_order_on
    from priced group by customer
), owed as (
    select customer, (sum(amount) * 10000)::bigint owed, (sum(amount) filter (due_on < as_of()) * 10000)::bigint overdue
    from (
        select v.customer, v.due_on,
               case when v.currency = 'CNY' then v.amount else round(v.amount::decimal(24, 4) * r.rate, 4) end as amount
        from receivables v asof left join rated r on v.currency = r.currency and v.issued_on >= r.rate_on
        where v.paid_on is null or v.paid_on > as_of()
    ) group by customer
), met as (select customer, max(done_on) last_contact_on from activities group by customer),
paid as (select customer, mode(currency) currency from orders group by customer)
select ids.id, c.*, coalesce(bought, 0) bought, coalesce(owed, 0) owed, coalesce(overdue, 0) overdue, last_order_on,
       last_contact_on, coalesce(paid.currency, 'CNY') currency
from customers c join ids using (customer) left join bought using (customer) left join owed using (customer)
left join met using (customer) left join paid using (customer) order by ids.id
"""


class People:
    """Made-up names, drawn in order."""

    def __init__(self, seed: int) -> None:
        self.rng = stream(seed, "contacts")

    def one(self, choices: Any) -> Any:
        """One of them."""
        return choices[int(self.rng.integers(len(choices)))]

    def chinese(self) -> str:
        """A Chinese name of two or three characters."""
        return str(self.one(FAMILY)) + "".join(self.one(GIVEN) for _ in range(int(self.rng.integers(1, 3))))

    def foreign(self) -> str:
        """A name in Latin letters."""
        return f"{self.one(FOREIGN_GIVEN)} {self.one(FOREIGN_FAMILY)}"


def settle_archives(
    facts: Facts, staff: Staff, grades: Mapping[str, tuple[str, date]], seed: int, as_of: date
) -> int:
    """Write customers, contacts and assignments; how many customers there are."""
    people = People(seed)
    sellers = Sellers(staff)
    customers: list[Customer] = []
    contacts: list[Contact] = []
    assignments: list[Assignment] = []
    for row in facts.dicts(MEASURED):
        customer = _customer(row, grades.get(row["customer"]), staff, sellers, people, as_of)
        team = _contacts(customer, people, len(contacts))
        vars(customer)["_prefetched_objects_cache"] = {"contacts": team}  # as if they had been asked for
        settle(customer)
        customers.append(customer)
        contacts += team
        assignments += _posts(customer, staff, people, as_of)
    Customer.objects.bulk_create(customers, batch_size=500)
    Contact.objects.bulk_create(contacts, batch_size=1000)
    Assignment.objects.bulk_create(assignments, batch_size=2000)
    reset_ids(Customer, Contact)
    keeper = staff.people["rongqi"]
    journal_all(
        [
            entry_for(
                one, "customer_added", by=keeper, at=one.added_at, after={"code": one.code, "name": one.name}
            )
            for one in sorted(customers, key=lambda customer: customer.added_at)
        ]
    )
    return len(customers)


class Sellers:
    """Who sells to whom: the people of a department by region, in turn."""

    ROLES = frozenset({"account_manager", "salesperson"})

    def __init__(self, staff: Staff) -> None:
        self.turn: dict[str, int] = {}
        self.found: dict[str, list[tuple[str, Person]]] = {}
        for username, (_name, _post, role, department, region, _superior) in given()["people"].items():
            if role in self.ROLES:
                self.found.setdefault(department, []).append((region, staff.people[username]))

    def of(self, department: str, region: str) -> Person:
        """Somebody of the department, from the region where one is."""
        everybody = self.found[department]
        near = [person for place, person in everybody if place == region] or [
            person for _, person in everybody
        ]
        key = f"{department} {region}"
        self.turn[key] = self.turn.get(key, -1) + 1
        return near[self.turn[key] % len(near)]


def _customer(
    row: dict[str, Any],
    graded: tuple[str, date] | None,
    staff: Staff,
    sellers: Sellers,
    people: People,
    as_of: date,
) -> Customer:
    at_home = row["country"] == "CN"
    since = row["since"] or None
    grade, grade_since = graded or ("", None)
    industry = INDUSTRY.get(row["industry"] or "other", "service")
    complete = people.rng.random() < 0.86
    opened = min(since or as_of - timedelta(days=900), as_of)
    return Customer(
        id=row["id"], code=row["customer"], name=row["name"], name_en="" if at_home else row["name"],
        short_name=FORM.sub("", row["name"])[:60] if at_home else "", life=_life(row, as_of), grade=grade, grade_since=grade_since,
        legal_representative=(people.chinese() if at_home else people.foreign()) if complete else "",
        registration=f"91{row['id']:014d}X2" if at_home and complete else "", business_scope=SCOPES[industry] if complete else "",
        country=row["country"], city=_city(row["name"]) if at_home else "",
        address=_address(row, people) if complete else "", phone=_phone(row["id"], at_home),
        email=f"info@{row['customer'].lower()}.example", website=f"www.{row['customer'].lower()}.example" if complete else "",
        currency=row["currency"], since=since, source=people.one(SOURCES),
        scale=_scale(row["bought"]), industry=industry, segment=row["segment"] if row["segment"] in AXES["segment"] else "",
        need_type=NEED.get(row["need"] or "", ""),
        importance=_importance(grade, row["department"]), region=staff.regions[row["region"]],
        department=staff.departments[row["department"]], manager=sellers.of(row["department"], row["region"]),
        group=row["group"] or "", amount_12m=amount(row["bought"]), receivable=amount(row["owed"]),
        overdue=amount(row["overdue"]), last_order_on=row["last_order_on"], last_contact_on=row["last_contact_on"],
        added_at=moment(opened), changed_at=moment(min(row["last_contact_on"] or opened, as_of)),
    )  # fmt: skip


def _life(row: dict[str, Any], as_of: date) -> str:
    if row["last_order_on"] is None:
        return "prospect"
    quiet = (as_of - row["last_order_on"]).days
    return "current" if quiet <= 365 else "closed" if quiet > 1000 else "lapsed"


def _city(name: str) -> str:
    return next((city for city, _region in cities() if name.startswith(city)), "")


def _address(row: dict[str, Any], people: People) -> str:
    number = int(people.rng.integers(1, 900))
    if row["country"] != "CN":
        return f"{number} Harbour Road, {row['country']}"
    return f"{_city(row['name'])}工业园区衡安路 {number} 号"


def _phone(number: int, at_home: bool) -> str:
    return f"0571-0{number:07d}" if at_home else f"+999 {number:07d}"


def _scale(bought: int) -> str:
    return "large" if bought >= 5_000_000_0000 else "medium" if bought >= 500_000_0000 else "small"


def _importance(grade: str, department: str) -> str:
    if grade == "A":
        return "core"
    return "important" if grade == "B" or (grade and department == "key_account") else "ordinary"


def _contacts(customer: Customer, people: People, before: int) -> list[Contact]:
    at_home = customer.country == "CN"
    posts = POSTS if at_home else FOREIGN_POSTS
    count = int(np.clip(people.rng.poisson(1.6) + 1, 1, len(posts)))
    made = []
    for place, (post, decides) in enumerate(posts[:count]):
        number = before + place + 1
        made.append(
            Contact(
                id=number, customer=customer, name=people.chinese() if at_home else people.foreign(), post=post,
                decides=decides, mobile=f"100{number:08d}" if at_home else f"+999 1{number:08d}",
                email=f"contact{number}@{customer.code.lower()}.example", language="zh-hans" if at_home else "en",
            )
        )  # fmt: skip
    return made


def _posts(customer: Customer, staff: Staff, people: People, as_of: date) -> list[Assignment]:
    from_on = max(customer.added_at.date(), as_of - timedelta(days=1500))
    assert customer.manager is not None
    team = [Assignment(customer=customer, person=customer.manager, post="manager", from_on=from_on)]
    key = customer.importance in {"core", "important"}
    if key:
        colleagues = [
            p
            for p in staff.people.values()
            if p.department_id == customer.department_id and p != customer.manager
        ]
        team.append(
            Assignment(customer=customer, person=people.one(colleagues), post="backup", from_on=from_on)
        )
    if customer.country != "CN" or customer.importance == "core":
        clerk = staff.people["shiting" if customer.country == "CN" else "qiaoan"]
        team.append(Assignment(customer=customer, person=clerk, post="order_clerk", from_on=from_on))
    if customer.importance == "core":
        team.append(
            Assignment(
                customer=customer, person=staff.people["zouyan"], post="service_officer", from_on=from_on
            )
        )
    return team
