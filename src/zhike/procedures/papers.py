"""Drafting a paper: changing its text, and taking in what is known of the customer that it is about (ANA-09)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Department, Person, signed_on
from zhike.procedures.committees import KINDS, Paper
from zhike.procedures.inputs import PaperInput, offered_for

sentences({
    "paper_changed": gettext_lazy("%(who)s changed the draft “%(what)s”"),
    "paper_inputs": gettext_lazy("%(who)s built “%(what)s” on %(count)s findings"),
})  # fmt: skip


def checked(kind: str, customer: Customer | None, departments: list[Department], by: Person) -> None:
    """What every draft must be: a known kind, a customer whom the writer sees, two departments for an issue. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid(_("Unknown kind of paper."), fields={"kind": _("unknown")})
    if customer is not None and kind != "strategy":
        raise Invalid(
            _("Only a strategy is for one customer."), fields={"customer": _("only for a strategy")}
        )
    if customer is not None and not customer.is_visible_to(by):
        raise Invalid(_("There is no such customer."), fields={"customer": _("unknown")})
    if kind == "issue" and len(departments) < 2:
        raise Invalid(
            _("An issue between departments names at least two."), fields={"departments": _("at least two")}
        )


@transaction.atomic
def change_paper(
    *, paper: Paper, title: str, text: str, customer: Customer | None, departments: Iterable[Department], by: Person, at: datetime,
) -> Paper:  # fmt: skip
    """Change a draft of one's own. Another customer: what was taken in for the one before goes."""
    locked = _draft(paper, by)
    concerned = list(departments)
    checked(locked.kind, customer, concerned, by)
    if not title.strip() or not text.strip():
        raise Invalid(_("A paper has a title and a text."), fields={"text": _("missing")})
    wanted: dict[str, Any] = {"title": title.strip()[:200], "text": text.strip(), "customer": customer}
    before, after = changes(locked, wanted)
    for name, value in wanted.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(wanted))
    locked.departments.set(concerned)
    if "customer" in after:
        locked.inputs.all().delete()
    journal(locked, "paper_changed", by=by, at=at, before=before, after=after)
    return locked


@transaction.atomic
def take_inputs(*, paper: Paper, keys: Collection[str], by: Person, at: datetime) -> Paper:
    """Say which findings a draft builds on, all of them; each is copied with source, day and reliability as it reads now."""
    locked = _draft(paper, by)
    if locked.customer is None:
        raise Invalid(_("The paper is not about one customer."))
    held = {one.key: one for one in locked.inputs.all()}
    known = {one.key: one for one in offered_for(locked.customer, by, signed_on(at))}
    if set(keys) - set(known) - set(held):
        raise Invalid(_("One of these is no longer offered. Look again."))
    for key, one in held.items():
        if key not in keys:
            one.delete()
    PaperInput.objects.bulk_create(
        PaperInput(
            paper=locked, kind=one.kind, record=one.record, title=one.title[:200], why=one.why[:200], source=one.source,
            known_on=one.known_on, reliability=one.reliability, was_stale=one.stale, taken_by=by, taken_at=at,
        )
        for key, one in known.items() if key in keys and key not in held
    )  # fmt: skip
    journal(
        locked,
        "paper_inputs",
        by=by,
        at=at,
        count=len(set(keys)),
        before={"inputs": sorted(held)},
        after={"inputs": sorted(keys)},
    )
    return locked


def _draft(paper: Paper, by: Person) -> Paper:
    """A draft of one's own, locked."""
    if paper.written_by_id != by.pk:
        raise Forbidden(_("Only whoever wrote the paper changes it."))
    locked = (
        Paper.objects.select_for_update(of=("self",))
        .select_related("customer")
        .filter(pk=paper.pk, state="draft")
        .first()
    )
    if locked is None:
        raise Conflict(_("The paper has been submitted already."))
    return locked
