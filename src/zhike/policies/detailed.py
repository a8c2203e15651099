"""Detailed rules under a policy: versions, approval by another person, and what is missing or expired (GOV-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.documents import keep, sniff
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.agreements import add_months
from zhike.people.models import Department, Person, signed_on
from zhike.people.rules import allow
from zhike.policies.models import DetailedRule, Policy, PolicyVersion
from zhike.policies.reading import document
from zhike.policies.words import lang
from zhike_engine.policy.reserved import SubordinateRule

sentences({
    "detailed_rule_added": gettext_lazy("%(who)s added the detailed rule “%(what)s”"),
    "detailed_rule_approved": gettext_lazy("%(who)s approved the detailed rule “%(what)s”"),
    "detailed_rule_withdrawn": gettext_lazy("%(who)s withdrew the detailed rule “%(what)s”"),
})  # fmt: skip


@transaction.atomic
def add_rule(
    *, policy: Policy, code: str, title: str, department: Department | None, text: str = "", file: Any = None,
    until_on: date | None = None, by: Person, at: datetime,
) -> DetailedRule:  # fmt: skip
    """The next version of a detailed rule, as a text or a file; it counts once it is approved."""
    allow(by, "edit_policies")
    if not text.strip() and file is None:
        raise Invalid(_("Give the text of the rule, or its file."), fields={"text": _("or a file")})
    if until_on is not None and until_on < signed_on(at):
        raise Invalid(_("The rule would have expired already."), fields={"until_on": _("a day that is past")})
    Policy.objects.select_for_update().get(pk=policy.pk)
    last = DetailedRule.objects.filter(policy=policy, code=code).order_by("-number").first()
    made = DetailedRule(
        policy=policy, code=code, number=last.number + 1 if last else 1, title=title.strip(), department=department,
        text=text.strip(), until_on=until_on, added_by=by, added_at=at,
    )  # fmt: skip
    if file is not None:
        made.content_type = sniff(file.file if hasattr(file, "file") else file)
        if not made.content_type:
            raise Invalid(
                _("This kind of file is not taken."), fields={"file": _("PDF, Word, Excel, picture or text")}
            )
        made.sha256 = keep(file.chunks(), file.size)
        made.file_name, made.size = Path(str(file.name)).name.replace("\x00", "")[-160:], file.size
    made.save()
    journal(made, "detailed_rule_added", by=by, at=at, after={"code": code, "number": made.number})
    return made


@transaction.atomic
def approve_rule(*, rule: DetailedRule, by: Person, at: datetime) -> DetailedRule:
    """Approve a detailed rule; nobody approves their own."""
    allow(by, "approve_policies")
    if rule.added_by_id == by.pk:
        raise Forbidden(_("Nobody approves a rule of their own."))
    until = rule.until_on
    months = next(
        (one.months for one in required(rule.policy, signed_on(at)).values() if one.code == rule.code), None
    )
    if until is None and months:
        until = add_months(signed_on(at), months)
    if not DetailedRule.objects.filter(pk=rule.pk, state="draft").update(
        state="approved", approved_by=by, approved_at=at, until_on=until
    ):
        raise Conflict(_("Somebody has decided this already."))
    rule.refresh_from_db()
    journal(rule, "detailed_rule_approved", by=by, at=at, after={"until_on": until})
    return rule


@transaction.atomic
def withdraw_rule(*, rule: DetailedRule, by: Person, at: datetime) -> DetailedRule:
    """Take a detailed rule out of use; it stays to be read."""
    allow(by, "edit_policies")
    if not DetailedRule.objects.filter(pk=rule.pk).exclude(state="withdrawn").update(state="withdrawn"):
        raise Conflict(_("The rule is withdrawn already."))
    rule.refresh_from_db()
    journal(rule, "detailed_rule_withdrawn", by=by, at=at)
    return rule


@dataclass(frozen=True)
class Required:
    """A detailed rule that a policy requires, and the approved one that is there."""

    code: str
    spec: SubordinateRule
    version: PolicyVersion
    rule: DetailedRule | None
    state: str

    @property
    def title(self) -> str:
        """What it is called."""
        return self.spec.title.pick(lang())

    @property
    def months(self) -> int | None:
        """After how many months it must be approved again."""
        return self.spec.months

    @property
    def is_gap(self) -> bool:
        """Whether it is missing or has expired."""
        return self.state != "in_force"


def required(policy: Policy, day: date) -> dict[str, Required]:
    """The detailed rules that a policy requires on a day: by the version in force, else by its last one."""
    version = policy.versions.filter(pk__in=PolicyVersion.objects.in_force(day)).first()
    version = version or policy.versions.order_by("-number").first()
    return {one.code: one for one in required_by(version, day)} if version is not None else {}


def required_by(version: PolicyVersion, day: date) -> list[Required]:
    """The detailed rules that a version requires, with their state: in_force, expired, draft or missing."""
    rows: dict[str, list[DetailedRule]] = {}
    for rule in (
        DetailedRule.objects.filter(policy=version.policy_id).select_related("department").order_by("-number")
    ):
        rows.setdefault(rule.code, []).append(rule)
    found = []
    for code, spec in document(version).document.subordinate_rules.items():
        approved = next((one for one in rows.get(code, []) if one.state == "approved"), None)
        waiting = next((one for one in rows.get(code, []) if one.state == "draft"), None)
        state = "draft" if waiting else "missing"
        if approved is not None:
            state = "expired" if approved.until_on and approved.until_on < day else "in_force"
        found.append(Required(code, spec, version, approved or waiting, state))
    return found
