"""Pages of teams, handovers and merges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhike.customers.actions import assign_post, end_post
from zhike.customers.forms import HandoverForm, MergeForm, PostForm, TellForm
from zhike.customers.handovers import Handover, open_handover, sign_handover, tell_customer, withdraw_handover
from zhike.customers.life import POSTS
from zhike.customers.merging import Merge, merge_customers, preview, undo_merge
from zhike.customers.models import Assignment, Customer
from zhike.customers.pages import find_customer, find_part, form_page, now
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import HIDDEN, can, sees

ITEM_KINDS = {
    "promise": gettext_lazy("promised step"),
    "need": gettext_lazy("need"),
    "defect": gettext_lazy("defect of the archive"),
    "contact": gettext_lazy("contact"),
    "order": gettext_lazy("order"),
    "receivable": gettext_lazy("receivable"),
    "request": gettext_lazy("request"),
    "visit": gettext_lazy("visit"),
    "plan": gettext_lazy("service plan"),
    "plan_item": gettext_lazy("task of a plan"),
    "complaint": gettext_lazy("complaint"),
}
"""Kind of an open item -> its name."""
ITEM_CLASSES = {"order": "price", "receivable": "credit"}
"""Kind of an open item -> the class of fields that must be seen for it."""


@door("assign_customer", customer_data=True)
def new_post(request: HttpRequest, code: str) -> HttpResponse:
    """Give somebody a post in the team."""
    one = find_customer(me(request), code)
    form = PostForm(request.POST or None, initial={"post": request.GET.get("post", "")})
    return form_page(
        request, form, lambda values: assign_post(customer=one, by=me(request), at=now()[0], **values),
        title=_("Team of %(name)s") % {"name": one}, back=reverse("customer", args=[one.code]),
    )  # fmt: skip


@door("assign_customer", customer_data=True)
@require_POST
def post(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """End a post."""
    one = find_customer(me(request), code)
    assignment: Assignment = find_part(one.assignments, key)
    end_post(assignment=assignment, by=me(request), at=now()[0])
    return redirect(one)


@door("assign_customer", customer_data=True)
def new_handover(request: HttpRequest, code: str) -> HttpResponse:
    """Begin to hand a post over."""
    one = find_customer(me(request), code)
    post_code = request.GET.get("post", "manager")
    if post_code not in POSTS:
        raise Http404
    form = HandoverForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        open_handover(customer=one, post=post_code, by=me(request), at=now()[0], **values)

    return form_page(
        request, form, act, title=_("Hand over %(name)s: %(post)s") % {"name": one, "post": POSTS[post_code]},
        back=reverse("customer", args=[one.code]), submit=_("Open the handover"),
    )  # fmt: skip


def items_for(person: Person, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Open items with the name of their kind; of those that a person's roles do not show, only how many there are."""
    shown: list[dict[str, Any]] = []
    hidden: dict[str, dict[str, Any]] = {}
    for item in items:
        kind = item["kind"]
        name = ITEM_KINDS.get(kind, kind)
        if kind not in ITEM_CLASSES or (can(person, "see_orders") and sees(person, ITEM_CLASSES[kind])):
            shown.append({**item, "name": name})
        elif kind in hidden:
            hidden[kind]["count"] += 1
        else:
            hidden[kind] = {"kind": kind, "name": name, "text": HIDDEN, "due": "", "count": 1}
            shown.append(hidden[kind])
    return shown


def find_handover(request: HttpRequest, code: str, key: int) -> Handover:
    """A handover that a person may read, or 404."""
    rows = Handover.objects.visible_to(me(request)).filter(customer__code=code)
    found: Handover = find_part(
        rows.select_related(
            "customer", "former", "giver", "receiver", "interim", "escalated_to", "told_contact"
        ),
        key,
    )
    return found


