"""Pages that write policies: new ones, amendments, parameters, grades, the control block, the text, tests, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers.pages import form_page, show_refusal
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.doors import door, me
from zhike.policies import actions
from zhike.policies.checking import checked
from zhike.policies.forms import ControlForm, NewPolicyForm, NoteForm
from zhike.policies.models import PolicyVersion
from zhike.policies.pages import find_policy, find_version, frame, now, sees_drafts, visible_versions
from zhike.policies.reading import document, read_text, values
from zhike.policies.testing import Ran, run_cases
from zhike.policies.views import limits_page, register, value_faults
from zhike.policies.words import lang
from zhike_engine.errors import ZhikeError

LARGEST = 2_000_000


def lock_of(request: HttpRequest, version: PolicyVersion) -> int:
    """The state of the draft that the page was made from."""
    asked = request.POST.get("lock", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else version.lock


@door("edit_policies")
def new_policy(request: HttpRequest) -> HttpResponse:
    """Begin a policy from a shipped one, a copy of another, or a file."""
    person, (at, _day) = me(request), now()
    form = NewPolicyForm(
        request.POST or None,
        request.FILES or None,
        versions=visible_versions(person),
        initial={"source": request.GET.get("source", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _begin(form, person, at)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(made.get_absolute_url())
    page = {"form": form, "title": _("New policy"), "back": "/policies/"}
    return render(request, "policies/new.html", page, status=422 if form.errors else 200)


def _begin(form: NewPolicyForm, person: Any, at: Any) -> PolicyVersion:
    given, titles = form.cleaned_data, form.titles()
    kind, _colon, name = given["source"].partition(":")
    if kind == "preset":
        return actions.add_from_preset(
            preset=name, code=given["code"], title=titles, examples=given["examples"], by=person, at=at
        )
    if kind == "version":
        version = visible_versions(person).get(pk=int(name))
        return actions.copy_policy(version=version, code=given["code"], title=titles, by=person, at=at)
    text = _uploaded(given["file"])
    code = given["code"] or actions.read_or_refuse(text).name
    return actions.add_policy(code=code, text=text, title=titles, by=person, at=at)


def _uploaded(file: Any) -> str:
    if file.size > LARGEST:
        raise Invalid(_("The text is too long."), fields={"file": _("too long")})
    try:
        return str(file.read().decode("utf-8-sig")).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Invalid(_("The file is not UTF-8 text."), fields={"file": _("save it as UTF-8")}) from None


@door("edit_policies")
def amendment(request: HttpRequest, policy: str) -> HttpResponse:
    """Begin an amendment of a policy."""
    found = find_policy(me(request), policy)
    at, _day = now()
    return form_page(
        request,
        NoteForm(request.POST or None),
        lambda given: actions.amend(policy=found, by=me(request), at=at, **given),
        title=_("Amend “%(policy)s”") % {"policy": found},
        back=f"{found.get_absolute_url()}draft/",
        submit=_("Begin the amendment"),
    )


@door("edit_policies")
def draft(request: HttpRequest, policy: str) -> HttpResponse:
    """The open draft of a policy, else the policy itself."""
    found = find_policy(me(request), policy)
    opened = found.versions.open().first()
    return redirect(opened.get_absolute_url() if opened else found.get_absolute_url())


@door("edit_policies")
@require_POST
def dropped(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Throw a draft away."""
    this = find_version(me(request), policy, number)
    found = actions.drop_draft(version=this, by=me(request), at=now()[0])
    messages.success(request, _("The draft is gone."))
    return redirect(found.get_absolute_url() if found.versions.exists() else "policies")


def set_typed(request: HttpRequest, this: PolicyVersion) -> tuple[dict[str, str], dict[str, Any]]:
    """Set the values of a draft that were sent: what was typed, and what is wrong with it; nothing is set then."""
    known = document(this).document.parameters
    typed = {name: request.POST[name] for name in known if name in request.POST}
    try:
        actions.set_values(
            version=this, given=typed, lock=lock_of(request, this), by=me(request), at=now()[0]
        )
    except Invalid as refusal:
        return typed, refusal.fields or {"": str(refusal)}
    return typed, {}


