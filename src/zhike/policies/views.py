"""Pages that read policies: the list, a version, its register of parameters, its limits, scope and questions, comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhike import presets
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.policies.bands import scales
from zhike.policies.checking import blocking, checked, issues, unset
from zhike.policies.comparing import by_article, changes, places, what_changed
from zhike.policies.detailed import required_by
from zhike.policies.forms import CompareForm
from zhike.policies.governance import gaps
from zhike.policies.grades import grades_in
from zhike.policies.models import DetailedRule, Policy, PolicyVersion
from zhike.policies.pages import (
    find_policy,
    find_version,
    frame,
    now,
    open_or_last,
    sees_drafts,
    standing,
    visible_versions,
)
from zhike.policies.reading import document, values
from zhike.policies.route import procedures_of, published_before
from zhike.policies.showing import Line, Rule, explained, planned, reader
from zhike.policies.telling import owed_by
from zhike.policies.words import lang, unit_word
from zhike.procedures.inbox import holders
from zhike_engine.language.titles import Titles
from zhike_engine.policy.model import PolicyDocument


@dataclass(frozen=True)
class Row:
    """A policy in the list."""

    policy: Policy
    current: PolicyVersion | None
    open: PolicyVersion | None
    state: str
    tone: str
    gaps: int
    unset: int


@door()
def policies(request: HttpRequest) -> HttpResponse:
    """The company's policies: which version is in force, what is being written, what is missing."""
    person, (_at, day) = me(request), now()
    versions = list(
        visible_versions(person).filter(policy__closed_at__isnull=True).order_by("policy__code", "-number")
    )
    in_force = set(PolicyVersion.objects.in_force(day).values_list("pk", flat=True))
    found = {one.version.policy_id: one.count for one in gaps(day)} if sees_drafts(person) else {}
    rows = []
    for key in dict.fromkeys(one.policy_id for one in versions):
        own = [one for one in versions if one.policy_id == key]
        current = next((one for one in own if one.pk in in_force), None)
        draft = next((one for one in own if one.state in ("draft", "review", "approved")), None)
        said, tone = standing(current or draft or own[0], day)
        rows.append(
            Row(
                own[0].policy,
                current,
                draft,
                said,
                tone,
                found.get(key, 0),
                len(unset(draft)) if draft else 0,
            )
        )
    return render(
        request,
        "policies/list.html",
        {
            "rows": rows,
            "may_write": can(person, "edit_policies"),
            "owed": list(owed_by(person, day)),
            "gap_count": sum(found.values()),
            "writes": sees_drafts(person),
        },
    )


@door()
def policy(request: HttpRequest, policy: str) -> HttpResponse:
    """The version in force, or the last one."""
    person = me(request)
    found = find_policy(person, policy)
    return redirect(open_or_last(person, found, now()[1]).get_absolute_url())


@door()
def version(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """A version to be read: its articles beside the rules that carry them out."""
    return version_page(request, find_version(me(request), policy, number))


def version_page(request: HttpRequest, this: PolicyVersion, *, refused: bool = False) -> HttpResponse:
    """The page of a version; `refused` where it was to go on and what keeps it back stands at its top."""
    _at, day = now()
    told = reader(this)
    owed = owed_by(me(request), day).filter(version=this).first()
    page = frame(request, this, "read") | {
        "articles": [(one, [_rule(rule, told.terms) for rule in one.rules]) for one in told.articles],
        "others": [_rule(rule, told.terms) for rule in told.others],
        "problems": blocking(this, day) if this.state in ("draft", "approved") else [],
        "owed": owed,
        **course_of(this, day),
        "versions": visible_versions(me(request)).filter(policy=this.policy_id).order_by("-number"),
        "before": published_before(this),
        "rules": required_by(this, day),
        "detailed": DetailedRule.objects.filter(policy=this.policy_id)
        .exclude(state="withdrawn")
        .select_related("department"),
    }
    return render(
        request, "policies/version.html", page | {"refused": refused}, status=422 if refused else 200
    )


def course_of(this: PolicyVersion, day: date) -> dict[str, Any]:
    """The last procedure of a version, and for whom its open step waits."""
    procedure = procedures_of(this).prefetch_related("steps__decisions__person", "steps__committee").first()
    opened = [one for one in procedure.steps.all() if one.state == "open"] if procedure else []
    waiting = [str(one.committee or "") or ", ".join(map(str, holders(one, day))) for one in opened]
    return {"procedure": procedure, "waiting": ", ".join(filter(None, waiting))}


def _rule(rule: Rule, terms: Any) -> dict[str, Any]:
    return {"of": rule, "lines": [_line(one, terms) for one in rule.lines]}


def _line(line: Line, terms: Any) -> dict[str, Any]:
    return {"text": explained(line.text, terms), "inside": [_line(one, terms) for one in line.inside]}


@dataclass(frozen=True)
class Registered:
    """A parameter of the register."""

    name: str
    spec: Any
    raw: Any
    shown: str
    is_unset: bool
    history: tuple[tuple[int, Any], ...]
    error: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    """What it may be, where only some answers are possible: the value and its words."""

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.spec.title.pick(lang()))

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """The answers with the one that stands; one that is no answer any more stands there too, until another is chosen."""
        stands = "" if self.raw is None else str(self.raw)
        known = dict(self.answers)
        more = {stands: stands} if known and stands and stands not in known else {}
        return [(value, words, value == stands) for value, words in (known | more).items()]

    @property
    def unit(self) -> str:
        """The unit in which it is written."""
        return unit_word(self.spec.unit) or ("%" if self.spec.type == "percent" else "")

    @property
    def owner(self) -> str:
        """Who sets it."""
        return str(self.spec.owner.pick(lang())) if self.spec.owner else ""