@door("see_customers", customer_data=True)
def handover(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A handover: what is open, who has signed, who answers meanwhile. A POST signs."""
    this = find_handover(request, code, key)
    person = me(request)
    if request.method == "POST":
        sign_handover(handover=this, by=person, at=now()[0])
        messages.success(request, _("You have signed the handover."))
        return redirect(this)
    waits, hindrance = Handover.objects.awaiting(person).filter(pk=this.pk).exists(), this.hindrance()
    sees_customer = this.customer.is_visible_to(person)
    may_tell = sees_customer and can(person, "log_activity") and this.done_at and not this.told_at
    page_of = {
        "handover": this,
        "customer": this.customer,
        "post": POSTS[this.post],
        "waits": waits and not hindrance,
        "hindrance": hindrance,
        "sees_customer": sees_customer,
        "late": this.is_late(now()[1]),
        "may_assign": sees_customer and can(person, "assign_customer"),
        "items": items_for(person, this.items),
        "tell": TellForm(customer=this.customer) if may_tell else None,
    }
    return render(request, "customers/handover.html", page_of)


@door("log_activity", customer_data=True)
@require_POST
def told(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """The customer has been told of the new contact."""
    this = find_handover(request, code, key)
    form = TellForm(request.POST, customer=this.customer)
    if not form.is_valid():
        raise Invalid(_("Say who was told, and how."))
    tell_customer(handover=this, by=me(request), at=now()[0], **form.cleaned_data)
    return redirect(this)


@door("assign_customer", customer_data=True)
@require_POST
def withdrawn(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Withdraw a handover."""
    this = find_handover(request, code, key)
    withdraw_handover(handover=this, by=me(request), at=now()[0])
    return redirect(this.customer)


@door("merge_customers", customer_data=True)
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Merge another archive into this one: first which one, then what differs and what moves, then it happens."""
    person = me(request)
    kept = find_customer(person, code)
    form = MergeForm(request.POST or request.GET or None)
    gone = None
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["gone"].strip()
        gone = Customer.objects.visible_to(person).living().filter(code=asked).exclude(pk=kept.pk).first()
        if gone is None:
            form.add_error("gone", _("There is no other customer with this code."))
    if request.method == "POST" and gone is not None:
        take = frozenset(
            name.removeprefix("take_") for name, value in request.POST.items() if value == "gone"
        )
        made = merge_customers(kept=kept, gone=gone, take=take, by=person, at=now()[0])
        messages.success(request, _("%(name)s was merged into this archive.") % {"name": made.gone.code})
        return redirect(kept)
    choices, counts = preview(kept, gone, person) if gone is not None else ([], [])
    page_of = {"customer": kept, "gone": gone, "form": form, "choices": choices, "counts": counts}
    return render(request, "customers/merge.html", page_of, status=422 if form.errors else 200)


@door("merge_customers", customer_data=True)
def merges(request: HttpRequest) -> HttpResponse:
    """What was merged, and may be taken back."""
    seen = Customer.objects.visible_to(me(request))
    rows = Merge.objects.filter(Q(kept__in=seen)).select_related("kept", "gone", "by", "undone_by")[:100]
    return render(request, "customers/merges.html", {"rows": rows})


@door("merge_customers", customer_data=True)
@require_POST
def merge_undone(request: HttpRequest, key: int) -> HttpResponse:
    """Take a merge back."""
    person = me(request)
    rows = Merge.objects.filter(kept__in=Customer.objects.visible_to(person)).select_related("kept", "gone")
    this: Merge = find_part(rows, key)
    gone = undo_merge(merge=this, by=person, at=now()[0])
    words = {"gone": f"{gone} ({gone.code})", "kept": f"{this.kept} ({this.kept.code})"}
    if gone.is_visible_to(person):
        messages.success(
            request,
            _("The merge was taken back: %(gone)s stands for itself again, apart from %(kept)s.") % words,
        )
        return redirect(gone)
    messages.warning(
        request,
        _(
            "The merge was taken back: %(gone)s stands for itself again, and what came from it has gone back there. "
            "You do not see that archive: it belongs to a part of the company that your roles do not show."
        )
        % words,
    )
    return redirect(this.kept if this.kept.is_visible_to(person) else "merges")
