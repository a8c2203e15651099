"""The demo company in the product: everybody is there, figures are those of the facts, and it comes out the same again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from zhike.customers.models import Activity, Assignment, Contact, Customer
from zhike.demo.company import least
from zhike.demo.product import Loaded, is_empty, load
from zhike.demo.staff import PASSWORD, sign_ins
from zhike.facts.models import Order, Rate, Receivable
from zhike.kernel.journal import verify
from zhike.people.agreements import gate
from zhike.people.models import Person
from zhike.people.verbs import ROLES

AS_OF = date(2026, 6, 30)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def shut_out(at: datetime) -> set[str]:
    from zhike.kernel.refusals import GateClosed

    found = set()
    for person in Person.objects.all():
        try:
            gate(person, at)
        except GateClosed:
            found.add(person.username)
    return found


def every_role_has_somebody_and_two_people_stand_before_the_gate() -> None:
    shown = sign_ins()
    assert {one.role_en for one in shown} == {role.en for role in ROLES}
    assert Person.objects.count() == 40
    assert all(Person.objects.get(username=one.username).check_password(PASSWORD) for one in shown)

    assert shut_out(datetime(2026, 6, 30, 4, tzinfo=UTC)) == {"mahui", "maoyu"}


def figures_of_the_archive_are_those_of_its_facts() -> None:
    year = Q(orders__ordered_on__gt=date(2025, 6, 30)) & ~Q(orders__status="cancelled")
    at_home = Customer.objects.filter(country="CN").annotate(bought=Sum("orders__amount", filter=year))
    assert at_home.count() > 100
    assert [one.code for one in at_home if (one.bought or 0) != one.amount_12m] == []
    owing = Receivable.objects.filter(paid_on__isnull=True, customer__country="CN", currency="CNY").aggregate(
        all=Sum("amount")
    )["all"]
    assert owing == at_home.aggregate(all=Sum("receivable"))["all"]
    dollar = Rate.objects.filter(currency="USD").last()
    assert dollar is not None
    assert 5 < dollar.rate < 9


def every_customer_has_a_manager_a_team_and_contacts(company: Loaded) -> None:
    assert Customer.objects.filter(manager__isnull=True).count() == 0
    assert Assignment.objects.filter(post="manager").count() == company.customers == Customer.objects.count()
    assert Customer.objects.filter(contacts__isnull=True).count() == 0
    assert Contact.objects.count() > company.customers
    assert Order.objects.count() == company.orders > 1000
    assert Activity.objects.filter(result="").exists()
    assert not Activity.objects.filter(done_on__gt=AS_OF).exists()
    assert list(verify()) == []


def seen() -> tuple[object, ...]:
    """What a company is known by."""
    fields = (
        "code",
        "name",
        "manager__username",
        "amount_12m",
        "grade",
        "tokens",
        "completeness",
        "added_at",
    )
    return (
        tuple(Customer.objects.order_by("code").values_list(*fields)),
        tuple(
            Activity.objects.order_by("id").values_list("subject", "done_on", "person__username", "result")
        ),
    )


def test_the_company_is_whole_and_the_same_seed_makes_it_again(data_dir):
    assert is_empty()
    with transaction.atomic():
        company = load(as_of=AS_OF, customers=least() + 40)
        first = seen()
        every_role_has_somebody_and_two_people_stand_before_the_gate()
        figures_of_the_archive_are_those_of_its_facts()
        every_customer_has_a_manager_a_team_and_contacts(company)
        transaction.set_rollback(True)
    load(as_of=AS_OF, customers=least() + 40)
    assert seen() == first
    assert timezone.is_aware(Customer.objects.first().added_at)
