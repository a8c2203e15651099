"""One explanation per rating, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhike_engine.errors import NotFound
from zhike_engine.explain.asking import Asked, ask
from zhike_engine.explain.conditions import Conditions
from zhike_engine.explain.metrics import metrics_of, scores_of
from zhike_engine.explain.misses import Misses
from zhike_engine.explain.model import Explanation, Mark, Movement, Provenance, State, Step
from zhike_engine.explain.reasons import Reasons
from zhike_engine.explain.records import Records, Shared
from zhike_engine.explain.steps import Path
from zhike_engine.issues import did_you_mean
from zhike_engine.language.nodes import Name, names_in
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import Titles, to_text
from zhike_engine.language.titles import set_off
from zhike_engine.messages import say
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.run import Run
from zhike_engine.words import Text

STATES: Mapping[State, Text] = {
    "graded": Text(zh="已定级", en="graded"),
    "provisional": Text(zh="暂定", en="provisional"),
    "pending": Text(zh="待定", en="pending"),
    "not_rated": Text(zh="不评级", en="not rated"),
}
"""State code -> word."""


def explain(run: Run, customer: str, rating: str | None = None) -> list[Explanation]:
    """Explain a customer's result, in every rating of the policy or in one.

    Raises NotFound for a customer that is not in scope and for an unknown rating.
    """
    return next(explain_many(run, [customer], rating))


AT_ONCE = 500
"""So many customers are asked about in one question."""


def explain_many(
    run: Run, customers: Sequence[str], rating: str | None = None
) -> Iterator[list[Explanation]]:
    """Explain many customers, in the order given: as `explain`, with few questions to the engine for all of them."""
    names = list(run.plan.document.ratings)
    if rating is not None and rating not in names:
        raise NotFound(
            say("policy `{policy}` has no rating `{rating}`", policy=run.policy.name, rating=rating),
            hint=did_you_mean(rating, names),
        )
    wanted = [run.plan.rating(name) for name in ([rating] if rating else names)]
    titles = Titles(run.plan, run.compiled.values)
    for start in range(0, len(customers), AT_ONCE):
        some = customers[start : start + AT_ONCE]
        found = ask(run, some, wanted)
        shared = Shared(run, tuple(asked.row["customer"] for asked in found.values()))
        for customer in some:
            if customer not in found:
                raise _nobody(run, customer)
            asked = found[customer]
            records = Records(run, asked.row["customer"], shared)
            yield [_explained(asked, customer, one, records, titles) for one in wanted]


def _nobody(run: Run, customer: str) -> NotFound:
    """Whether the customer is unknown, or known and out of scope."""
    d = run.backend.dialect
    known = run.backend.rows(
        f"select count(*) from f_customers c where {d.as_text('c.customer')} = {d.text(customer)}"
    )
    if known[0][0]:
        scope = run.plan.document.scope.customers or ""
        return NotFound(say("customer `{customer}` is not in the scope of policy `{policy}`", customer=customer, policy=run.policy.name),
                        hint=say("the policy grades customers for whom `{scope}` holds", scope=scope))  # fmt: skip
    ids = run.backend.arrow(
        f"select {d.as_text('r.customer')} as customer, r.name as name from result r order by r.customer"
    )
    by_name = {str(row["name"]): str(row["customer"]) for row in ids.to_pylist() if row["name"] is not None}
    if customer in by_name:
        return NotFound(
            say("there is no customer `{customer}`", customer=customer),
            hint=say("that is the name of `{customer}`", customer=by_name[customer]),
        )
    hint = did_you_mean(customer, ids["customer"].to_pylist())
    return NotFound(
        say("there is no customer `{customer}`", customer=customer),
        hint=hint or say("no customer is in the policy's scope"),
    )


@dataclass(frozen=True)
class _Movement:
    """How a grade moved against the one before."""

    kind: Movement
    text: Text


def _explained(
    asked: Asked, customer: str, rating: PlannedRating, records: Records, titles: Titles
) -> Explanation:
    run = asked.run
    if local := _local(asked, rating):
        titles = Titles(run.plan, run.compiled.values, here=local)
    reasons = Reasons(asked, records, titles)
    conditions = Conditions(asked, rating, titles, reasons)
    grades = conditions.grades()
    steps = Path(asked, rating, records, conditions, grades).steps()
    grade, state = asked.step(rating, "grade"), asked.step(rating, "state")
    spec, previous = rating.spec, asked.step(rating, "prev")
    name = str(asked.row["name"] or customer)
    title = rating.grade(grade).spec.title.text if grade else None
    moved = _moved(asked, rating, grade, previous)
    misses = () if state == "not_rated" else Misses(conditions, records).misses(grade, steps)
    return Explanation(
        customer=customer,
        name=name,
        rating=rating.name,
        rating_title=spec.title.text,
        grade=grade,
        grade_title=title,
        colour=rating.grade(grade).spec.colour if grade else "",
        state=state,
        state_text=STATES[state],
        previous=previous,
        previous_title=_title_of(rating, previous),
        movement=moved.kind,
        movement_text=moved.text,
        headline=_headline(name, spec.title.text, title, state, steps),
        path=steps,
        grades=grades,
        scores=scores_of(asked, titles, _score_names(rating, run)),
        metrics=metrics_of(asked, records, titles, reasons),
        marks=_marks(asked, rating, titles, steps, state),
        misses=misses,
        provenance=_provenance(run),
    )


def _local(asked: Asked, rating: PlannedRating) -> dict[str, Decimal]:
    """Parameters with local values as they are for this customer."""
    found = {}
    for name, parameter in asked.run.plan.parameters.items():
        if parameter.local and isinstance(parameter.value, Decimal):
            value = asked.value(rating, Name(name))
            if isinstance(value, Decimal):
                found[name] = value
    return found


def _title_of(rating: PlannedRating, code: str | None) -> Text | None:
    if code is None:
        return None
    titles = {grade.code: grade.spec.title.text for grade in rating.grades}
    return set_off(titles.get(code, Text(zh=code, en=code)))


def _moved(asked: Asked, rating: PlannedRating, grade: str | None, previous: str | None) -> _Movement:
    before = asked.step(rating, "prev_rank")
    if previous is None:
        return _Movement("first", Text(zh="没有上期等级", en="no earlier grade"))
    if grade is None or before is None:
        return _Movement("none", Text(zh="上期为 {p}", en="{p} before").format(p=_title_of(rating, previous)))
    steps = int(before) - rating.grade(grade).rank
    if steps == 0:
        return _Movement("same", Text(zh="与上期相同", en="as before"))
    kind: Movement = "up" if steps > 0 else "down"
    word = Text(zh="升", en="up") if steps > 0 else Text(zh="降", en="down")
    many = abs(steps)
    frame = Text(zh="比上期（{p}）{w} {n} 级", en="{w} {n} grade{s} from {p}")
    text = frame.format(p=_title_of(rating, previous), w=word, n=many, s="s" if many > 1 else "")
    return _Movement(kind, text)


def _headline(name: str, rating: Text, grade: Text | None, state: State, steps: Sequence[Step]) -> Text:
    because = steps[-1].text if steps else Text(zh="没有结果", en="there is no result")
    if state == "not_rated":
        frame = Text(zh="客户 {n} 不参加“{r}”评定：{b}", en="{n} is not rated in “{r}”: {b}")
        return frame.format(n=name, r=rating, b=because)
    if grade is None:
        return Text(zh="客户 {n} 的{r}：{b}", en="{n}, {r}: {b}").format(n=name, r=rating, b=because)
    provisional = state == "provisional"
    frame = Text(zh="客户 {n} {p}为{g}，因为{b}", en="{n} is {p}{g}: {b}")
    word = Text(zh="暂定" if provisional else "", en="provisionally " if provisional else "")
    return frame.format(n=name, p=word, g=set_off(grade), b=because)


def _score_names(rating: PlannedRating, run: Run) -> list[str]:
    """The scorecards behind a rating: its score, its measure, and those its conditions read."""
    used = {name for node in rating.expressions() for name in names_in(node)}
    used |= {name for name in (rating.spec.score, rating.spec.of) if name}
    return [name for name in run.plan.document.scorecards if name in used]


def _marks(
    asked: Asked, rating: PlannedRating, titles: Titles, steps: Sequence[Step], state: State
) -> tuple[Mark, ...]:
    spec, found = rating.spec, []
    fell_back = any(step.kind == "fallback" for step in steps)
    if spec.fallback and fell_back and state in ("graded", "provisional"):
        because = Text(zh="没有一个等级的条件全部成立", en="no grade's conditions hold")
        found.append(Mark(spec.fallback.mark.text, spec.fallback.article, because))
    for i, review in enumerate(spec.review):
        if asked.flag(rating, f"v{i}"):
            found.append(Mark(review.mark.text, review.article, to_text(parse(review.when), titles)))
    if state == "pending":
        found.append(Mark(STATES["pending"], spec.article, steps[-1].text))
    return tuple(found)


def _provenance(run: Run) -> Provenance:
    made = run.manifest
    return Provenance(
        policy=run.policy.name,
        title=run.plan.document.title.text,
        version=run.plan.document.version,
        policy_hash=made["policy_hash"],
        values_hash=made["values_hash"],
        as_of=run.plan.as_of,
        currency=run.plan.document.currency,
        facts_fingerprint=run.facts.fingerprint,
        engine=f"{made['engine']} {made['engine_version']}",
    )
