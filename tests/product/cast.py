"""The people, places and customers that product tests act with.

    China ── east, south                Sales ── key, trade              A  of ming (key, east)
                                                                         B  of gao (trade, east)
                                                                         C  of shu (trade, south)
Everybody but `nina` has signed the agreement. `old` has left. `tess` is in the team of customer A.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace

from django.contrib.auth.hashers import make_password

from zhike.customers.models import Assignment, Contact, Customer
from zhike.facts.models import Order, Receivable
from zhike.people.actions import ship_roles
from zhike.people.agreements import Agreement, Signature
from zhike.people.models import Department, Grant, Person, Region, Role, settle_path

EARLY = datetime(2020, 1, 1, tzinfo=UTC)
FAR = date(2099, 12, 31)
PASSWORD = "correct horse battery"

PEOPLE = {
    # user name: name, role, department, region
    "ming": ("李明", "account_manager", "key", "east"),
    "tess": ("Tess Berg", "salesperson", "key", "east"),
    "gao": ("高阳", "account_manager", "trade", "east"),
    "shu": ("舒宁", "salesperson", "trade", "south"),
    "rong": ("容大海", "regional_manager", "trade", "east"),
    "head": ("何主任", "department_head", "key", "east"),
    "boss": ("管理层 Bo", "management", "sales", "china"),
    "fang": ("方会计", "finance", "money", "china"),
    "keep": ("柯档案", "keeper", "market", "china"),
    "audit": ("审计 Audrey", "supervising", "sales", "china"),
    "root": ("系统 Root", "administrator", "money", "china"),
    "hana": ("韩人事", "hr", "money", "china"),
    "nina": ("倪新", "account_manager", "key", "east"),
    "idle": ("无角色", "", "market", "china"),
    "old": ("Gone Away", "account_manager", "key", "east"),
}
UNSIGNED = {"nina"}
CANARY = {"A": "AAALPHA", "B": "BBBRAVO", "C": "CCCHARLIE"}
"""Customer -> a word that stands in every text of its archive, and nowhere else."""


@dataclass(frozen=True)
class Cast:
    """Everybody and everything, by name: `cast.people.ming`, `cast.customers.A`, `cast.regions.east`."""

    people: SimpleNamespace
    departments: SimpleNamespace
    regions: SimpleNamespace
    roles: SimpleNamespace
    customers: SimpleNamespace
    agreement: Agreement


def assemble() -> Cast:
    """Put the cast into the database."""
    regions = _places(Region, {"china": "", "east": "china", "south": "china"})
    departments = _places(
        Department, {"sales": "", "key": "sales", "trade": "sales", "market": "", "money": ""}
    )
    ship_roles(second_factor=False)
    roles = {role.code: role for role in Role.objects.all()}
    hashed = make_password(PASSWORD)
    Person.objects.bulk_create(
        Person(
            username=name, display_name=shown, pinyin=name, email=f"{name}@example.com", password=hashed, joined_at=EARLY,
            department=departments[department], region=regions[region], is_active=name != "old", language="en",
            left_at=None if name != "old" else EARLY,
        )
        for name, (shown, _role, department, region) in PEOPLE.items()
    )  # fmt: skip
    people = {person.username: person for person in Person.objects.all()}
    Person.objects.filter(username__in=["ming", "tess", "nina"]).update(superior=people["head"])
    for name in ("ming", "tess", "nina"):
        people[name].superior = people["head"]
    Grant.objects.bulk_create(
        Grant(person=people[name], role=roles[role], from_on=EARLY.date(), until_on=FAR, granted_at=EARLY, approved_by=people["root"])
        for name, (_shown, role, *_places) in PEOPLE.items()
        if role
    )  # fmt: skip
    agreement = _agreement(people)
    customers = {
        code: _customer(code, people[manager], people[manager].department, regions[region])
        for code, manager, region in (("A", "ming", "east"), ("B", "gao", "east"), ("C", "shu", "south"))
    }
    Assignment.objects.create(
        customer=customers["A"], person=people["tess"], post="backup", from_on=EARLY.date()
    )
    named = SimpleNamespace
    return Cast(
        named(**people), named(**departments), named(**regions), named(**roles), named(**customers), agreement
    )


def _places(kind: type[Department | Region], tree: dict[str, str]) -> dict[str, Department | Region]:
    made: dict[str, Department | Region] = {}
    for code, parent in tree.items():
        place = kind.objects.create(
            code=code, name_zh=f"{code}部", name_en=code.title(), parent=made.get(parent)
        )
        settle_path(kind, place)
        made[code] = kind.objects.get(pk=place.pk)
    return made


def _agreement(people: dict[str, Person]) -> Agreement:
    agreement = Agreement.objects.create(
        number=1,
        title="保密协议",
        text="客户档案仅限内部使用。",
        effective_on=EARLY.date(),
        published_at=EARLY,
    )
    Signature.objects.bulk_create(
        Signature(
            agreement=agreement, person=person, signed_at=EARLY, until_on=FAR, typed_name=person.display_name,
            text_digest=agreement.digest(),
        )
        for name, person in people.items()
        if name not in UNSIGNED
    )  # fmt: skip
    return agreement


def _customer(code: str, manager: Person, department: Department | None, region: Region) -> Customer:
    word = CANARY[code]
    customer = Customer.objects.create(
        code=code, name=f"{word} 有限公司", name_en=f"{word} Limited", address=f"{word} road 1", phone="021-55550000",
        email=f"info@{word.lower()}.example", search=f" {word.lower()} {code.lower()} ", country="CN", currency="CNY",
        legal_representative=f"{word} Wang", business_scope=f"{word} trade", industry="retail", group=f"{word} group",
        manager=manager, department=department, region=region, added_at=EARLY, changed_at=EARLY, amount_12m=1_000, receivable=500,
    )  # fmt: skip
    Assignment.objects.create(customer=customer, person=manager, post="manager", from_on=EARLY.date())
    Contact.objects.create(
        customer=customer, name=f"{word} Contact", post="buyer", decides="decides", mobile="13900000000"
    )
    order = Order.objects.create(
        number=f"{word}-O1", customer=customer, ordered_on=date(2026, 6, 1), amount=1_000, profit=100, currency="CNY", product=word,
    )  # fmt: skip
    Receivable.objects.create(
        number=f"{word}-R1",
        customer=customer,
        order=order,
        due_on=date(2026, 7, 1),
        amount=500,
        currency="CNY",
    )
    return customer
