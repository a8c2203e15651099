"""Monthly figures: reconciled with the orders, verified by another person, closed, corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from zhike.facts.models import Order, Rate
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.delegations import name_delegate
from zhike.people.models import Grant
from zhike.submissions import sheets
from zhike.submissions.actions import (
    correct,
    explain,
    reconcile_again,
    return_figures,
    sign,
    submit_orders,
    submit_sheet,
)
from zhike.submissions.models import Submission
from zhike.submissions.reconciling import drift_of

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 1)
AT = datetime(2026, 7, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    """Refusals in English."""
    with translation.override("en"):
        yield


def sheet(text: str, by, name: str = "june.csv"):
    return sheets.read(SimpleUploadedFile(name, text.encode()), by=by)


def differs(submission: Submission) -> dict[str, str]:
    return {
        str(line.customer.code if line.customer else line.label): line.differs
        for line in submission.lines.differing()
    }


def test_a_month_goes_from_the_orders_to_a_signature_and_drifts(cast, analyst, data_dir):
    head = cast.people.head
    Rate.objects.create(currency="USD", rate_on=date(2026, 5, 1), rate=Decimal("7.1"))
    order = Order.objects.create(number="X1", customer=cast.customers.A, ordered_on=date(2026, 6, 9), amount=Decimal("10.10"),
                                 currency="USD", profit=Decimal(1), status="completed")  # fmt: skip
    made = submit_orders(department=cast.departments.key, month=date(2026, 6, 15), by=head, at=AT)
    line = made.lines.get()
    assert (line.amount, line.orders, line.profit) == (Decimal("1071.71"), 2, Decimal("107.1"))
    assert made.differences == 0
    with pytest.raises(Conflict):
        submit_orders(department=cast.departments.key, month=JUNE, by=head, at=AT)
    with pytest.raises(Invalid):
        submit_orders(department=cast.departments.key, month=date(2026, 7, 1), by=head, at=AT)
    with pytest.raises(Forbidden):
        submit_orders(department=cast.departments.trade, month=JUNE, by=head, at=AT)
    signed = sign(submission=made, by=analyst, at=AT)
    assert (signed.state, signed.checked_by) == ("signed", analyst)
    with pytest.raises(Conflict):
        submit_orders(department=cast.departments.key, month=JUNE, by=head, at=AT)
    assert drift_of(signed) == []
    Order.objects.filter(pk=order.pk).update(amount=Decimal("20.10"))
    assert [one.now.amount for one in drift_of(signed)] == [Decimal("1142.71")]
    again = correct(submission=signed, note="late credit note", by=head, at=AT)
    assert (again.number, again.corrects) == (2, signed)
    sign(submission=again, by=analyst, at=AT)
    signed.refresh_from_db()
    assert signed.state == "replaced"


def test_a_sheet_that_differs_is_explained_before_it_is_signed(cast, analyst, data_dir):
    head = cast.people.head
    text = "客户编号,客户名称,订单金额（万元）,订单数,利润,说明\nA,AAALPHA,0.2,1,100,\n,Nobody Known,5,1,,\n"
    made = submit_sheet(department=cast.departments.key, month=JUNE, sheet=sheet(text, head), by=head, at=AT)
    assert differs(made) == {"A": "amount", "Nobody Known": "unknown"}
    assert made.lines.get(customer=cast.customers.A).amount == 2000
    with pytest.raises(Invalid, match="2 differences"):
        sign(submission=made, by=analyst, at=AT)
    line = made.lines.get(customer=cast.customers.A)
    explain(
        submission=made, explanations={one.pk: "booked in July" for one in made.lines.all()}, by=head, at=AT
    )
    Order.objects.create(
        number="X2", customer=cast.customers.A, ordered_on=JUNE, amount=500, currency="CNY", profit=0
    )
    with pytest.raises(Invalid, match="have changed since"):
        sign(submission=made, by=analyst, at=AT)
    reconcile_again(submission=made, by=analyst, at=AT)
    line.refresh_from_db()
    assert (line.ledger_amount, line.explanation, line.differs) == (1500, "", "amount,orders")
    back = return_figures(submission=made, comment="please check A", by=analyst, at=AT)
    assert back.state == "returned"
    with pytest.raises(Conflict):
        sign(submission=made, by=analyst, at=AT)
    fresh = submit_sheet(department=cast.departments.key, month=JUNE, by=head, at=AT,
                         sheet=sheet("customer,amount,orders,profit\nA,1500,2,100\nB,,,\n", head))  # fmt: skip
    assert (fresh.number, fresh.differences) == (2, 0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("customer,amount\nA,5\n", "no column for: orders"),
        ("customer,amount,orders\nA,x,1\n", "1 rows cannot be read"),
        ("customer,amount,orders\nA,1,1\nAAALPHA 有限公司,1,1\n", "1 rows cannot be read"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_row_by_row(cast, data_dir, text, why):
    with pytest.raises(Invalid, match=why):
        sheet(text, cast.people.head)


def test_nobody_verifies_what_they_or_whom_they_stand_in_for_have_submitted(cast, analyst, data_dir):
    head, ming = cast.people.head, cast.people.ming
    Grant.objects.create(person=head, role=cast.roles.analyst, from_on=date(2020, 1, 1), until_on=date(2099, 1, 1),
                         granted_at=AT, approved_by=cast.people.root)  # fmt: skip
    made = submit_orders(department=cast.departments.key, month=JUNE, by=head, at=AT)
    with pytest.raises(Forbidden):
        sign(submission=made, by=head, at=AT)
    with pytest.raises(Forbidden):
        sign(submission=made, by=ming, at=AT)
    until = AT.date() + timedelta(days=3)
    name_delegate(
        person=head, delegate=analyst, from_on=AT.date(), until_on=until, reason="away", by=head, at=AT
    )
    with pytest.raises(Forbidden, match="stands in"):
        sign(submission=made, by=analyst, at=AT)
    name_delegate(
        person=analyst,
        delegate=cast.people.boss,
        from_on=AT.date(),
        until_on=until,
        reason="away",
        by=analyst,
        at=AT,
    )
    assert sign(submission=made, by=cast.people.boss, at=AT).state == "signed"
