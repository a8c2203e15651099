"""Pages of procedures: the inbox, one procedure with its steps, all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.pages import find_part, now
from zhike.kernel.refusals import Invalid, Refused
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.people.tasks import tasks_of
from zhike.procedures import actions, lists, notes
from zhike.procedures.committees import Action
from zhike.procedures.forms import BulkForm, DecideForm, GroundForm, NoteForm, SignerForm
from zhike.procedures.inbox import asked, waiting_for
from zhike.procedures.models import CHOICES, Procedure, ProcedureStep
from zhike.ui import grid
from zhike.ui.forms import tell

PAGE = 50
MOST_AT_ONCE = 200
TABS = (
    ("inbox", gettext_lazy("Waiting for me")),
    ("started_procedures", gettext_lazy("Started by me")),
    ("decided_procedures", gettext_lazy("Decided by me")),
    ("procedures", gettext_lazy("All that I see")),
)


def find_procedure(person: Person, key: int) -> Procedure:
    """A procedure that concerns a person, or 404."""
    rows = Procedure.objects.visible_to(person).select_related("customer", "started_by__department")
    return find_part(rows, key)  # type: ignore[no-any-return]


def tabs(here: str) -> list[tuple[str, Any, bool]]:
    """(address, name, whether it is this page)."""
    return [(reverse(name), label, name == here) for name, label in TABS]


def actions_of(person: Person) -> QuerySet[Action]:
    """What committees asked of a person and is not done."""
    return Action.objects.filter(person=person, done_at__isnull=True)


@door(customer_data=True)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for me, first what is due first; decided one by one or many at once."""
    person, (_at, day) = me(request), now()
    rows, page = lists.inbox_rows(person, day, request.GET)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    away = lists.stood_in_for(person, day, shown.object_list)
    table = grid.Table(
        lists.inbox_columns(day, away), shown, request.GET, key=lambda one: one.pk,
        bulk=[grid.Bulk(_("Decide…"), reverse("decide_many"), icon="stamp", dialog=True)], caption=_("What waits for me"),
        empty=_("Nothing waits for you"), hint=_("What you are asked to decide or to sign appears here."),
        filtered=bool(page["asked_kind"] or page["asked_late"] or page["asked_q"]),
    )  # fmt: skip
    if request.headers.get("HX-Target", "").endswith("#table"):
        return render(request, "ui/_grid.html", {"table": table})
    todo, tasks = actions_of(person).select_related("session__committee")[:20], tasks_of(person, day)
    page |= {
        "tabs": tabs("inbox"),
        "todo": todo,
        "day": day,
        "tasks": tasks,
        "count": page["all"] + len(tasks) + len(todo),
    }
    if shown.object_list or table.filtered or not (todo or tasks):
        page["table"] = table
    return render(request, "procedures/inbox.html", page)


@door()
@require_GET
def inbox_count(request: HttpRequest) -> HttpResponse:
    """How much waits for me: the number beside the link, loaded after the page."""
    person, (_at, day) = me(request), now()
    count = (
        waiting_for(person, day).order_by().count() + len(tasks_of(person, day)) + actions_of(person).count()
    )
    return render(request, "procedures/_count.html", {"count": count})


def _list(request: HttpRequest, here: str, which: str) -> HttpResponse:
    person, (_at, day) = me(request), now()
    rows, page = lists.procedure_rows(person, request.GET, which)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    table = grid.Table(
        lists.procedure_columns(lists.open_steps(shown.object_list), day), shown, request.GET, key=lambda one: one.pk,
        caption=_("Procedures"), empty=_("No procedures"), hint=_("Procedures start where a decision is asked for."),
        filtered=bool(page["asked_state"] or page["asked_q"] or page["asked_stuck"]),
    )  # fmt: skip
    if request.headers.get("HX-Target", "").endswith("#table"):
        return render(request, "ui/_grid.html", {"table": table})
    return render(request, "procedures/list.html", {**page, "table": table, "tabs": tabs(here)})