def register(this: PolicyVersion, wrong: dict[str, Any] | None = None, typed: Any = None) -> list[Registered]:
    """Every parameter of a version with its value, and its values in earlier versions."""
    policy = document(this)
    given = values(this)
    titles = Titles(planned(this.text, {} if wrong else given))
    earlier = list(
        PolicyVersion.objects.filter(policy=this.policy_id, number__lt=this.number).order_by("-number")[:8]
    )
    todo = unset(this)
    grades = grade_answers(policy.document)
    found = []
    for name, spec in policy.document.parameters.items():
        raw = given.get(name, spec.value)
        past = tuple((one.number, one.values.get(name)) for one in earlier)
        said = titles.named(name).shown
        found.append(
            Registered(
                name, spec, (typed or {}).get(name, raw), said.pick(lang()) if said else "", name in todo,
                tuple(one for one in past if one[1] != raw), str((wrong or {}).get(name, "")),
                grades if spec.type == "grade" else tuple((one, one) for one in spec.choices),
            )
        )  # fmt: skip
    return found


def grade_answers(document: PolicyDocument) -> tuple[tuple[str, str], ...]:
    """Every grade of a policy: its code, and its title with the code where that says something else."""
    titles = {
        code: one.title.pick(lang())
        for rating in document.ratings.values()
        for code, one in rating.grades.items()
    }
    return tuple((code, title if title == code else f"{code} · {title}") for code, title in titles.items())


def limits_page(
    request: HttpRequest, this: PolicyVersion, wrong: dict[str, Any] | None = None, typed: Any = None
) -> HttpResponse:
    """Grades with names, colours and order, and every limit on a number line beside the values that set it."""
    plan = planned(this.text, values(this))
    ratings = [
        {"name": name, "title": spec.title.pick(lang()), "grades": grades_in(document(this), name)}
        for name, spec in document(this).document.ratings.items()
    ]
    known = {one.name: one for one in register(this, wrong, typed)}
    page = frame(request, this, "limits") | {
        "scales": [(one, [known[name] for name, _title in one.parameters]) for one in scales(plan)],
        "ratings": ratings, "faults": value_faults(this),
    }  # fmt: skip
    return render(request, "policies/limits.html", page, status=422 if wrong else 200)


def value_faults(this: PolicyVersion) -> list[tuple[str, str]]:
    """What is wrong with the values of a version, and what to do about it."""
    found = checked(this.text, values(this))
    return [(one.message.pick(lang()), one.hint.pick(lang())) for one in found if one.level == "error"]


@door()
def questions(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """What the text leaves open, and the readings taken."""
    this = find_version(me(request), policy, number)
    rows = [
        {
            "index": index, "article": one.article, "question": one.question.pick(lang()),
            "decision": one.decision.pick(lang()) if one.decision else "",
            "by": one.decided_by.pick(lang()) if one.decided_by else "", "on": one.decided_on,
        }
        for index, one in enumerate(document(this).document.open_questions)
    ]  # fmt: skip
    return render(request, "policies/questions.html", frame(request, this, "questions") | {"rows": rows})


def chosen(request: HttpRequest, name: str) -> PolicyVersion | None:
    """A version named in the address, or a shipped policy as a version that is not kept."""
    asked = request.GET.get(name, "")
    if asked.startswith("preset:") and asked.removeprefix("preset:") in presets.names():
        code = asked.removeprefix("preset:")
        text = (presets.policy_path(code) / "policy.yaml").read_text("utf-8")
        return PolicyVersion(policy=Policy(code=code, title_zh=code), number=0, text=text, values={})
    if not asked.isascii() or not asked.isdigit() or len(asked) > 15:
        return None
    found = visible_versions(me(request)).filter(pk=int(asked)).first()
    if found is None:
        raise Http404
    assert isinstance(found, PolicyVersion)
    return found


@door()
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions or policies side by side, by article, in words."""
    rows = visible_versions(me(request)).order_by("policy__code", "-number")
    a, b = chosen(request, "a"), chosen(request, "b")
    page: dict[str, Any] = {"form": CompareForm(request.GET or None, versions=rows), "a": a, "b": b}
    if a is not None and b is not None:
        found = changes(a, b)
        groups = by_article(found, document(b), document(a))
        page |= {
            "groups": [
                (
                    one,
                    [(line.sentence.pick(lang()), *sides(line)) for line in one.lines],
                )
                for one in groups
            ],
            "count": len(found),
            "places": places(found),
            "names": (name_of(a), name_of(b)),
        }
    return render(request, "policies/compare.html", page)


def sides(change: Any) -> tuple[str, str, str]:
    """What changed, and how it reads before and after."""
    from zhike_engine.policy.diff import shown

    return (
        what_changed(change),
        shown(change.old).pick(lang()) if change.kind != "added" else "",
        shown(change.new).pick(lang()) if change.kind != "removed" else "",
    )


def name_of(one: PolicyVersion) -> str:
    """How a compared version is called."""
    title = document(one).document.title.pick(lang())
    return f"{title} v{one.number}" if one.number else _("%(title)s (shipped)") % {"title": title}


@door()
def printed(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """A version on paper: the control block, the articles, the rules, the sign-off."""
    this = find_version(me(request), policy, number)
    told = reader(this)
    said, _tone = standing(this, now()[1])
    return render(
        request,
        "policies/print.html",
        {
            "version": this,
            "standing": said,
            "articles": told.articles,
            "parameters": register(this),
            "issues": issues(this),
        },
    )
