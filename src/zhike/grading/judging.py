"""Which judgements are asked for: by a run, by policies in force, and by their day of review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike.customers.models import Customer
from zhike.grading.asking import asked_by, unanswered
from zhike.grading.judgements import Judgement
from zhike.grading.marks import pick
from zhike.grading.models import GradingRun
from zhike.grading.preflight import judgements_of
from zhike.people.models import Person
from zhike.policies import reading
from zhike.policies.models import PolicyVersion
from zhike_engine.policy.metrics import Judgement as JudgementMetric

MOST = 200


@dataclass(frozen=True)
class Question:
    """A judgement that somebody is asked for."""

    customer: Customer
    name: str
    title: str
    text: str
    last: Judgement | None
    run: GradingRun | None = None
    who: str = ""


def title_of(name: str, spec: JudgementMetric | None) -> str:
    """What a judgement is called."""
    return pick(spec.title.text) if spec is not None else name.replace("_", " ")


def question_of(spec: JudgementMetric | None) -> str:
    """What the person is asked."""
    return pick(spec.question.text) if spec is not None and spec.question is not None else ""


def who_of(spec: JudgementMetric | None) -> str:
    """Whom the policy names to judge."""
    return pick(spec.who.text) if spec is not None and spec.who is not None else ""


def specs(day: date) -> dict[str, JudgementMetric]:
    """Every judgement that a policy in force reads."""
    found: dict[str, JudgementMetric] = {}
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        found |= judgements_of(version)
    return found


def words_of(day: date) -> dict[str, str]:
    """Codes of answers -> words, of the policies in force."""
    found: dict[str, str] = {}
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        words = reading.document(version).document.words
        found |= {code: pick(text.text) for code, text in words.items()}
    return found


def questions(person: Person, day: date, run: GradingRun | None = None) -> list[Question]:
    """What a person is asked: judgements past their review, and those that a run waits for; the largest customers first."""
    known = specs(day)
    due = Judgement.objects.due(day).visible_to(person).filter(name__in=known).select_related("customer")
    found = {
        (one.customer_id, one.name): _question(one.customer, one.name, known[one.name], one)
        for one in due.order_by("-customer__amount_12m", "pk")[:MOST]
    }
    for each in [run] if run is not None else list(open_runs()):
        for one in {one.name: one for some in asked_by(each.version).values() for one in some}.values():
            rows = (
                unanswered(each, one.name)
                .visible_to(person)
                .select_related("customer")
                .order_by("-amount", "pk")
            )
            for row in rows[:MOST]:
                found.setdefault(
                    (row.customer_id, one.name),
                    Question(
                        row.customer, one.name, one.title, question_of(one.spec), None, each, who_of(one.spec)
                    ),
                )
    return list(found.values())[:MOST]


def open_runs() -> Any:
    """Runs that are ready or before management."""
    return (
        GradingRun.objects.filter(state__in=["ready", "submitted"])
        .select_related("version__policy")
        .defer("board")
    )


def _question(customer: Customer, name: str, spec: JudgementMetric, last: Judgement | None) -> Question:
    return Question(customer, name, title_of(name, spec), question_of(spec), last, None, who_of(spec))
