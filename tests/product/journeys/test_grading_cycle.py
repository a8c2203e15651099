"""The whole cycle through the pages: a policy and an Excel file of orders go in, letters come out, and a year later all is told.

Nobody calls anything but addresses; the background works between the steps as it does in an installation.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.product.cast import Cast
from tests.product.letters.conftest import link_in
from zhike.customers.models import Contact, Customer
from zhike.grading.models import Grade, GradingRun
from zhike.imports.models import Import
from zhike.jobs.running import run_due
from zhike.kernel.journal import Entry
from zhike.letters.models import Letter
from zhike.people.models import Department, Grant
from zhike.policies.models import PolicyVersion
from zhike.procedures.inbox import waiting_for
from zhike.submissions.models import Submission

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST, LATER = "2026-12-07 02:00", "2027-12-07 02:00"


class Company:
    """The cast with an analyst, a browser for each, and a clock that all share."""

    def __init__(self, cast: Cast, client_for: Callable[..., Client], clock: Callable[[str], Any]) -> None:
        self.cast, self.client_for, self.clock, self.at = cast, client_for, clock, clock(FIRST)
        trade = cast.departments.trade
        Department.objects.filter(pk=trade.pk).update(code="foreign_trade", head=cast.people.head)
        Department.objects.filter(pk=cast.departments.sales.pk).update(head=cast.people.audit)
        Customer.objects.filter(code__in="ABC").update(department=trade, since=date(2018, 3, 1))
        for person, role in ((cast.people.idle, "analyst"), (cast.people.head, "department_head")):
            Grant.objects.get_or_create(
                person=person, role=getattr(cast.roles, role), from_on=date(2020, 1, 1), until_on=date(2099, 1, 1),
                defaults={"granted_at": self.at, "approved_by": cast.people.root},
            )  # fmt: skip
        cast.people.head.department = trade
        cast.people.head.save()

    def open(self, name: str) -> Client:
        return self.client_for(getattr(self.cast.people, name))

    def work(self) -> None:
        run_due(clock=lambda: self.at)

    def sign(self, name: str, ground: str = "read") -> None:
        """Approve the one thing that waits in somebody's inbox."""
        [step] = waiting_for(getattr(self.cast.people, name), self.at.date())
        self.go(self.open(name), f"/procedures/steps/{step.pk}/decide/", choice="approve", ground=ground)

    @staticmethod
    def go(client: Client, address: str, **data: Any) -> str:
        """Send a form that is taken, and say where it led."""
        answer = client.post(address, data)
        assert answer.status_code == 302, (address, answer.status_code, told(answer))
        return str(answer["Location"])


def told(answer: Any) -> list[str]:
    """What a page says is wrong."""
    words = re.findall(
        r'class="(?:field-error|errorlist|notice tone-(?:error|warning))[^>]*>(.*?)</(?:div|p|ul)>',
        answer.content.decode(),
        re.DOTALL,
    )
    return [re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in words]


@pytest.fixture
def company(cast, client_for, clock, data_dir) -> Company:
    return Company(cast, client_for, clock)


def workbook() -> bytes:
    """Three years of orders as a company keeps them: A grows fast, B is steady, C has nearly stopped."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("订单")
    sheet.write_row(0, 0, ["订单号", "客户", "下单日期", "金额", "币种", "利润"])
    row = 0
    for code, years in {"A": (300, 450, 900), "B": (200, 220, 242), "C": (30, 20, 3)}.items():
        for age, amount in zip((2, 1, 0), years, strict=True):
            for month in (1, 10) if (code, age) == ("C", 0) else range(12):
                row += 1
                day = date(2026, 11, 15) - timedelta(days=365 * age + 30 * month)
                value = round(amount * 10_000 / 12, 2)
                sheet.write_row(
                    row, 0, [f"SO-{row:04d}", code, day.isoformat(), value, "CNY", round(value / 5, 2)]
                )
    book.close()
    return held.getvalue()


def policy_in_force(company: Company) -> PolicyVersion:
    """From the shipped policy to one in force, with the company's own values."""
    head = company.open("head")
    here = company.go(head, "/policies/new/", source="preset:foreign-trade", examples="on", code="export-grading",
                      title_zh="外贸客户分级", title_en="Export grading")  # fmt: skip
    version = PolicyVersion.objects.get()
    assert version.get_absolute_url() == here
    company.go(head, f"{here}control/", document_number="EX-01", executing=company.cast.departments.trade.pk,
               supervising=company.cast.departments.sales.pk, effective_on="2026-12-07", lock=version.lock)  # fmt: skip
    version.refresh_from_db()
    company.go(head, f"{here}parameters/", notice_days="7", lock=version.lock)
    ran = head.post(f"{here}tests/").content.decode()
    assert " passed" in ran, ran[ran.index('id="ran"') :][:1500]
    # a band is moved on its number line: its tests say which worked examples read otherwise now
    version.refresh_from_db()
    assert company.go(head, f"{here}limits/", b_amount_to="450", scale="1", lock=version.lock).endswith(
        "#scale-1"
    )
    assert "2 of 68" in head.post(f"{here}tests/").content.decode()
    company.go(head, f"{here}submit/")
    company.sign("audit")
    company.sign("boss")
    version.refresh_from_db()
    assert version.state == "published"
    return version


