"""Which judgements are asked for: by a run, by policies in force, and by their day of review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike.customers.models import Customer
from zhike.grading.judgements import Judgement
from zhike.grading.marks import pick
from zhike.grading.models import GradingResult, GradingRun
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


def title_of(name: str, spec: JudgementMetric | None) -> str:
    """What a judgement is called."""
    return pick(spec.title.text) if spec is not None else name.replace("_", " ")


def question_of(spec: JudgementMetric | None) -> str:
    """What the person is asked."""
    return pick(spec.question.text) if spec is not None and spec.question is not None else ""


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


def asked_of_run(run: GradingRun, person: Person) -> int:
    """How many of a run's pending customers wait for a judgement that a person may see."""
    names = judgements_of(run.version)
    if not names or run.state not in ("ready", "submitted"):
        return 0
    return int(waiting(run, names).visible_to(person).count())


def waiting(run: GradingRun, names: Iterable[str]) -> Any:
    """The pending results of a run whose customer lacks a judgement that holds on its day."""
    rows = GradingResult.objects.filter(run=run, state="pending")
    held = Judgement.objects.valid(run.as_of)
    lacking = rows.none()
    for name in names:
        lacking = lacking | rows.exclude(customer__in=held.filter(name=name).values("customer"))
    return lacking


def missing_judgements(run: GradingRun) -> int:
    """How many customers keep the run from closing, because nobody has judged them."""
    names = judgements_of(run.version)
    return int(waiting(run, names).count()) if names else 0


def questions(person: Person, day: date, run: GradingRun | None = None) -> list[Question]:
    """What a person is asked: judgements past their review, and those that a run waits for; the largest customers first."""
    known = specs(day)
    due = Judgement.objects.due(day).visible_to(person).filter(name__in=known).select_related("customer")
    found = {
        (one.customer_id, one.name): _question(one.customer, one.name, known[one.name], one)
        for one in due.order_by("-customer__amount_12m", "pk")[:MOST]
    }
    runs = [run] if run is not None else list(open_runs())
    for each in runs:
        for name, spec in judgements_of(each.version).items():
            rows = (
                waiting(each, [name])
                .visible_to(person)
                .select_related("customer")
                .order_by("-amount", "pk")[:MOST]
            )
            for row in rows:
                found.setdefault((row.customer_id, name), _question(row.customer, name, spec, None))
    return list(found.values())[:MOST]


def open_runs() -> Any:
    """Runs that are ready or before management."""
    return (
        GradingRun.objects.filter(state__in=["ready", "submitted"])
        .select_related("version__policy")
        .defer("board")
    )


def _question(customer: Customer, name: str, spec: JudgementMetric, last: Judgement | None) -> Question:
    return Question(customer, name, title_of(name, spec), question_of(spec), last)
