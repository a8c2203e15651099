"""Service plans beyond their clauses: rights, second comers, overlaps, copies, handovers, files, constant queries."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.product.plans.conftest import agreed, drawn, item, said_on_visit, told
from zhike.customers.handovers import open_handover, sign_handover
from zhike.customers.limits import set_limit
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.models import Message
from zhike.plans import actions, items
from zhike.plans.models import PlanItem, ServicePlan
from zhike.plans.watching import tell_missing

pytestmark = pytest.mark.django_db


def confirmed(desk: SimpleNamespace, name: str = "ming", code: str = "A") -> ServicePlan:
    """A plan of one item in force."""
    page = desk.as_(name)
    plan = drawn(page, code)
    item(page, plan, getattr(desk.people, name), f"calibration of {code}")
    agreed(desk, page, plan)
    return told(page, plan, "confirm", way="reply", name="Wang Ling", confirmed_at="2026-03-02T10:00")


def test_who_may_see_draw_up_and_approve(desk: SimpleNamespace) -> None:
    """A foreign plan does not exist; who lacks the right is refused; nobody approves their own."""
    ming, shu, audit, keep, head = (desk.as_(name) for name in ("ming", "shu", "audit", "keep", "head"))
    plan = drawn(ming, "A")
    item(ming, plan, desk.people.ming, "calibration")
    plan.refresh_from_db()
    here = plan.get_absolute_url()
    assert [page.get(here).status_code for page in (ming, shu, audit, keep)] == [200, 404, 200, 200]
    assert shu.get(f"/api/v1/plans/{plan.pk}").status_code == 404
    assert [page.post(f"{here}submit/").status_code for page in (shu, audit, keep)] == [404, 403, 403]
    assert head.post(f"{here}approve/").status_code == 409  # not submitted yet
    told(ming, plan, "submit", version=plan.version)
    assert plan.asked == desk.people.head
    assert Message.objects.get(kind="plan_submitted").person == desk.people.head
    assert "Approve the service plan “Plan 2026" in head.get("/inbox/").content.decode()
    assert ming.post(f"{here}approve/").status_code == 403
    own = drawn(head, "A", from_on="2027-01-01", until_on="2027-12-31")
    item(head, own, desk.people.ming, "x", due_on="2027-06-30")
    told(head, own, "submit")
    with pytest.raises(Forbidden):
        actions.approve(plan=own, by=desk.people.head, at=desk.at)
    assert told(head, plan, "return", ground="say how often").state == "draft"
    assert "say how often" in ming.get(here).content.decode()
    assert shu.post("/plans/new/", {"customer": "A", "title": "x"}).status_code == 422


def test_of_two_who_approve_or_confirm_one_comes_second(desk: SimpleNamespace) -> None:
    """The plan is approved once, confirmed once; a page that was read before a change does not act on it."""
    ming = desk.as_("ming")
    plan = drawn(ming, "A")
    stale = plan.version
    item(ming, plan, desk.people.ming, "calibration")
    assert ming.post(f"{plan.get_absolute_url()}submit/", {"version": stale}).status_code == 409
    told(ming, plan, "submit")
    first, second = (ServicePlan.objects.get(pk=plan.pk) for _twice in "12")
    actions.approve(plan=first, by=desk.people.head, at=desk.at)
    with pytest.raises(Conflict):
        actions.approve(plan=second, by=desk.people.boss, at=desk.at)
    plan.refresh_from_db()
    assert (plan.approved_by, Entry.objects.filter(action="plan_approved").count()) == (desk.people.head, 1)
    told(ming, plan, "send")
    contact = desk.customers.A.contacts.get()
    first, second = (ServicePlan.objects.get(pk=plan.pk) for _twice in "12")
    given = {"name": "Wang Ling", "way": "portal", "contact": contact, "at": desk.at}
    with pytest.raises(Invalid):  # only the portal confirms without a person of the company
        actions.confirm(plan, name="Wang Ling", way="signature", at=desk.at)
    with pytest.raises(Conflict):
        actions.confirm(first, **given, digest="0" * 64)
    actions.confirm(first, **given, digest=plan.digest)
    with pytest.raises(Conflict):
        actions.ask_for_change(second, **given, text="twice")
    assert [one.state for one in ServicePlan.objects.all()] == ["confirmed"]
    assert Message.objects.filter(kind="plan_confirmed").get().person == desk.people.ming


def test_one_plan_at_a_time_and_what_a_draft_lacks(desk: SimpleNamespace) -> None:
    """Without items, method or a responsible person who is here it is not submitted; nor while another plan has the period."""
    first, ming = confirmed(desk), desk.as_("ming")
    plan = drawn(ming, "A", from_on="2026-06-01", until_on="2027-05-31")
    page = ming.get(plan.get_absolute_url()).content.decode()
    assert "The period overlaps another plan" in page
    assert ming.post(f"{plan.get_absolute_url()}submit/").status_code == 422
    item(ming, plan, desk.people.ming, "calibration", due_on="2026-09-30", method="")
    assert "Without a method: 1." in ming.get(plan.get_absolute_url()).content.decode()
    plan.refresh_from_db()
    one = plan.items.get()
    items.change_item(item=one, by=desk.people.ming, at=desk.at, component="technical", content="c", method="m", owner=one.owner,
                      due_on=one.due_on, proof="")  # fmt: skip
    told(ming, plan, "submit", 422)
    assert told(ming, first, "withdraw", 403, ground="x").state == "confirmed"
    told(desk.as_("head"), first, "withdraw", ground="agreed anew")
    assert told(ming, plan, "submit").state == "submitted"
    wrong = {
        "customer": "A",
        "title": "",
        "kind": "maintain",
        "mode": "stationed",
        "from_on": "2026-05-01",
        "until_on": "2026-04-01",
    }
    refused = ming.post("/plans/new/?customer=A", wrong)
    assert refused.status_code == 422
    wrong |= {"title": "x"}
    page = ming.post("/plans/new/?customer=A", wrong).content.decode()
    assert ["say why this mode was chosen" in page, "before it begins" in page] == [True, True]
    assert ming.post(f"{plan.get_absolute_url()}items/new/", {"content": ""}).status_code == 422
    late = {"component": "technical", "owner": desk.people.shu.pk, "content": "x", "due_on": "2030-01-01"}
    plan = drawn(ming, "A", from_on="2028-01-01", until_on="2028-12-31")
    page = ming.post(f"{plan.get_absolute_url()}items/new/", late).content.decode()
    assert ["outside the period of the plan" in page, "does not see this customer" in page] == [True, True]


def taken_back(desk: SimpleNamespace, where: str, one: PlanItem) -> None:
    """Whoever draws up plans takes back, once and with a ground, that an item was done."""
    ming = desk.as_("ming")
    assert (
        ming.post(where, {"ground": " "}).status_code,
        desk.as_("fang").post(where, {"ground": "x"}).status_code,
    ) == (422, 403)
    assert ming.post(where, {"ground": "noted on the wrong item"}).status_code == 302
    assert ming.post(where, {"ground": "again"}).status_code == 409
    one.refresh_from_db()
    assert (one.done_on, one.result) == (None, "")
    assert Entry.objects.filter(action="plan_item_reopened").count() == 1


def test_tasks_are_done_passed_on_and_carried_into_the_next_revision(
    desk: SimpleNamespace, data_dir: object
) -> None:
    """The owner notes what was done, with what shows it; a new revision keeps it; a handover passes what is left."""
    plan, ming, tess = confirmed(desk), desk.as_("ming"), desk.as_("tess")
    here, one = plan.get_absolute_url(), plan.items.get()
    assert "calibration of A" in ming.get("/customers/duties/?kind=plan_item").content.decode()
    assert "calibration of A" in ming.get("/").content.decode()
    told(ming, plan, f"items/{one.pk}/pass", owner=desk.people.tess.pk)
    one.refresh_from_db()
    assert (one.owner, plan.kept["items"][0]["responsible"]) == (desk.people.tess, str(desk.people.ming))
    second = told(ming, plan, "revise", ground="a training on top")
    second = ServicePlan.objects.get(revision=2)
    assert ming.post(f"{here}revise/", {"ground": "again"}).status_code == 409
    item(ming, second, desk.people.ming, "training")
    report = SimpleUploadedFile("report.pdf", b"%PDF-1.4 report")
    form = {"done_on": "2026-03-02", "result": "all scales calibrated"}
    assert tess.post(f"{here}items/{one.pk}/done/", {**form, "done_on": "2026-03-09"}).status_code == 422
    assert desk.as_("fang").post(f"{here}items/{one.pk}/done/", form).status_code == 403
    assert tess.post(f"{here}items/{one.pk}/done/", {**form, "file": report}).status_code == 302
    assert tess.post(f"{here}items/{one.pk}/done/", form).status_code == 409
    taken_back(desk, f"{here}items/{one.pk}/reopen/", one)
    report = SimpleUploadedFile("report.pdf", b"%PDF-1.4 the right report")
    assert tess.post(f"{here}items/{one.pk}/done/", {**form, "file": report}).status_code == 302
    one.refresh_from_db()
    assert (one.done_by, one.document is not None) == (desk.people.tess, True)
    agreed(desk, ming, second)
    plan.refresh_from_db()
    assert plan.standing(desk.at.date()) == "force"  # until the new revision is confirmed
    told(ming, second, "confirm", way="signature", name="Wang Ling", confirmed_at="2026-03-02T10:00")
    plan.refresh_from_db()
    assert (plan.state, [each.done_on for each in second.items.all()]) == (
        "replaced",
        [date(2026, 3, 2), None],
    )
    customer = desk.customers.A
    handover = open_handover(customer=customer, receiver=desk.people.tess, by=desk.people.head, at=desk.at)
    assert {"kind": "plan_item", "text": "training", "due": "2026-06-30"} in handover.items
    for person in (desk.people.ming, desk.people.tess):
        sign_handover(handover=handover, by=person, at=desk.at)
    assert second.items.last().owner == desk.people.tess
    assert (
        ServicePlan(state="confirmed", from_on=date(2025, 1, 1), until_on=date(2025, 12, 31)).standing(
            date(2026, 3, 2)
        )
        == "expired"
    )


def test_rows_copies_grades_and_files(desk: SimpleNamespace) -> None:
    """Several rows at once, all or none; the items of the last plan a year later; the plan on paper as it was sent."""
    plan, ming = confirmed(desk), desk.as_("ming")
    following = drawn(ming, "A", from_on="2027-03-02", until_on="2027-12-31", copied="on")
    copy = following.items.get()
    assert (copy.due_on, copy.done_on, following.number) == (date(2027, 6, 30), None, "A-P2")
    rows = {"rows-TOTAL_FORMS": "3", "rows-INITIAL_FORMS": "0"}
    for number, (content, due) in enumerate(
        (("training", "2027-05-01"), ("", "2027-12-31"), ("visit", "2030-01-01"))
    ):
        row = {
            "content": content,
            "component": "training",
            "method": "on site",
            "owner": desk.people.ming.pk,
            "due_on": due,
        }
        rows |= {f"rows-{number}-{name}": value for name, value in row.items()}
    here = following.get_absolute_url()
    refused = ming.post(f"{here}items/rows/", rows)
    assert (refused.status_code, "outside the period" in refused.content.decode()) == (422, True)
    assert following.items.count() == 1
    assert ming.post(f"{here}items/rows/", {**rows, "rows-2-due_on": "2027-08-01"}).status_code == 302
    assert [one.content for one in following.items.all()] == ["calibration of A", "training", "visit"]
    assert ming.post(f"{here}items/{copy.pk}/remove/").status_code == 302
    assert ming.post(f"{here}items/grade/", {"duty": "no_such"}).status_code == 404
    answer = ming.get(f"{plan.get_absolute_url()}file/pdf/")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert ming.get(f"{plan.get_absolute_url()}file/docx/").content[:2] == b"PK"
    assert ming.get(f"{plan.get_absolute_url()}file/exe/").status_code == 404


def test_programs_draw_up_and_record_answers(desk: SimpleNamespace) -> None:
    """The same verbs and refusals as the pages; repeated under one key, an order happens once."""
    ming, head = desk.as_("ming"), desk.as_("head")
    need = said_on_visit(ming, "A", "no stopping")
    one_item = {
        "component": "solution",
        "content": "weigh in motion",
        "method": "pilot",
        "due_on": "2026-05-01",
        "needs": [need.pk],
    }
    body = {"customer": "A", "title": "By program", "kind": "maintain", "from_on": "2026-03-02", "until_on": "2026-12-31",
            "items": [one_item]}  # fmt: skip

    def post(page: object, where: str, given: dict[str, object]) -> object:
        return page.post(
            f"/api/v1/plans{where}",
            given,
            content_type="application/json",
            headers={"Idempotency-Key": where or "new"},
        )  # type: ignore[attr-defined]

    one, again = post(ming, "", body).json(), post(ming, "", body).json()
    assert (one, one["standing"], one["items"][0]["needs"]) == (again, "draft", [need.pk])
    here = f"/{one['id']}"
    wrong = {**body, "title": "other", "items": [{**one_item, "needs": [need.pk + 1]}]}
    assert post(ming, "?", wrong).status_code == 422
    assert ServicePlan.objects.count() == 1
    assert post(ming, f"{here}/submit", {}).json()["standing"] == "submitted"
    assert post(ming, f"{here}/approve", {}).status_code == 403
    assert post(head, f"{here}/approve", {}).json()["approved_by"] == "head"
    sent = post(ming, f"{here}/send", {}).json()
    answer = {"name": "Wang Ling", "way": "reply", "digest": sent["digest"]}
    assert post(ming, f"{here}/confirm", {**answer, "way": "portal"}).status_code == 422
    assert post(ming, f"{here}/confirm", answer).json()["confirmed_name"] == "Wang Ling"
    done = {"done_on": "2026-03-02", "result": "piloted"}
    assert (
        post(ming, f"{here}/items/{one['items'][0]['id']}/done", done).json()["items"][0]["result"]
        == "piloted"
    )
    changed = post(ming, f"{here}/change", {"name": "Wang Ling", "way": "reply", "text": "two lines"}).json()
    assert (changed["revision"], changed["standing"], changed["change_text"]) == (2, "draft", "two lines")
    assert [row["revision"] for row in ming.get("/api/v1/plans?shown=force").json()["rows"]] == [1]


def test_pages_take_as_many_queries_for_many_rows(desk: SimpleNamespace) -> None:
    """List, needs, customers without a plan, one plan, the duties of its owner."""
    plan, ming = confirmed(desk), desk.as_("ming")
    draft = drawn(ming, "A", from_on="2027-01-01", until_on="2027-12-31")
    item(ming, draft, desk.people.ming, "x", due_on="2027-06-30")
    need = said_on_visit(ming, "A", "no stopping")
    pages = ("/plans/?q=a&c=kind:in:maintain&c=manager:in:me&sort=-until", "/plans/needs/", "/plans/without/", plan.get_absolute_url(),
             draft.get_absolute_url(), "/customers/duties/")  # fmt: skip
    counts: list[list[int]] = []
    assert {ming.get(page).status_code for page in pages} == {200}
    for turn in "12":
        counts.append([])
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert ming.get(page).status_code == 200
            counts[-1].append(len(queries))
        for number in range(30):
            values = {
                name: getattr(plan, name)
                for name in (
                    "customer",
                    "title",
                    "kind",
                    "from_on",
                    "until_on",
                    "state",
                    "drawn_by",
                    "drawn_at",
                )
            }
            ServicePlan.objects.create(number=f"N{turn}-{number}", **values)
            for one in (plan, draft):
                made = PlanItem.objects.create(
                    plan=one,
                    place=9,
                    component="other",
                    content="x",
                    owner=plan.drawn_by,
                    due_on=plan.until_on,
                )
                made.needs.add(need)
            said = {
                "kind": "pain",
                "text": f"need {number}",
                "source": "visit",
                "stated_on": need.stated_on,
                "by": need.by,
            }
            type(need).objects.create(customer=plan.customer, **said)
    assert counts[0] == counts[1]


def test_what_words_answered_stays_linked_and_many_are_told_at_once(desk: SimpleNamespace) -> None:
    """An item that is changed keeps the need that words have answered since; a need nobody wants any more cannot be linked."""
    ming = desk.as_("ming")
    need, other = said_on_visit(ming, "A", "no stopping"), said_on_visit(ming, "A", "no noise", kind="pain")
    plan = drawn(ming, "A")
    here = plan.get_absolute_url()
    assert ming.post(f"{here}needs/{need.pk}/").status_code == 302
    one = plan.items.get()
    assert ming.post(f"/customers/A/needs/{need.pk}/", {"answer": "done"}).status_code == 302
    assert (
        ming.post(f"/customers/A/needs/{other.pk}/", {"answer": "dear", "dropped": "on"}).status_code == 302
    )
    form = {
        "component": "other",
        "owner": desk.people.ming.pk,
        "content": "weigh in motion",
        "method": "pilot",
        "due_on": "2026-06-30",
    }
    assert ming.post(f"{here}items/{one.pk}/", form).status_code == 302
    assert list(plan.items.get().needs.all()) == [need]
    assert ming.post(f"{here}needs/{other.pk}/").status_code == 409
    assert ming.post(f"/plans/{plan.pk}/needs/{need.pk + 99}/").status_code == 404
    type(desk.customers.A).objects.all().update(grade="A")
    set_limit(name="plan_days", number=3, by=None, at=desk.at)
    assert tell_missing(at=desk.at, day=desk.at.date()) == 3
    subjects = Message.objects.filter(kind="plan_missing").values_list("person__username", "subject")
    assert ("ming", "Customers without a service plan: 1") in list(subjects)
    assert tell_missing(at=desk.at, day=desk.at.date()) == 0