@door()
def parameters(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """The register of parameters; a draft's are set here."""
    this = find_version(me(request), policy, number)
    wrong: dict[str, Any] = {}
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed, wrong = set_typed(request, this)
        if not wrong:
            messages.success(request, _("The parameters are saved."))
            return redirect(request.path)
    rows = register(this, wrong, typed)
    page = frame(request, this, "parameters") | {
        "rows": rows,
        "todo": [one for one in rows if one.is_unset],
        "faults": value_faults(this),
        "wrong": wrong,
    }
    return render(request, "policies/parameters.html", page, status=422 if wrong else 200)


@door()
def limits(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Grades and number lines; of a draft the values at their ends are set here."""
    this = find_version(me(request), policy, number)
    if request.method != "POST":
        return limits_page(request, this)
    typed, wrong = set_typed(request, this)
    if wrong:
        return limits_page(request, this, wrong, typed)
    messages.success(request, _("The limits are saved."))
    this.refresh_from_db()
    if value_faults(this):
        return redirect(f"{request.path}#faults")
    place = request.POST.get("scale", "")
    return redirect(f"{request.path}#scale-{place}" if place.isascii() and place.isdigit() else request.path)


@door("edit_policies")
@require_POST
def grades(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Rename and colour the grades of a draft; the text changes at these places and nowhere else."""
    this = find_version(me(request), policy, number)
    places: dict[tuple[str | int, ...], Any] = {}
    for rating, spec in document(this).document.ratings.items():
        for code, grade in spec.grades.items():
            base = f"{rating}.{code}"
            here = ("ratings", rating, "grades", code)
            zh, en = request.POST.get(f"{base}.zh", "").strip(), request.POST.get(f"{base}.en", "").strip()
            if (zh or en) and (zh or en, en or zh) != (grade.title.zh, grade.title.en):
                places[(*here, "title")] = {"zh": (zh or en)[:80], "en": (en or zh)[:80]}
            colour = request.POST.get(f"{base}.colour", grade.colour).strip()
            if colour != grade.colour:
                places[(*here, "colour")] = colour or None
    if places:
        actions.set_places(
            version=this, places=places, lock=lock_of(request, this), by=me(request), at=now()[0]
        )
        messages.success(request, _("The grades are saved."))
    return redirect(f"{this.get_absolute_url()}limits/")


@door("edit_policies")
@require_POST
def decision(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Take a reading of an open question, and say by whom and when."""
    this, person = find_version(me(request), policy, number), me(request)
    at, day = now()
    asked = request.POST.get("index", "")
    index = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else -1
    said = request.POST.get("decision", "").strip()
    if not 0 <= index < len(document(this).document.open_questions) or not said:
        raise Invalid(_("Say how the question is decided."), fields={"decision": _("missing")})
    here = ("open_questions", index)
    places: dict[tuple[str | int, ...], Any] = {
        (*here, "decision"): {"zh": said, "en": said},
        (*here, "decided_by"): {"zh": person.display_name, "en": person.display_name},
        (*here, "decided_on"): day.isoformat(),
    }
    actions.set_places(version=this, places=places, lock=lock_of(request, this), by=person, at=at)
    return redirect(f"{this.get_absolute_url()}questions/")


@door()
def control(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """The control block: all twelve fields; what a person fills in stands in a form while the version is a draft."""
    this = find_version(me(request), policy, number)
    page = frame(request, this, "control")
    kept = {name: getattr(this, name) for name in actions.CONTROL}
    form = ControlForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_control(
                version=this, lock=lock_of(request, this), by=me(request), at=now()[0], **form.cleaned_data
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The control block is saved."))
            return redirect(request.path)
    page |= {"form": form}
    return render(request, "policies/control.html", page, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Found:
    """An issue as the editor shows it."""

    level: str
    line: int
    column: int
    message: str
    hint: str


def found_in(text: str, given: dict[str, Any]) -> list[Found]:
    """Everything wrong with a text: of its form, or of its meaning."""
    try:
        read_text(text)
    except ZhikeError as problem:
        issues = list(getattr(problem, "issues", ()))
        if not issues:
            parts = problem.place.rsplit(":", 2)
            line, column = (
                int(one) if one.isdigit() else 1 for one in (parts[-2:] if len(parts) == 3 else ("1", "1"))
            )
            return [Found("error", line, column, problem.message.pick(lang()), problem.hint.pick(lang()))]
    else:
        known = read_text(text).document.parameters
        issues = list(checked(text, {name: one for name, one in given.items() if name in known}))
    return [
        Found(one.level, one.place.line, one.place.column, one.message.pick(lang()), one.hint.pick(lang()))
        for one in issues
    ]


@door()
def text(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """The text of a version with line numbers; of a draft it is edited here, and checked while it is typed."""
    this = find_version(me(request), policy, number)
    typed = request.POST.get("text", this.text).replace("\r\n", "\n")[: LARGEST + 1]
    if request.POST.get("only") == "check":
        return render(request, "policies/_found.html", {"found": found_in(typed, values(this))})
    status, refused = 200, ""
    if request.method == "POST":
        try:
            actions.save_draft(
                version=this, text=typed, lock=lock_of(request, this), by=me(request), at=now()[0]
            )
        except (Invalid, Conflict) as refusal:
            status, refused = refusal.status, str(refusal)
        else:
            messages.success(request, _("The text is saved."))
            return redirect(request.path)
    lines = typed.count("\n") + 1
    page = frame(request, this, "text") | {
        "text": typed,
        "found": found_in(typed, values(this)),
        "lines": range(1, lines + 1),
        "count": lines,
        "refused": refused,
    }
    return render(request, "policies/text.html", page, status=status)


@door()
def tests(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """The tests of a version: run in the page, and edited while it is a draft."""
    this = find_version(me(request), policy, number)
    ran: Ran | None = None
    refused = ""
    if request.method == "POST" and "cases" in request.POST:
        try:
            actions.save_cases(
                version=this,
                cases=request.POST["cases"],
                lock=lock_of(request, this),
                by=me(request),
                at=now()[0],
            )
        except Invalid as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("The tests are saved."))
            return redirect(request.path)
    elif request.method == "POST":
        if not sees_drafts(me(request)):
            raise Forbidden(_("Your roles do not allow you to run the tests of policies."))
        ran = run_cases(this)
        if request.headers.get("HX-Request"):
            return render(request, "policies/_ran.html", {"ran": ran, "version": this})
    page = frame(request, this, "tests") | {
        "ran": ran,
        "refused": refused,
        "lines": range(1, this.cases.count("\n") + 2),
        "may_run": sees_drafts(me(request)),
    }
    return render(request, "policies/tests.html", page, status=422 if refused else 200)
