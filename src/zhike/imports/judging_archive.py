"""Judges of the archive: customers, contacts, activities."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max, Prefetch
from django.utils import timezone

from zhike.customers.actions import has_address, settle
from zhike.customers.models import Activity, Assignment, Contact, Customer
from zhike.imports.judging import Judge, Key, Row, Verdict, by_key, locked
from zhike.imports.links import SEVERAL
from zhike.people.models import Person
from zhike.people.rules import can

SETTLED = ("search", "channels", "tokens", "completeness")


def settle_all(keys: Iterable[int], at: datetime) -> None:
    """Search words and completeness of customers after something around them has changed; only what differs is written."""
    rows = []
    for customer in Customer.objects.filter(pk__in=keys).prefetch_related(
        Prefetch("contacts", Contact.objects.all())
    ):
        before = [getattr(customer, name) for name in SETTLED]
        settle(customer)
        after = [getattr(customer, name) for name in SETTLED]
        if after != before:
            rows.append((*after, connection.ops.adapt_datetimefield_value(at), customer.pk))
    with connection.cursor() as cursor:
        sets = ", ".join(f"{name} = %s" for name in (*SETTLED, "changed_at"))
        cursor.executemany(f"update zhike_customer set {sets} where id = %s", rows)


class CustomerJudge(Judge):
    """New customers get a code where the file has none, and an account manager: the one named, or whoever imports."""

    model = Customer
    added, changed = "customer_imported", "customer_changed_by_import"
    only_new = frozenset({"manager", "life"})
    needs_key = False

    def check(self, row: Row) -> None:
        code = row.values.get("code")
        if code is not None and not has_address(code):
            row.refuse("code", "no_address", value=code)

    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        [code] = self.key
        wanted = {row.values[code] for row in rows if row.values.get(code)}
        mine = Customer.objects.living() if code != "code" else Customer.objects.all()
        found = by_key(
            locked(mine.filter(**{f"{code}__in": wanted}), lock), lambda one: (getattr(one, code),)
        )
        keys = {one.pk for one in found.values() if one is not SEVERAL}
        self.seen = set(
            Customer.objects.visible_to(self.by).living().filter(pk__in=keys).values_list("pk", flat=True)
        )
        self.links.learn("customer", {name for row in rows if (name := row.values.get("name"))})
        codes = {row.values["code"] for row in rows if row.values.get("code")} if code != "code" else set()
        self.taken = dict(Customer.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
        return found

    def is_mine(self, record: Any) -> bool:
        return record.pk in self.seen

    def verdict(self, row: Row, found: Any, seen: dict[Key, int]) -> Verdict:
        code = row.values.get("code")
        if self.key != ("code",) and code in self.taken:
            key = self.key_of(row)
            record = found.get(key) if key is not None else None
            if getattr(record, "pk", None) != self.taken[code]:
                row.refuse("code", "taken", value=code)
        verdict = super().verdict(row, found, seen)
        right = {"created": "add_customer", "updated": "change_customer"}.get(verdict.outcome)
        if right is not None and not can(self.by, right):
            row.refuse("", "no_right")
            return Verdict(row, "rejected")
        name = row.values.get("name")
        if verdict.outcome == "created" and name and self.links.get("customer", name) is not None:
            row.notes.append("name:namesake")
        return verdict

    def new_values(self, row: Row) -> dict[str, Any]:
        values = super().new_values(row)
        values.setdefault("code", f"{self.owner.pk}-{row.number}")
        values.setdefault("manager_id", self.by.pk)
        return values

    def stamps(self, at: datetime) -> dict[str, Any]:
        return {"added_at": at, "changed_at": at}

    def create(self, verdicts: list[Verdict], at: datetime) -> None:
        records = self.drafts([one.after for one in verdicts], at)
        for one, record in zip(verdicts, records, strict=True):
            settle(record)
            one.record = record
        self.add(records, at)
        self.links.forget()

    def drafts(self, values: list[dict[str, Any]], at: datetime) -> list[Customer]:
        """New customers, not written yet; without a department they belong to that of their manager."""
        people = Person.objects.in_bulk({one["manager_id"] for one in values})
        records = [Customer(**one, **self.stamps(at)) for one in values]
        for record in records:
            record.manager = people[record.manager_id or 0]
            record.department_id = record.department_id or record.manager.department_id
        return records

    def add(self, records: list[Customer], at: datetime) -> None:
        """Write new customers with the post of their manager."""
        Customer.objects.bulk_create(records, batch_size=500)
        day = timezone.localtime(at).date()
        Assignment.objects.bulk_create(
            [Assignment(customer=one, person=one.manager, post="manager", from_on=day) for one in records],
            batch_size=500,
        )

    def update(self, verdict: Verdict, at: datetime) -> None:
        for name, value in verdict.after.items():
            setattr(verdict.record, name, value)
        Customer.objects.filter(pk=verdict.record.pk).update(**verdict.after, version=F("version") + 1)

    def after_writing(self, created: list[Verdict], updated: list[Verdict], at: datetime) -> None:
        settle_all({one.record.pk for one in updated}, at)


class ContactJudge(Judge):
    """People at customers that the person sees. Search words of the customers follow when all rows are in."""

    model = Contact
    added, changed = "contact_imported", "contact_changed_by_import"
    needs_key = True

    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        name = self.key[1]
        customers = {row.values["customer"] for row in rows if row.values.get("customer")}
        names = {row.values[name] for row in rows if row.values.get(name)}
        found = Contact.objects.filter(
            customer_id__in=customers, left_on__isnull=True, **{f"{name}__in": names}
        )
        return by_key(locked(found, lock), lambda one: (one.customer_id, getattr(one, name)))

    def update(self, verdict: Verdict, at: datetime) -> None:
        for name, value in verdict.after.items():
            setattr(verdict.record, name, value)
        Contact.objects.filter(pk=verdict.record.pk).update(**verdict.after, version=F("version") + 1)


class ActivityJudge(Judge):
    """The past with its own day and person; the day of the last contact moves where an activity counts."""

    model = Activity
    added, changed = "activity_imported", "activity_changed_by_import"
    needs_key = False

    def resolve(self, rows: list[Row]) -> None:
        super().resolve(rows)
        for row in rows:
            if row.values.get("person") is None:
                row.values["person"] = self.by.pk
        if "contact" not in self.mapped:
            return
        pairs = {(row.values["customer"], row.values["contact"]) for row in rows
                 if row.values.get("customer") and row.values.get("contact")}  # fmt: skip
        known = self.links.contacts(pairs)
        for row in rows:
            name = row.values.get("contact")
            if name is not None:
                row.values["contact"] = known.get((row.values.get("customer") or 0, name))
                if row.values["contact"] is None:
                    row.refuse("contact", "unknown_contact", value=name)

    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        customers = {row.values["customer"] for row in rows if row.values.get("customer")}
        days = {row.values["done_on"] for row in rows if row.values.get("done_on")}
        found: dict[Key, Any] = {}
        for one in locked(
            Activity.objects.filter(customer_id__in=customers, done_on__in=days).order_by("-pk"), lock
        ):
            found[one.customer_id, one.done_on, one.channel, one.subject, one.person_id] = one
        return found

    def new_values(self, row: Row) -> dict[str, Any]:
        return {**super().new_values(row), "person_id": row.values["person"]}

    def stamps(self, at: datetime) -> dict[str, Any]:
        return {"added_at": at}

    def after_writing(self, created: list[Verdict], updated: list[Verdict], at: datetime) -> None:
        settle_last_contact({one.record.customer_id for one in (*created, *updated)})


def settle_last_contact(customers: set[int]) -> None:
    """The day of the last activity that counts."""
    counting = Activity.objects.filter(customer_id__in=customers).exclude(content="").exclude(result="")
    days = dict(counting.order_by().values_list("customer_id").annotate(day=Max("done_on")))
    rows = list(Customer.objects.filter(pk__in=customers).only("pk", "last_contact_on"))
    for row in rows:
        row.last_contact_on = days.get(row.pk)
    Customer.objects.bulk_update(rows, ["last_contact_on"], batch_size=200)