@door(customer_data=True)
@require_GET
def started_procedures(request: HttpRequest) -> HttpResponse:
    """The procedures that I started."""
    return _list(request, "started_procedures", "started")


@door(customer_data=True)
@require_GET
def decided_procedures(request: HttpRequest) -> HttpResponse:
    """The procedures in which I decided."""
    return _list(request, "decided_procedures", "decided")


@door(customer_data=True)
@require_GET
def procedures(request: HttpRequest) -> HttpResponse:
    """All procedures that I may see."""
    return _list(request, "procedures", "")


@door(customer_data=True)
@require_GET
def procedure(request: HttpRequest, key: int) -> HttpResponse:
    """One procedure."""
    return _page(request, find_procedure(me(request), key))


def _page(
    request: HttpRequest, one: Procedure, form: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    person, (at, day) = me(request), now()
    steps = list(
        one.steps.select_related("role", "department__head", "department__parent__head", "committee__chair", "person__department",
                                 "escalate_role", "escalate_committee__chair")
        .prefetch_related("decisions__person", "decisions__seat", "decisions__resolution__session__committee", "named__person", "papers")
    )  # fmt: skip
    for step in steps:
        step.procedure = one
    mine = waiting_for(person, day).filter(procedure=one).order_by("place").values_list("pk", flat=True)
    waiting = set(mine)
    my_step = next((step for step in steps if step.pk in waiting and step.committee is None), None)
    page = {
        "one": one, "rows": [_row(step, day) for step in steps], "my_step": my_step, "day": day,
        "tone": lists.TONES[one.state], "kind": lists.kind_name(one), "form": form or DecideForm(),
        "may_withdraw": one.state == "open" and actions.may_withdraw(one, person, at), "choices": CHOICES.items(),
        "notes": one.notes.select_related("by"), "note_form": NoteForm(), "may_note": one.state == "open",
        "sees_amount": sees(person, "price"),
        "away": lists.stood_in_for(person, day, [my_step] if my_step else []).get(my_step.pk if my_step else 0),
    }  # fmt: skip
    return render(request, "procedures/procedure.html", page, status=status)


def _row(step: ProcedureStep, day: date) -> dict[str, Any]:
    """A step as its page shows it: who was asked, who decided, what is late."""
    is_open = step.state == "open"
    return {
        "step": step, "asked": asked(step, day) if is_open else [], "late": is_open and step.due_on is not None and step.due_on < day,
        "signers": [one for one in step.named.all() if one.part == "signer"], "decisions": list(step.decisions.all()),
        "paper": next(iter(step.papers.all()), None),
    }  # fmt: skip


def _find_step(person: Person, key: int) -> ProcedureStep:
    """A step of a procedure that concerns a person, or 404."""
    rows = ProcedureStep.objects.filter(
        procedure__in=Procedure.objects.visible_to(person).order_by().values("pk")
    )
    return find_part(rows.select_related("procedure__customer", "procedure__started_by__department"), key)  # type: ignore[no-any-return]


@door(customer_data=True)
@require_POST
def decide_step(request: HttpRequest, key: int) -> HttpResponse:
    """Decide at a step; then on to the next that waits."""
    person, (at, day) = me(request), now()
    step = _find_step(person, key)
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            actions.decide(step=step, by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            tell(form, refusal)
        else:
            left = waiting_for(person, day).order_by().count()
            messages.success(
                request, _("Decided: %(what)s.") % {"what": CHOICES[form.cleaned_data["choice"]]}
            )
            if request.POST.get("next") == "inbox" and left:
                return redirect("inbox")
            return redirect("procedure", key=step.procedure_id)
    return _page(request, step.procedure, form, status=422)


@door(customer_data=True)
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """The same decision at the steps that were picked: each by itself, so that one refusal holds up no other."""
    person, (at, day) = me(request), now()
    steps = _picked(request, person, day)
    sent = bool(request.POST.get("sent"))
    form = BulkForm(request.POST if sent else None, initial={"choice": "approve"})
    if sent and form.is_valid():
        refused: list[str] = []
        for step in steps:
            try:
                actions.decide(step=step, by=person, at=at, **form.cleaned_data)
            except Invalid as refusal:
                tell(form, refusal)
                break
            except Refused as refusal:
                refused.append(f"{step.procedure.title}: {refusal}")
        else:
            _sum_up(request, len(steps), refused)
            return redirect("inbox")
    page = {"form": form, "steps": steps}
    return render(request, "procedures/decide_many.html", page, status=422 if form.errors else 200)


def _picked(request: HttpRequest, person: Person, day: date) -> list[ProcedureStep]:
    """The picked steps of my inbox; those of committees are decided in sessions."""
    if request.POST.get("every"):
        rows, _page_of = lists.inbox_rows(person, day, QueryDict(request.POST.get("query", "").lstrip("?")))
    else:
        keys = [key for key in request.POST.getlist("pick") if key.isascii() and key.isdigit()]
        rows = waiting_for(person, day).filter(pk__in=keys[: MOST_AT_ONCE + 1]).select_related("procedure")
    found = list(rows.filter(committee__isnull=True)[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        raise Invalid(_("At most %(most)s at once; narrow the list first.") % {"most": MOST_AT_ONCE})
    return found


def _sum_up(request: HttpRequest, number: int, refused: Iterable[str]) -> None:
    failed = list(refused)
    made = number - len(failed)
    if made:
        messages.success(
            request,
            ngettext("%(made)s decision was taken.", "%(made)s decisions were taken.", made) % {"made": made},
        )
    for one in failed[:5]:
        messages.warning(request, one)
    if len(failed) > 5:
        messages.warning(request, _("%(more)s more were refused.") % {"more": len(failed) - 5})


@door(customer_data=True)
def add_signer(request: HttpRequest, key: int) -> HttpResponse:
    """Ask somebody more to sign a step."""
    person, (at, _day) = me(request), now()
    step = _find_step(person, key)
    form = SignerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_signer(step=step, by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            tell(form, refusal)
        else:
            messages.success(
                request, _("%(name)s was asked to sign too.") % {"name": form.cleaned_data["person"]}
            )
            return redirect("procedure", key=step.procedure_id)
    return _form(request, form, _("Ask for another signature"), lists.address(step.procedure), _("Ask"))


@door(customer_data=True)
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take a procedure back."""
    person, (at, _day) = me(request), now()
    one = find_procedure(person, key)
    form = GroundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(procedure=one, by=person, at=at, **form.cleaned_data)
        messages.success(request, _("The procedure was taken back."))
        return redirect("procedure", key=key)
    return _form(request, form, _("Take the procedure back"), lists.address(one), _("Take back"))


def _form(request: HttpRequest, form: Any, title: str, back: str, submit: str) -> HttpResponse:
    page = {"form": form, "title": title, "back": back, "submit": submit}
    return render(request, "procedures/form.html", page, status=422 if form.errors else 200)


@door(customer_data=True)
@require_POST
def add_note(request: HttpRequest, key: int) -> HttpResponse:
    """Comment on a procedure, or attach a file."""
    person, (at, _day) = me(request), now()
    one = find_procedure(person, key)
    form = NoteForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            notes.add_note(procedure=one, by=person, at=at, **form.cleaned_data)
            return redirect("procedure", key=key)
    except Invalid as refusal:
        messages.error(request, str(refusal))
    return redirect("procedure", key=key)


@door(customer_data=True)
@require_GET
def note_file(request: HttpRequest, key: int) -> FileResponse:
    """The file of a comment, as an attachment of its true type."""
    rows = notes.ProcedureNote.objects.filter(
        procedure__in=Procedure.objects.visible_to(me(request)).order_by().values("pk")
    )
    this: notes.ProcedureNote = find_part(rows, key)
    if not this.sha256 or not notes.path_of(this).is_file():
        raise Http404
    answer = FileResponse(
        notes.path_of(this).open("rb"),
        as_attachment=True,
        filename=this.file_name,
        content_type=this.content_type,
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
