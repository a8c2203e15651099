"""The headline of a rating: its key numbers, and the sentences that say what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from zhike.report.figures import Amount, Figures, joined, part, people
from zhike.report.words import say
from zhike_engine.population_results import Concentration, Development, RatingResults, Year
from zhike_engine.words import Text


@dataclass(frozen=True)
class Overview:
    """Key numbers of one rating."""

    results: RatingResults
    development: Development | None
    figures: Figures

    @property
    def main(self) -> Concentration | None:
        """The concentration that the headline speaks of: profit, or the amount where profit says nothing."""
        spread = self.results.concentration
        found = [
            spread[name] for name in ("profit", "amount") if name in spread and spread[name].least is not None
        ]
        return found[0] if found else None

    @property
    def amount(self) -> Amount | None:
        """The amount of the year, of all rated customers."""
        spread = self.results.concentration.get("amount")
        return self.figures.short(spread.total) if spread else None

    @property
    def years(self) -> tuple[Year, ...]:
        """Everybody together, by span."""
        return self.development.total(self.results.rating) if self.development else ()

    @property
    def change(self) -> float | None:
        """Growth of the amount on the year before."""
        if self.development is None or len(self.years) < 2 or not self.development.spans[-2].complete:
            return None
        return self.years[-1].growth(self.years[-2])

    @property
    def monthly(self) -> list[Decimal]:
        """Amounts of the last two years, month by month."""
        if self.development is None:
            return []
        rows = self.development.months[self.results.rating].values()
        return [sum(row.values(), Decimal(0)) for row in rows][-24:]

    @property
    def to_review(self) -> int:
        """How many customers a person has to look at."""
        return self.results.review.total

    def sentences(self) -> list[Text]:
        """What the numbers say, in words."""
        found = self.results.distribution
        if not found.customers:
            return [say("sentence_empty")]
        others = self._states("pending", "not_rated")
        if not any(grade.customers for grade in found.grades):
            return [say("sentence_nothing_graded", states=joined(others))]
        grades = [
            Text(zh=f"{g.title.zh} {g.customers:,} 家", en=f"{g.title.en} {g.customers:,}")
            for g in found.grades
        ]
        told = [say("sentence_grades", who=people(found.customers), grades=joined(grades))]
        if found.provisional:
            told.append(say("sentence_states", states=joined(self._states("provisional"))))
        if others:
            told.append(say("sentence_others", states=joined(others)))
        return [*told, *self._moves(), *self._top()]

    def _states(self, *states: str) -> list[Text]:
        found = self.results.distribution
        counts = {"provisional": found.provisional, "pending": found.pending, "not_rated": found.not_rated}
        return [
            Text(zh=f"{say(state).zh} {counts[state]:,} 家", en=f"{counts[state]:,} {say(state).en}")
            for state in states
            if counts[state]
        ]

    def _moves(self) -> list[Text]:
        moves = self.results.transitions
        if not moves.compared:
            return []
        return [say("sentence_moves", up=moves.upgrades, down=moves.downgrades, same=moves.unchanged)]

    def _top(self) -> list[Text]:
        main = self.main
        if main is None or main.least is None:
            return []
        top = main.top(20)
        head = say(
            "sentence_top", measure=say(main.measure), who=people(top.customers), share=part(top.share)
        )
        tail = (
            say("sentence_stop")
            if top.hours_share is None
            else say("sentence_hours", share=part(top.hours_share))
        )
        whole = Text(zh=head.zh + tail.zh, en=head.en + tail.en)
        least = say(
            "sentence_least",
            who=people(main.least),
            part=part(main.least / main.customers),
            measure=say(main.measure),
        )
        return [whole, least]
