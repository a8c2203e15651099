"""The customers one by one, as data for the page's script: short, with every text kept once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from zhike.report.figures import Figures
from zhike_engine.explain import Checked, Explanation, Gap, Group, Metric, Miss, Score, explain_many
from zhike_engine.formats import grouped
from zhike_engine.population_results import Population
from zhike_engine.run import Run
from zhike_engine.words import Text

LEAST, MOST = 600, 1000
"""So many customers are listed by amount, fewer where there are several ratings; those on a list of the report come on
top of them."""
NAME = "{n}"
"""Stands for the customer's name in its headline, so that equal headlines are kept once."""
OUTCOMES = {"held": 1, "failed": 0, "unknown": 2, "not_applicable": 3}


@dataclass
class Texts:
    """Texts by number. One that reads the same in both languages is kept as a plain string."""

    kept: list[str | tuple[str, str]] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, text: Text | str | None) -> int | None:
        """The number of a text; None for no text."""
        if text is None:
            return None
        pair = (text, text) if isinstance(text, str) else (text.zh, text.en)
        if pair not in self.numbers:
            self.numbers[pair] = len(self.kept)
            self.kept.append(pair[0] if pair[0] == pair[1] else pair)
        return self.numbers[pair]


def chosen(run: Run, population: Population) -> list[str]:
    """Ids of the customers to list: the largest by amount, and those on a list of the report; largest first."""
    d = run.backend.dialect
    table = f"standing_{run.plan.ratings[0].prefix}"
    order = f"order by coalesce(s.amount, 0) desc, {d.ordered_text(d.as_text('s.customer'))}"
    listed = max(LEAST, MOST // len(run.plan.ratings))
    rows = run.backend.rows(f"select {d.as_text('s.customer')} from {table} s {order} limit {listed}")
    found = dict.fromkeys(str(row[0]) for row in rows)
    if population.customers > listed:
        found.update(dict.fromkeys(_on_lists(population)))
    return list(found)


def _on_lists(population: Population) -> Iterator[str]:
    for rating in population.ratings:
        yield from (one.line.customer for one in rating.near.items)
        yield from (one.line.customer for one in rating.review.items)
        yield from (one.line.customer for one in (*rating.upgrades.items, *rating.downgrades.items))
        for listed in rating.mismatches.values():
            yield from (one.line.customer for one in listed.items)


@dataclass(frozen=True)
class Payload:
    """Builds the data of all listed customers."""

    run: Run
    population: Population
    figures: Figures
    texts: Texts
    shapes: dict[str, list[Any]] = field(default_factory=dict)
    """Rating -> its grades with the words of their conditions, as the first customer has them."""
    scores: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """Title of a rating's score, with title and weight of its parts."""
    heads: list[list[int | None]] = field(default_factory=list)
    """Title and period of every metric, as the first customer has them."""

    def build(self, ids: Sequence[str]) -> dict[str, Any]:
        """The data of the page's script."""
        lines = self._lines(ids)
        customers = [self.customer(told, lines[told[0].customer]) for told in explain_many(self.run, ids)]
        return {
            "customers": customers,
            "ratings": [self.rating(name) for name in self.run.plan.document.ratings],
            "metrics": self.heads,
            "order": [int(self.run.plan.rating(name).prefix[1:]) for name in self.run.plan.document.ratings],
            "texts": self.texts.kept,
        }

    def _lines(self, ids: Sequence[str]) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        """Amount and profit of the year."""
        if not ids:
            return {}
        d, table = self.run.backend.dialect, f"standing_{self.run.plan.ratings[0].prefix}"
        id_, listed = d.as_text("s.customer"), ", ".join(d.text(one) for one in ids)
        rows = self.run.backend.rows(
            f"select {id_}, s.amount, s.profit from {table} s where {id_} in ({listed})"
        )
        return {str(row[0]): (_money(row[1]), _money(row[2])) for row in rows}

    def rating(self, name: str) -> dict[str, Any]:
        """What all customers share in a rating."""
        rating = self.run.plan.rating(name)
        return {
            "title": self.texts.of(rating.spec.title.text),
            "grades": [[grade.code, self.texts.of(grade.spec.title.text)] for grade in rating.grades],
            "shape": self.shapes.get(name, []),
            "scores": [shared for (rating_name, _), shared in self.scores.items() if rating_name == name],
        }

    def customer(
        self, told: Sequence[Explanation], line: tuple[Decimal | None, Decimal | None]
    ) -> dict[str, Any]:
        """One customer; metrics stand once, results by rating."""
        amount, profit = line
        return {
            "i": told[0].customer,
            "n": told[0].name,
            "a": [_plain(amount), self.texts.of(self.figures.money(amount))],
            "p": [_plain(profit), self.texts.of(self.figures.money(profit))],
            "m": self.metrics(told[0].metrics),
            "r": [self.result(one) for one in told],
        }

    def metrics(self, metrics: Sequence[Metric]) -> list[Any]:
        """Per metric what is shown, or a list with why it is not computable and a period of its own."""
        of = self.texts.of
        if not self.heads:
            self.heads.extend([of(metric.title), of(metric.period)] for metric in metrics)
        found: list[Any] = []
        for metric, (_, period) in zip(metrics, self.heads, strict=True):
            own = None if of(metric.period) == period else of(metric.period)
            plain = metric.why is None and own is None
            found.append(of(metric.shown) if plain else [of(metric.shown), of(metric.why), own])
        return found

    def result(self, told: Explanation) -> dict[str, Any]:
        """The result in one rating with its reasons."""
        of = self.texts.of
        return {
            "g": told.grade,
            "b": told.previous,
            "s": told.state,
            "v": told.movement,
            "h": of(_nameless(told.headline, told.name)),
            "k": [[of(mark.text), of(mark.because)] for mark in told.marks],
            "w": [[of(step.title), of(step.text), step.grade] for step in told.path],
            "c": self.conditions(told),
            "x": [self.miss(miss) for miss in told.misses],
            "z": [self.score(told.rating, score) for score in told.scores],
        }

    def conditions(self, told: Explanation) -> list[Any]:
        """What became of every grade, group and condition, in reading order: the shape tells which is which."""
        if told.rating not in self.shapes:
            self.shapes[told.rating] = [
                [grade.code, self.shape(grade.conditions) if grade.conditions else None]
                for grade in told.grades
            ]
        found: list[Any] = []
        for grade, (_, shape) in zip(told.grades, self.shapes[told.rating], strict=True):
            found.append(OUTCOMES[grade.outcome])
            if grade.conditions:
                self.outcomes(grade.conditions, shape, found)
        return found

    def shape(self, one: Group | Checked) -> Any:
        """Words and items of a group; the sentence of a condition."""
        if isinstance(one, Group):
            return [self.texts.of(one.words), [self.shape(item) for item in one.items]]
        return self.texts.of(one.sentence)

    def outcomes(self, one: Group | Checked, shape: Any, found: list[Any]) -> None:
        """Add a condition or a whole group: its outcome alone, or with value, why, and a sentence of its own."""
        of = self.texts.of
        if isinstance(one, Group):
            found.append(OUTCOMES[one.outcome])
            for item, inner in zip(one.items, shape[1], strict=True):
                self.outcomes(item, inner, found)
            return
        own = None if of(one.sentence) == shape else of(one.sentence)
        parts = [OUTCOMES[one.outcome], of(one.value or _seen(one)), of(one.why), own]
        while parts[-1] is None:
            parts.pop()
        found.append(parts if len(parts) > 1 else parts[0])

    def miss(self, miss: Miss) -> list[Any]:
        """Grade, by what way, summary, gaps, what holds back."""
        of = self.texts.of
        gaps = [self.gap(gap) for gap in miss.gaps]
        return [miss.grade, of(miss.way), of(miss.summary), gaps, [of(step.text) for step in miss.held_back]]

    def gap(self, gap: Gap) -> list[Any]:
        """Sentence, what the customer has, what is missing, hint, rigidity, where it comes from."""
        of = self.texts.of
        return [of(gap.sentence), of(gap.has), of(gap.missing), of(gap.hint), gap.rigidity, of(gap.source)]

    def score(self, rating: str, score: Score) -> list[Any]:
        """Value, then what is shown and the points of every part; titles and weights are shared."""
        of, key = self.texts.of, (rating, score.name)
        if key not in self.scores:
            parts = [[of(part.title), _percent(part.weight)] for part in score.parts]
            self.scores[key] = [of(score.title), parts]
        return [_points(score.value), [[of(part.shown), _points(part.points)] for part in score.parts]]


def _nameless(headline: Text, name: str) -> Text:
    return Text(zh=headline.zh.replace(name, NAME), en=headline.en.replace(name, NAME))


def _seen(one: Checked) -> Text | None:
    """What a condition without a single value looked at."""
    if not one.seen:
        return None
    return Text(
        zh="；".join(f"{s.title.zh} {s.shown.zh}" for s in one.seen),
        en="; ".join(f"{s.title.en} {s.shown.en}" for s in one.seen),
    )


def _money(raw: Any) -> Decimal | None:
    return None if raw is None else Decimal(int(raw)) / 10_000


def _plain(amount: Decimal | None) -> float | None:
    """For sorting only; what is shown is text."""
    return None if amount is None else float(amount)


def _points(points: Decimal | None) -> str | None:
    return None if points is None else grouped(points, 2, strip=True)


def _percent(weight: Decimal | None) -> str | None:
    return None if weight is None else f"{(weight * 100).normalize():f} %"
