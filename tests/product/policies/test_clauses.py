"""The clauses of policies (GOV-01 to GOV-05, GOV-10, GOV-11, GRD-02), through the pages and the API."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.product.policies.conftest import begin, put_in_force, sign
from zhike import presets
from zhike.customers.models import Customer
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Forbidden
from zhike.outbox.models import Message
from zhike.people.models import Denial
from zhike.policies import actions
from zhike.policies.models import Policy, PolicyVersion
from zhike.policies.reading import document, grades_of, in_force_for, scope_customers, values
from zhike.policies.telling import remind
from zhike.procedures.models import Procedure


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.mark.clause("GOV-11")
def test_an_unset_parameter_and_a_contradiction_keep_a_policy_out_of_force(house: SimpleNamespace) -> None:
    draft = begin(house)
    here, page = draft.get_absolute_url(), house.pages.head
    lock = draft.lock
    text_of(page.post(f"{here}parameters/", {"b_amount_to": "", "lock": lock}), 302)
    shown = text_of(page.get(f"{here}parameters/"))
    assert "1 parameter is still to be set" in shown
    assert 'href="#p-b_amount_to"' in shown
    assert "Grade B, annual order amount up to" in text_of(page.get(here))
    refused = text_of(page.post(f"{here}submit/"), 422)
    assert "Grade B, annual order amount up to" in refused
    draft.refresh_from_db()
    assert draft.state == "draft"
    # a B band above the A limit
    text_of(page.post(f"{here}parameters/", {"b_amount_to": "600", "lock": draft.lock}), 302)
    draft.refresh_from_db()
    assert "inconsistent values" in text_of(page.get(f"{here}parameters/"))
    assert "inconsistent values" in text_of(page.post(f"{here}submit/"), 422)
    # a value that is none, and a stranger's lock
    assert "whole number" in text_of(
        page.post(f"{here}parameters/", {"a_years": "2.5", "lock": draft.lock}), 422
    )
    text_of(page.post(f"{here}parameters/", {"b_amount_to": "500", "lock": lock}), 409)
    text_of(page.post(f"{here}parameters/", {"b_amount_to": "500", "lock": draft.lock}), 302)
    put_in_force(house, draft)
    assert draft.state == "published"
    # the register keeps the history across versions
    amended = actions.amend(policy=draft.policy, by=house.people.head, at=house.at)
    actions.set_values(
        version=amended, given={"a_amount": "800"}, lock=amended.lock, by=house.people.head, at=house.at
    )
    assert "v1: 500" in text_of(page.get(f"{amended.get_absolute_url()}parameters/"))
    entry = Entry.objects.filter(action="policy_values_set").latest("id")
    assert entry.data["before"] == {"a_amount": "500"}
    assert entry.data["after"] == {"a_amount": "800"}


@pytest.mark.clause("GOV-04")
@pytest.mark.clause("GOV-01")
@pytest.mark.clause("GOV-05")
def test_the_route_of_a_policy_and_what_follows_publication(house: SimpleNamespace) -> None:
    draft, day = begin(house), date(2026, 3, 2)
    here = draft.get_absolute_url()
    assert PolicyVersion.objects.in_force(day).count() == 0  # drafts drive nothing
    assert in_force_for(house.customers.B, day) is None
    assert house.pages.gao.get(here).status_code == 404  # nor are they seen by everybody
    text_of(house.pages.head.post(f"{here}submit/"), 302)
    assert "waits for 审计 Audrey" in text_of(house.pages.head.get(here))
    # who is not the authorised approver is refused, and the attempt is kept
    assert house.pages.head.post(f"{here}publish/").status_code == 403
    assert Denial.objects.filter(person=house.people.head, path__contains="publish").exists()
    sign(draft, "review", house.people.audit, house.at)
    with pytest.raises(Forbidden):
        sign(draft, "approve", house.people.head, house.at)
    assert Entry.objects.filter(action="decision_refused").exists()
    sign(draft, "approve", house.people.boss, house.at)
    draft.refresh_from_db()
    assert (draft.state, draft.effective_on, draft.approved_by) == ("published", day, house.people.boss)
    assert in_force_for(house.customers.B, day) == draft


@pytest.mark.clause("GOV-04")
@pytest.mark.clause("GOV-05")
def test_everybody_in_scope_is_told_and_acknowledges(house: SimpleNamespace) -> None:
    draft = put_in_force(house, begin(house))
    here, day = draft.get_absolute_url(), date(2026, 3, 2)
    assert set(Message.objects.filter(kind="policy_published").values_list("person__username", flat=True)) == {
        "gao", "shu", "rong"
    }  # fmt: skip
    assert "It binds you" in text_of(house.pages.gao.get("/policies/"))
    assert "It binds you" in text_of(house.pages.gao.get("/"))
    assert "foreign-trade" in text_of(house.pages.gao.get("/search/palette/?q=foreign-trade"))
    assert "I have read it" in text_of(house.pages.gao.get(here))
    text_of(house.pages.gao.post(f"{here}acknowledge/"), 302)
    assert house.pages.ming.post(f"{here}acknowledge/").status_code == 403  # whom it does not bind
    scope = text_of(house.pages.head.get(f"{here}scope/"))
    assert "1 / 3" in scope
    assert "舒宁" in scope
    assert "高阳" not in scope.partition("Acknowledgements")[2].partition("People in scope")[0]
    # reminders, once however often the job runs
    later = house.at + timedelta(days=4)
    assert [remind(at=later)["reminded"], remind(at=later)["reminded"]] == [2, 0]
    assert Message.objects.filter(kind="policy_reminder").count() == 2
    # who comes into scope later is asked, and is a gap until then
    house.people.ming.department = house.departments.trade
    house.people.ming.save()
    assert "李明" in text_of(house.pages.boss.get("/policies/gaps/"))
    assert remind(at=later + timedelta(hours=1))["asked"] == 1
    # a customer that moves into the scope is graded by the policy, one that leaves is not
    assert set(scope_customers(draft).values_list("code", flat=True)) == {"B", "C"}
    Customer.objects.filter(code="A").update(department=house.departments.trade)
    assert in_force_for(house.customers.A, day) == draft
    Customer.objects.filter(code="A").update(department=house.departments.key)
    assert in_force_for(house.customers.A, day) is None


@pytest.mark.clause("GOV-01")
@pytest.mark.clause("GOV-04")
def test_an_amendment_drives_from_its_day_and_the_old_version_stays(house: SimpleNamespace) -> None:
    draft = put_in_force(house, begin(house))
    here = draft.get_absolute_url()
    text_of(house.pages.head.post(f"/policies/{draft.policy.code}/amend/", {"note": "shorter answers"}), 302)
    amended = PolicyVersion.objects.get(number=2)
    text_of(
        house.pages.head.post(
            f"{amended.get_absolute_url()}parameters/", {"a_response_hours": "12", "lock": amended.lock}
        ),
        302,
    )
    amended.refresh_from_db()
    form = {"document_number": "ZK-01", "executing": house.departments.trade.pk, "supervising": house.departments.sales.pk,
            "effective_on": "2026-04-01", "lock": amended.lock}  # fmt: skip
    text_of(house.pages.head.post(f"{amended.get_absolute_url()}control/", form), 302)
    amended.refresh_from_db()
    put_in_force(house, amended)
    hours = [
        values(one)["a_response_hours"]
        for when in (date(2026, 3, 31), date(2026, 4, 1))
        for one in [in_force_for(house.customers.B, when)]
        if one is not None
    ]
    assert hours == ["24", "12"]
    # what is published never changes, whoever asks
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(text="zhike: 1")
    assert (
        house.pages.head.post(f"{here}parameters/", {"a_amount": "1", "lock": draft.lock}).status_code == 409
    )
    # and can be withdrawn from a day on
    text_of(house.pages.boss.post(f"{amended.get_absolute_url()}withdraw/", {"ground": "wrong"}), 302)
    assert in_force_for(house.customers.B, date(2026, 3, 31)) == draft


@pytest.mark.clause("GOV-01")
def test_the_api_tells_which_version_is_in_force(house: SimpleNamespace) -> None:
    put_in_force(house, begin(house))
    kept = house.pages.gao.get("/api/v1/policies/foreign-trade/in-force").json()
    assert (kept["number"], kept["in_force"], kept["values"]["a_amount"]) == (1, True, "500")
    assert [one["code"] for one in kept["ratings"][0]["grades"]] == ["A", "B", "C", "D"]
    listed = house.pages.gao.get("/api/v1/policies").json()
    assert [(one["code"], one["in_force"], one["versions"]) for one in listed] == [("foreign-trade", 1, [1])]
    own = house.pages.gao.get("/api/v1/customers/B/policy").json()
    assert [one["policy"] for one in own] == ["foreign-trade"]
    assert house.pages.gao.get("/api/v1/customers/A/policy").status_code == 404
    assert "zhike: 1" in house.pages.gao.get("/api/v1/policies/foreign-trade/versions/1/text").json()["text"]


@pytest.mark.clause("GOV-03")
def test_the_control_record_is_complete_and_counts_the_places(house: SimpleNamespace) -> None:
    draft = begin(house, document_number="", supervising=None)
    refused = text_of(house.pages.head.post(f"{draft.get_absolute_url()}submit/"), 422)
    assert "policy number" in refused
    assert "supervising department" in refused
    same = {"document_number": "Z", "executing": house.departments.trade.pk, "supervising": house.departments.trade.pk,
            "lock": draft.lock}  # fmt: skip
    text_of(house.pages.head.post(f"{draft.get_absolute_url()}control/", same), 422)
    actions.set_control(
        version=draft, document_number="ZK-01", executing=house.departments.trade, supervising=house.departments.sales,
        effective_on=None, lock=draft.lock, by=house.people.head, at=house.at,
    )  # fmt: skip
    put_in_force(house, draft)
    amended = actions.amend(policy=draft.policy, by=house.people.head, at=house.at)
    given = {
        "a_amount": "600",
        "a_years": "4",
        "b_amount_to": "600",
        "c_years": "1",
    }  # 二(二)1, 二(二)2, 二(二)3
    actions.set_values(version=amended, given=given, lock=amended.lock, by=house.people.head, at=house.at)
    typed = {"a_growth": "viel", "a_years": "3.5 Jahre", "lock": amended.lock}
    page = text_of(house.pages.head.post(f"{amended.get_absolute_url()}parameters/", typed), 422)
    assert "“Grade A needs a growth in each of two years above” is a percentage, not “viel”" in page
    assert "`" not in page
    put_in_force(house, amended)
    assert (amended.amendment_count, amended.amendment_mark, amended.amended_on) == (
        3,
        "A/1",
        date(2026, 3, 2),
    )
    for address in ("control/", "print/"):
        page = text_of(house.pages.gao.get(f"{amended.get_absolute_url()}{address}"))
        for label in ("policy name", "policy number", "controlled status", "executing department", "supervising department",
                      "effective date", "drafting date", "review date", "approval date", "amendment mark",
                      "number of places amended", "amendment date"):  # fmt: skip
            assert label in page, label
        assert 'data-field="amendment_count">3<' in page
    compared = text_of(house.pages.head.get(f"/policies/compare/?a={draft.pk}&b={amended.pk}"))
    assert "3 places amended" in compared
    assert "4 differences" in compared


def articles_are_written(page: Any, version: PolicyVersion) -> None:
    """Write an article in a form: a new one, then its wording; what is wrong is said beside the field."""
    write = f"{version.get_absolute_url()}article/"
    assert "An article needs a title." in text_of(page.post(write, {"number": "九.1", "kind": "text"}), 422)
    text_of(
        page.post(write, {"number": "九.1", "kind": "text", "title_zh": "礼品登记", "owner_zh": "内销部"}),
        302,
    )
    again = {"kind": "text", "title_zh": "礼品登记", "text_zh": "超过 200 元：登记", "owner_zh": "内销部"}
    text_of(page.post(f"{write}?of=九.1", again), 302)
    version.refresh_from_db()
    said = document(version).document.articles["九.1"]
    assert (said.title.en, said.text.zh if said.text else "", said.kind) == (
        "礼品登记",
        "超过 200 元：登记",
        "text",
    )
    assert page.get(f"{write}?of=0").status_code == 404


@pytest.mark.clause("GOV-02")
@pytest.mark.clause("GRD-02")
def test_a_copy_of_a_preset_gets_other_grades_and_the_preset_stays(house: SimpleNamespace) -> None:
    page = house.pages.head
    shipped = (presets.policy_path("weighing-equipment") / "policy.yaml").read_text("utf-8")
    offered = text_of(page.get("/policies/new/"))
    assert all(f"preset:{name}" in offered for name in presets.names())
    given = {
        "source": "preset:weighing-equipment",
        "code": "ours",
        "title_zh": "本公司客户制度",
        "examples": "on",
    }
    text_of(page.post("/policies/new/", given), 302)
    version = PolicyVersion.objects.get(policy__code="ours")
    rating = "segment"
    codes = [one.code for one in grades_of(version, rating)]
    names = dict(zip(codes, [("金级", "Gold"), ("银级", "Silver"), ("铜级", "Bronze")], strict=True))
    form = {
        f"{rating}.{code}.{lang}": name
        for code, both in names.items()
        for lang, name in zip(("zh", "en"), both, strict=True)
    }
    form |= {f"{rating}.{codes[0]}.colour": "#c9a227", "lock": str(version.lock)}
    text_of(page.post(f"{version.get_absolute_url()}grades/", form), 302)
    version.refresh_from_db()
    assert [(str(one.text.en), one.rank) for one in grades_of(version, rating)] == [
        ("Gold", 1),
        ("Silver", 2),
        ("Bronze", 3),
    ]
    assert grades_of(version, rating)[0].colour == "#c9a227"
    assert "Gold" in text_of(page.get(f"{version.get_absolute_url()}"))
    articles_are_written(page, version)
    comments = [line for line in shipped.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in version.text.splitlines() if line.lstrip().startswith("#")] == comments
    assert (presets.policy_path("weighing-equipment") / "policy.yaml").read_text("utf-8") == shipped
    # its tests still run, on the copy
    assert "all 29 passed" in text_of(page.post(f"{version.get_absolute_url()}tests/"))
    # a copy of the copy, and two side by side
    text_of(page.post("/policies/new/", {"source": f"version:{version.pk}", "code": "ours-2"}), 302)
    copied = PolicyVersion.objects.get(policy__code="ours-2")
    assert document(copied).name == "ours-2"
    shown = text_of(page.get(f"/policies/compare/?a=preset:weighing-equipment&b={copied.pk}"))
    assert "Gold" in shown
    taken = {"source": "preset:weighing-equipment", "code": "ours"}
    assert "taken" in text_of(page.post("/policies/new/", taken), 422)


@pytest.mark.clause("GOV-10")
def test_a_missing_detailed_rule_is_a_gap_until_an_approved_one_is_there(house: SimpleNamespace) -> None:
    draft = begin(house, "weighing-equipment")
    put_in_force(house, draft)
    gap = "Consultation and use of archives"
    gaps = "/policies/gaps/"
    assert gap in text_of(house.pages.audit.get(gaps))
    assert "I 第21条" in text_of(house.pages.audit.get(gaps))
    given = {"code": "archive_consultation", "title": gap, "department": house.departments.trade.pk, "text": "Who reads what.",
             "until_on": "2026-12-31"}  # fmt: skip
    text_of(house.pages.head.post("/policies/weighing-equipment/rules/new/", given), 302)
    rule = draft.policy.detailed_rules.get()
    assert gap in text_of(house.pages.audit.get(gaps))  # a draft closes no gap
    assert house.pages.gao.get(rule.get_absolute_url()).status_code == 404
    assert house.pages.head.post(f"{rule.get_absolute_url()}approve/").status_code == 403
    text_of(house.pages.boss.post(f"{rule.get_absolute_url()}approve/"), 302)
    assert gap not in text_of(house.pages.audit.get(gaps))
    assert "Who reads what." in text_of(house.pages.gao.get(rule.get_absolute_url()))
    house.clock("2027-01-01 02:00")
    house.pages.audit.force_login(house.people.audit)
    assert gap in text_of(house.pages.audit.get(gaps))
    assert "expired" in text_of(house.pages.audit.get("/policies/weighing-equipment/rules/"))


@pytest.mark.clause("GOV-05")
def test_a_customer_in_two_scopes_is_found_before_publication(house: SimpleNamespace) -> None:
    put_in_force(house, begin(house))
    second = begin(
        house, "weighing-equipment"
    )  # grades everybody in China: B and C are graded by the first already
    refused = text_of(house.pages.head.post(f"{second.get_absolute_url()}submit/"), 422)
    assert "2 customers are in the scope of" in refused
    assert "stand in two scopes" in text_of(house.pages.head.get(f"{second.get_absolute_url()}scope/"))
    PolicyVersion.objects.filter(pk=second.pk).update(state="published", effective_on=date(2026, 3, 2))
    page = text_of(house.pages.boss.get("/policies/two-scopes/"))
    assert "BBBRAVO" in page
    assert "AAALPHA" not in page
    assert "BBBRAVO" not in text_of(house.pages.ming.get("/policies/two-scopes/"))


def test_the_text_is_checked_while_it_is_typed_and_kept_when_it_is_a_policy(house: SimpleNamespace) -> None:
    draft = begin(house)
    here, page = f"{draft.get_absolute_url()}text/", house.pages.head
    wrong = draft.text.replace("annual_order_amount > a_amount", "annual_order_amuont > a_amount", 1)
    found = text_of(page.post(here, {"text": wrong, "only": "check"}))
    assert "annual_order_amuont" in found
    assert "did you mean" in found
    broken = draft.text.replace("ratings:", "ratingz:", 1)
    assert "unknown key" in text_of(page.post(here, {"text": broken, "only": "check"}))
    assert "no policy yet" in text_of(page.post(here, {"text": broken, "lock": draft.lock}), 422)
    changed = draft.text.replace("# What people see", "# Our words: what people see", 1)
    text_of(page.post(here, {"text": changed, "lock": draft.lock}), 302)
    assert "# Our words" in PolicyVersion.objects.get(pk=draft.pk).text
    text_of(page.post(here, {"text": changed, "lock": draft.lock}), 409)
    assert house.pages.gao.post(here, {"text": changed}).status_code == 404
    for tab in (
        "",
        "parameters/",
        "limits/",
        "control/",
        "scope/",
        "questions/",
        "tests/",
        "text/",
        "print/",
    ):
        text_of(page.get(f"{draft.get_absolute_url()}{tab}"))
    assert Procedure.objects.count() == 0


def test_questions_are_decided_in_the_page(house: SimpleNamespace) -> None:
    draft = begin(house)
    places: dict[tuple[str | int, ...], Any] = {("open_questions", 0, "decision"): None}
    actions.set_places(version=draft, places=places, lock=draft.lock, by=house.people.head, at=house.at)
    draft.refresh_from_db()
    here = draft.get_absolute_url()
    text_of(
        house.pages.head.post(
            f"{here}decision/", {"index": "0", "decision": "By the year.", "lock": draft.lock}
        ),
        302,
    )
    draft.refresh_from_db()
    decided = document(draft).document.open_questions[0]
    assert (decided.decision.en if decided.decision else "", decided.decided_by.zh if decided.decided_by else "") == (
        "By the year.", "何主任"
    )  # fmt: skip
    assert "By the year." in text_of(house.pages.head.get(f"{here}questions/"))


def test_lists_take_the_same_number_of_queries_whatever_they_hold(
    house: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    put_in_force(house, begin(house))
    with django_assert_max_num_queries(30):
        text_of(house.pages.gao.get("/policies/"))
    with django_assert_max_num_queries(40):
        text_of(house.pages.gao.get("/policies/foreign-trade/1/"))
    assert Policy.objects.count() == 1
