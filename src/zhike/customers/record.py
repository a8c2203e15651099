"""The record page: what it shows, read in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import capfirst

from zhike.customers.archive import Answer, FactSource, Finding, Need, Unit, answers_of
from zhike.customers.completeness import Measure, measure
from zhike.customers.contacts import source_of
from zhike.customers.documents import KINDS as DOCUMENT_KINDS
from zhike.customers.documents import Document
from zhike.customers.dues import Due, dues
from zhike.customers.handovers import Handover
from zhike.customers.lapsing import Recovery
from zhike.customers.life import (
    AXES,
    AXIS_NAMES,
    CONDITIONS,
    DECIDES,
    FINDINGS,
    LIFE,
    NEED_STATES,
    NEEDS,
    POSTS,
)
from zhike.customers.limits import Limits
from zhike.customers.models import Activity, Assignment, Contact, Customer
from zhike.customers.owners import Gap
from zhike.customers.quality import Defect
from zhike.customers.sections import APART, BOXES, FACTS, SECTIONS, SOURCES, class_of
from zhike.customers.showing import fact_value, label_of
from zhike.customers.silence import is_silent
from zhike.customers.teams import Entitlement, TeamPost, entitlements
from zhike.people.models import Person
from zhike.people.rules import HIDDEN, can, sees
from zhike.ui import grid

MOST = 50
"""Rows shown of one kind."""
COMPUTED: dict[str, Any] = {}
"""Kind of statement -> what the transactions say about it: (customer, day) -> code or None. Filled by higher layers."""
ORDERS: list[Callable[[Customer], str]] = []
"""Where the orders of a customer stand; put in by the layer that keeps them."""


@dataclass(frozen=True)
class Fact:
    """One fact with where it comes from, when it was last made sure of, and what is wrong with it."""

    code: str
    label: str
    value: str
    source: str = ""
    verified_on: date | None = None
    fault: str = ""
    hidden: bool = False

    @property
    def is_apart(self) -> bool:
        """Whether the forms of the archive do not change it."""
        return self.code in APART


@dataclass(frozen=True)
class Part:
    """A section of the left side."""

    code: str
    name: str
    facts: list[Fact]
    due: Due | None
    late: bool


@dataclass(frozen=True)
class Stated:
    """What a customer says about its business, and what the orders say."""

    finding: Finding
    label: str
    value: str
    source: str
    computed: str = ""
    differs: bool = False


class Record:
    """Everything on the page of a customer, for one person on one day."""

    def __init__(self, customer: Customer, by: Person, day: date) -> None:
        self.customer, self.by, self.day = customer, by, day
        self.limits = Limits()
        self.sees_contact = sees(by, "contact")
        self.sees_price = sees(by, "price") and can(by, "see_orders")
        self.sees_credit = sees(by, "credit") and can(by, "see_orders")
        self.may_change = can(by, "change_customer")
        self.may_judge = can(by, "judge_customers")
        self.may_log = can(by, "log_activity")
        self.may_assign = can(by, "assign_customer")
        self.may_merge = can(by, "merge_customers")
        self.contacts = list(Contact.objects.filter(customer=customer)[:MOST])
        self.team = list(
            Assignment.objects.current().filter(customer=customer).select_related("person__department")
        )
        self.dues = dues(customer, customer.confirmations.select_related("by"), self.limits)
        self.defects = list(Defect.objects.standing().filter(customer=customer)[:MOST])
        self.sources = {one.fact: one for one in customer.sources.all()}
        self.gap = Gap.objects.standing().filter(customer=customer).select_related("owner").first()
        self.handovers = list(
            Handover.objects.standing()
            .filter(customer=customer)
            .select_related("customer", "former", "receiver", "interim")
        )
        self.recovery = Recovery.objects.standing().filter(customer=customer).select_related("owner").first()
        self.measure: Measure = measure(customer, self.contacts)

    @property
    def here(self) -> list[Contact]:
        """Contacts who have not left."""
        return [one for one in self.contacts if one.left_on is None]

    @property
    def gone(self) -> list[Contact]:
        """Contacts who have left."""
        return [one for one in self.contacts if one.left_on is not None]

    @property
    def axes(self) -> list[tuple[str, str, str]]:
        """(code, axis, value) of the axes that are set."""
        found = [(axis, str(AXIS_NAMES[axis]), fact_value(self.customer, axis, self.by)) for axis in AXES]
        return [one for one in found if one[2]]

    @property
    def parts(self) -> list[Part]:
        """The facts by section."""
        faults = {one.field: one for one in self.defects if one.code != "missing"}
        return [
            Part(
                section,
                capfirst(str(SECTIONS[section].name)),
                [
                    self.fact(code, faults[code].said or str(faults[code]) if code in faults else "")
                    for code in facts
                ],
                self.dues.get(section),
                section in self.dues and self.dues[section].is_late(self.day),
            )
            for section, facts in FACTS.items()
        ]

    def fact(self, code: str, fault: str = "") -> Fact:
        """One fact; its value stays away from people who do not see its class."""
        hidden = not sees(self.by, class_of("customer", code))
        value = HIDDEN if hidden else fact_value(self.customer, code, self.by)
        hidden, told = value == HIDDEN, self.sources.get(code)
        return Fact(
            code,
            label_of("customer", code),
            "" if hidden else value,
            str(SOURCES.get(told.source, "")) if told else "",
            told.verified_on if told else None,
            "" if hidden else fault,
            hidden,
        )

    @property
    def late_sections(self) -> list[Due]:
        """Sections past their day."""
        return [one for one in self.dues.values() if one.is_late(self.day)]

    @cached_property
    def entitlements(self) -> list[Entitlement]:
        """The team that the grade entitles to."""
        if not self.customer.grade:
            return []
        return entitlements(self.customer, self.team, TeamPost.objects.filter(grade=self.customer.grade))

    @cached_property
    def unmet(self) -> list[Entitlement]:
        """Posts that nobody fills."""
        return [one for one in self.entitlements if one.holder is None]

    @property
    def posts(self) -> list[tuple[Assignment, str]]:
        """The team with the names of its posts, the manager first."""
        order = list(POSTS)
        team = sorted(self.team, key=lambda one: order.index(one.post) if one.post in order else 99)
        return [(one, str(POSTS.get(one.post, one.post))) for one in team]

    @cached_property
    def statements(self) -> list[Stated]:
        """Business and market information, stated against computed."""
        found = []
        for one in Finding.objects.filter(customer=self.customer, replaced_at__isnull=True).select_related(
            "by"
        ):
            kind = FINDINGS[one.kind]
            known = (
                COMPUTED[one.kind](self.customer, self.day)
                if one.kind in COMPUTED and self.sees_price
                else None
            )
            found.append(
                Stated(
                    one,
                    str(kind.name),
                    str(kind.values.get(one.value, one.value)),
                    str(SOURCES.get(one.source, "")),
                    str(kind.values.get(known, known)) if known else "",
                    known is not None and known != one.value,
                )
            )
        return found

    @property
    def needs(self) -> list[Need]:
        """Needs, the newest first."""
        return list(Need.objects.filter(customer=self.customer).select_related("by")[:MOST])

    @property
    def need_rows(self) -> list[tuple[Need, str, str, bool, Answer | None]]:
        """(need, kind, status, whether it is late, what of a higher layer answers it), what nothing answers first."""
        needs = self.needs
        answers = answers_of(needs)
        found = []
        for one in sorted(needs, key=lambda one: one.status != "open" or one.pk in answers):
            answer = answers.get(one.pk)
            status = "planned" if answer and not answer.done else "answered" if answer else one.status
            late = answer is None and one.is_late(self.day)
            found.append((one, str(NEEDS[one.kind]), str(NEED_STATES[status]), late, answer))
        return found

    @property
    def unit_rows(self) -> list[tuple[Unit, str, str]]:
        """(unit, condition, tone)."""
        tones = {"running": "success", "limited": "warning", "down": "error"}
        return [
            (one, str(CONDITIONS.get(one.condition, one.condition)), tones.get(one.condition, "quiet"))
            for one in self.units
        ]

    @property
    def unstated(self) -> list[tuple[str, str]]:
        """(kind, name) of the statements that nobody has made yet."""
        there = {one.finding.kind for one in self.statements}
        return [(kind, str(one.name)) for kind, one in FINDINGS.items() if kind not in there]

    @property
    def people(self) -> list[tuple[Contact, str, FactSource | None, str]]:
        """The contacts with their role in decisions, and where their data were last made sure of."""
        told: dict[str, FactSource] = {}
        for one in sorted(self.sources.values(), key=lambda source: source.verified_on):
            told[one.fact.rpartition(".")[0]] = one
        rows = [(one, told.get(source_of(one, "").rstrip("."))) for one in self.contacts]
        return [
            (one, str(DECIDES.get(one.decides, "")), seen, str(SOURCES.get(seen.source, "")) if seen else "")
            for one, seen in rows
        ]

    @property
    def papers(self) -> list[tuple[Document, str]]:
        """The documents with the names of their kinds."""
        return [(one, str(DOCUMENT_KINDS[one.kind])) for one in self.documents]

    @property
    def faults(self) -> list[Defect]:
        """What is wrong, apart from what is missing."""
        return [one for one in self.defects if one.code != "missing"]

    @property
    def owner(self) -> Person | None:
        """Who owes what is missing: whoever stands in, or the manager."""
        return self.gap.owner if self.gap is not None else self.customer.manager

    @property
    def contacts_due(self) -> Due:
        """When the contacts are to be confirmed."""
        return self.dues["contacts"]

    @property
    def contacts_late(self) -> bool:
        """Whether they are past it."""
        return self.dues["contacts"].is_late(self.day)

    @cached_property
    def parent(self) -> Customer | None:
        """The parent company, when the person sees it."""
        if self.customer.parent_id is None:
            return None
        return Customer.objects.visible_to(self.by).filter(pk=self.customer.parent_id).first()

    @cached_property
    def branches(self) -> list[Customer]:
        """The companies below, that the person sees."""
        return list(Customer.objects.visible_to(self.by).living().filter(parent=self.customer)[:MOST])

    @property
    def life(self) -> str:
        """The state of the life cycle."""
        return str(LIFE[self.customer.life])

    @property
    def life_tone(self) -> str:
        """Its colour."""
        return {"prospect": "info", "current": "success", "lapsed": "warning"}.get(
            self.customer.life, "quiet"
        )

    @property
    def orders_href(self) -> str:
        """Where the order lines stand that add up to the figures."""
        return ORDERS[0](self.customer) if ORDERS and self.sees_price else ""

    @property
    def units(self) -> list[Unit]:
        """Products in use."""
        return list(Unit.objects.filter(customer=self.customer)[:MOST])

    @property
    def documents(self) -> list[Document]:
        """Agreements and documents."""
        return list(Document.objects.filter(customer=self.customer, withdrawn_at__isnull=True)[:MOST])

    @property
    def silent(self) -> bool:
        """Whether nobody has spoken with the customer for longer than allowed."""
        return is_silent(self.customer, self.day, self.limits)

    @cached_property
    def promises(self) -> list[Activity]:
        """Promised steps still to be taken."""
        return list(
            Activity.objects.promised().filter(customer=self.customer).order_by("follow_up_on")[:MOST]
        )

    @property
    def grade_chip(self) -> Any:
        """The chip of the customer's grade, as the policy that gave it calls it."""
        found = self.boxes and self.chips.get("chip")
        return found or grid.grade(self.customer.grade)

    @property
    def grade_word(self) -> str:
        """The word for the customer's grade."""
        found = self.boxes and self.chips.get("word")
        return str(found or self.customer.grade)

    @cached_property
    def chips(self) -> dict[str, Any]:
        """What boxes say for the head of the page."""
        return {}

    @cached_property
    def boxes(self) -> list[str]:
        """The boxes that higher layers add, rendered."""
        found: list[str] = []
        for one in BOXES.values():
            shown = one.context(self.customer, self.by, self.day)
            if shown is not None:
                self.chips |= {name: one for name, one in shown.items() if name in ("chip", "word")}
                found.append(
                    render_to_string(one.template, {"customer": self.customer, "day": self.day, **shown})
                )
        return found

    @property
    def share(self) -> float:
        """Completeness from 0 to 1."""
        return self.measure.percent / 100
