"""A small company whose foreign-trade customers are graded: a policy in force, customers with known histories, an analyst."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.product.cast import EARLY, FAR, Cast
from zhike.customers.models import Customer
from zhike.facts.models import Order, Rate
from zhike.grading.deciding import decide_proposals, submit_run
from zhike.grading.models import Grade, GradingRun
from zhike.grading.running import start_run
from zhike.jobs.running import run_due
from zhike.letters.actions import send_letters
from zhike.letters.models import Letter
from zhike.people.agreements import Signature
from zhike.people.models import Department, Grant, Person, Role
from zhike.policies.actions import example_values
from zhike.policies.models import Policy, PolicyVersion
from zhike.presets import policy_path

AS_OF = date(2025, 12, 31)
NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)


def analyst(cast: Cast) -> Person:
    """A data analyst who sees all customers."""
    made = Person.objects.create(
        username="lin", display_name="林数据", email="lin@example.com", joined_at=EARLY, department=cast.departments.market,
        region=cast.regions.china, language="en", password=cast.people.ming.password,
    )  # fmt: skip
    Grant.objects.create(
        person=made, role=Role.objects.get(code="analyst"), from_on=EARLY.date(), until_on=FAR, granted_at=EARLY,
        approved_by=cast.people.root,
    )  # fmt: skip
    Signature.objects.create(
        agreement=cast.agreement, person=made, signed_at=EARLY, until_on=FAR, typed_name="林数据",
        text_digest=cast.agreement.digest(),
    )  # fmt: skip
    return made


def published(code: str, *, unset: bool = False, changed: tuple[tuple[str, str], ...] = ()) -> PolicyVersion:
    """A shipped policy in force since 2020 with its example values, or none; `changed` are places that read otherwise."""
    shipped = (policy_path(code) / "policy.yaml").read_text("utf-8")
    for old, new in changed:
        assert old in shipped, old
        shipped = shipped.replace(old, new)
    policy = Policy.objects.create(code=code, title_zh=code, title_en=code.title(), added_at=EARLY)
    return PolicyVersion.objects.create(
        policy=policy, number=1, state="published", text=shipped, values={} if unset else example_values(code),
        effective_on=date(2020, 1, 1), drafted_on=date(2020, 1, 1), published_at=EARLY,
    )  # fmt: skip


def customer(cast: Cast, code: str, since: date, **fields: Any) -> Customer:
    """A foreign-trade customer of `ming`."""
    return Customer.objects.create(
        **{"code": code, "name": f"{code} 进出口公司", "country": "CN", "currency": "CNY", "industry": "retail", "since": since,
           "manager": cast.people.ming, "department": cast.people.ming.department, "region": cast.regions.east, "added_at": EARLY,
           "changed_at": EARLY, **fields}
    )  # fmt: skip


def orders(one: Customer, by_year: dict[int, str], *, share: str = "0.10", months: int = 12) -> None:
    """A year's amount in equal orders of the last `months` months of each year."""
    rows = []
    for year, amount in by_year.items():
        for number in range(months):
            part = (Decimal(amount) / months).quantize(Decimal("0.01"))
            part = Decimal(amount) - part * (months - 1) if number == 0 else part
            rows.append(
                Order(
                    number=f"{one.code}-{year}-{number}", customer=one, amount=part, currency="CNY", profit=(part * Decimal(share)),
                    ordered_on=date(year, 12, 15) - timedelta(days=round(30.4 * number)),
                )
            )  # fmt: skip
    Order.objects.bulk_create(rows)


def foreign(cast: Cast) -> tuple[Person, PolicyVersion]:
    """The analyst and the policy in force; the department of `ming` trades abroad."""
    Department.objects.filter(pk=cast.departments.key.pk).update(code="foreign_trade")
    return analyst(cast), published("foreign-trade")


def work(at: datetime = NOW) -> None:
    """Do the waiting jobs."""
    run_due(clock=lambda: at)


def run_now(version: PolicyVersion, at: datetime, as_of: date = AS_OF) -> GradingRun:
    """A run that is ready."""
    run = start_run(version=version, as_of=as_of, by=None, at=at)
    work(at)
    run.refresh_from_db()
    assert run.state == "ready", (run.error, run.job and run.job.error)
    return run


def whole_cycle(
    cast: Cast, as_of: date, rate: tuple[str, str]
) -> tuple[Counter[str], Counter[str], list[str]]:
    """A run over what was imported, its approval and its letters, printed: grades, states of letters, and what went wrong."""
    lin, version = foreign(cast)
    Rate.objects.create(currency=rate[0], rate_on=date(2000, 1, 1), rate=Decimal(rate[1]))
    run = run_now(version, NOW, as_of)
    submit_run(run=run, effective_on=None, by=lin, at=NOW)
    decide_proposals(run=run, choice="approve", by=cast.people.boss, at=NOW)
    letters = Letter.objects.filter(
        pk__in=Letter.objects.order_by("pk").values("pk")[:2]
    )  # each takes its time
    send_letters(letters=letters, means="print", by=cast.people.ming, at=NOW)
    work()
    faults = [error for error in letters.values_list("error", flat=True) if error]
    return (
        Counter(Grade.objects.values_list("grade", flat=True)),
        Counter(letters.values_list("state", flat=True)),
        faults,
    )