def bring_orders(company: Company) -> None:
    """The Excel file through the wizard."""
    analyst = company.open("idle")
    file = SimpleUploadedFile("2024-2026 订单.xlsx", workbook())
    company.go(analyst, "/imports/new/", target="orders", upload=file)
    owner = Import.objects.get()
    form: dict[str, str] = {}
    for row in analyst.get(f"/imports/{owner.key}/").context["fields"]:
        code = row["field"].code
        form[f"c-{code}"] = next((str(one["value"]) for one in row["columns"] if one["chosen"]), "")
        form[f"d-{code}"] = row["default"]
        form[f"t-{code}"] = next((str(one["value"]) for one in row["factors"] if one["chosen"]), "")
    for step, data in (
        ("match", {**form, "mode": "both", "match": "number", "repeats": "reject", "decimal": "."}),
        ("begin", {}),
    ):
        analyst.post(f"/imports/{owner.key}/{step}/", data)
        company.work()
    owner.refresh_from_db()
    assert (owner.state, owner.created) == ("done", 98), (owner.state, owner.rejected)


def sign_month(company: Company) -> None:
    """The figures of the month: submitted by the department, signed by the analysts."""
    where = company.go(
        company.open("head"),
        "/submissions/new/",
        department="foreign_trade",
        month="2026-11",
        source="orders",
    )
    company.go(company.open("idle"), f"{where}sign/", comment="agrees with the orders")
    assert Submission.objects.get().state == "signed"


def graded(company: Company) -> GradingRun:
    """A run, its explanations, and the decision of management."""
    analyst, boss = company.open("idle"), company.open("boss")
    company.go(analyst, "/grading/start/export-grading/", as_of="2026-11-30", note="year")
    company.work()
    run = GradingRun.objects.get()
    assert run.state == "ready", run.error
    assert not Grade.objects.exists()
    found = dict(run.results.values_list("customer__code", "grade"))
    assert (found["A"], found["C"]) == ("A", "D"), found
    why = analyst.get(f"/grading/runs/{run.pk}/results/C/").content.decode()
    assert "二(二)4" in why
    company.go(analyst, f"/grading/runs/{run.pk}/submit/", effective_on="2026-12-07")
    keys = dict(run.proposals.values_list("customer__code", "pk"))
    company.go(
        boss,
        f"/grading/proposals/{keys['C']}/",
        choice="change",
        grade="C",
        ground="a new plant opens in spring",
    )
    company.go(boss, "/grading/proposals/decide/", run=run.pk, choice="approve")
    run.refresh_from_db()
    assert run.state == "closed"
    return run


@pytest.mark.clause("GRD-16")
@pytest.mark.clause("GRD-19")
@pytest.mark.clause("GRD-22")
def test_from_a_policy_and_an_excel_file_to_letters_and_back_a_year_later(
    company: Company, post_office: Any
) -> None:
    people = company.cast.people
    policy_in_force(company)
    bring_orders(company)
    sign_month(company)
    run = graded(company)
    assert dict(Customer.objects.filter(code__in="AC").values_list("code", "grade")) == {"A": "A", "C": "C"}

    # every customer is owed a letter, and reads it without a sign-in
    letters = {letter.customer.code: letter for letter in Letter.objects.select_related("customer")}
    assert set(letters) == {"A", "B", "C"}
    Contact.objects.update(email="")
    ming = company.open("ming")
    company.go(ming, "/letters/send/?means=print", pick=[letters["A"].pk], sure="1")
    company.work()
    letters["A"].refresh_from_db()
    assert letters["A"].state == "printed"
    Customer.objects.filter(code="B").update(email="buyer@bravo.example")
    owner = company.client_for(letters["B"].owner)
    company.go(owner, "/letters/send/?means=mail", pick=[letters["B"].pk], sure="1")
    company.work()
    [mail] = [mail for mail in post_office.mails if mail["To"] == "buyer@bravo.example"]
    stranger = company.client_for(None)
    company.go(stranger, link_in(mail), name="Mr Bravo")
    letters["B"].refresh_from_db()
    assert (letters["B"].state, letters["B"].received_by) == ("received", "Mr Bravo")
    assert company.cast.customers.A.name in ming.get(letters["A"].get_absolute_url()).content.decode()

    # a year later an auditor asks what held then, and why
    company.at = company.clock(LATER)
    Customer.objects.filter(code="A").update(name="Another name now")
    audit = company.client_for(people.audit)
    held = audit.get("/customers/C/grades/?on=2026-12-31").content.decode()
    assert "a new plant opens in spring" in held
    explained = audit.get(f"/grading/runs/{run.pk}/results/A/").content.decode()
    assert "二(二)1" in explained
    assert run.manifest["policy_hash"] in audit.get(run.get_absolute_url()).content.decode()
    rules = audit.get(f"{run.version.get_absolute_url()}limits/").content.decode()
    assert "4,500,000" in rules  # the band of the day, whatever the policy says now
    reconstructed(company, run, audit)


def reconstructed(company: Company, run: GradingRun, audit: Client) -> None:
    """The run is made again from what was frozen, and is the same to the byte; the API says the same of the day as the page."""
    people = company.cast.people
    told = company.open("idle").get("/api/v1/customers/C/grades?on=2026-12-31").json()
    assert [one["grade"] for one in told["grades"]] == ["C"], told
    company.go(audit, f"/grading/runs/{run.pk}/recheck/")
    company.work()
    assert "the same to the byte" in audit.get(run.get_absolute_url()).content.decode()
    assert company.open("ming").post(f"/grading/runs/{run.pk}/recheck/").status_code == 403
    entry = Entry.objects.get(action="grading_rechecked")
    assert entry.by_id == people.audit.pk
    # somebody who changes a result, or the frozen data, is found
    run.results.filter(customer__code="B").update(grade="A")
    company.go(audit, f"/grading/runs/{run.pk}/recheck/")
    company.work()
    said = audit.get(run.get_absolute_url()).content.decode()
    assert "results in the database differ from the answer" in said
    assert "the frozen data are not" not in said
