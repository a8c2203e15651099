"""An explanation for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Rich

from zhike.explain_page import colour, ink, shown_number, shown_parts, tag
from zhike.explain_words import (
    MARKS,
    OUTCOMES,
    RIGIDITIES,
    WORDS,
    gap_notes,
    judged_words,
    limit_words,
    looked_words,
    opened,
    rows,
    value_words,
)  # fmt: skip
from zhike_engine.explain import Checked, Explanation, GradeChecked, Miss, Score
from zhike_engine.explain.model import Outcome
from zhike_engine.words import Lang, Text

_STYLES: dict[Outcome, str] = {
    "held": "green",
    "failed": "red",
    "unknown": "yellow",
    "not_applicable": "dim",
}


def show(
    explanations: Sequence[Explanation], lang: Lang, console: Console, *, everything: bool = False
) -> None:
    """Print explanations; `everything` also prints the conditions of far grades."""
    for number, explanation in enumerate(explanations):
        if number:
            console.rule(style="dim")
        _Printer(explanation, lang, console, everything).result()
    _Printer(explanations[0], lang, console, everything).behind()


class _Printer:
    def __init__(self, explanation: Explanation, lang: Lang, console: Console, everything: bool) -> None:
        self.e = explanation
        self.lang: Lang = lang
        self.console = console
        self.everything = everything

    def say(self, text: Text | str) -> str:
        return (WORDS[text] if isinstance(text, str) else text).pick(self.lang)

    def line(self, *parts: str | Rich, indent: int = 0) -> None:
        self.console.print(Padding(Rich.assemble(*parts), (0, 0, 0, indent), expand=False))

    def head(self, text: str) -> None:
        self.console.print()
        self.line(Rich(text, style="bold"))

    def result(self) -> None:
        """What was decided, why, and what is missing."""
        e = self.e
        own = colour(e, e.grade)
        badge = Rich(f" {self.say(tag(e, e.grade))} ", style=f"bold {ink(own)} on {own}")
        self.line(badge, " ", Rich(e.name, style="bold"), Rich(f"  {e.customer}", style="dim"))
        notes = [self.say(e.rating_title)]
        if e.state != "graded":
            notes.append(self.say(e.state_text))
        notes.append(self.say(e.movement_text))
        notes += [self.say(step.title) for step in e.path if step.kind == "manual"]
        notes += [f"{self.say('review')} {self.say(mark.text)}" for mark in e.marks]
        self.line(Rich(" · ".join(notes), style="dim"))
        self.line(self.say(e.headline))
        self.misses()
        self.path()
        self.conditions()
        for score in e.scores:
            self.score(score)

    def behind(self) -> None:
        """The data and the provenance, which all ratings of a customer share."""
        self.metrics()
        self.provenance()

    def misses(self) -> None:
        for number, miss in enumerate(self.e.misses):
            if number == 0:
                self.head(WORDS["missing"].format(g=miss.title).pick(self.lang))
                self.line(self.say(miss.summary), Rich(f" · {self.say(miss.way)}", style="dim"))
            else:
                self.line(
                    self.say("way"), self.say(miss.way), Rich(f" · {self.say(miss.summary)}", style="dim")
                )
            self.gaps(miss)

    def gaps(self, miss: Miss) -> None:
        for gap in miss.gaps:
            kind = self.say(RIGIDITIES[gap.rigidity])
            self.line(f"• {self.say(gap.sentence)}", Rich(f"  [{kind}]", style="cyan"), indent=2)
            now = f"{self.say('now')} {self.say(gap.has)} → {self.say(gap.missing)}"
            notes = "".join(f" · {self.say(note)}" for note in gap_notes(gap))
            self.line(now, Rich(notes, style="dim"), indent=4)
        for step in miss.held_back:
            self.line(f"• {self.say(step.title)}", Rich(f" · {self.say(step.text)}", style="dim"), indent=2)

    def path(self) -> None:
        self.head(self.say("decided"))
        colon = "：" if self.lang == "zh" else ": "
        for number, step in enumerate(self.e.path, start=1):
            after = f" → {self.say(tag(self.e, step.grade))}" if step.grade else ""
            article = f"  ({step.article})" if step.article else ""
            self.line(
                f"{number}. {self.say(step.title)}{colon}{self.say(step.text)}{after}",
                Rich(article, style="dim"),
                indent=2,
            )
            for looked in step.looked:
                self.line(Rich(self.say(looked_words(looked)), style="dim"), indent=5)

    def conditions(self) -> None:
        self.head(self.say("conditions"))
        shown = opened(self.e)
        for grade in self.e.grades:
            mark = self.say(OUTCOMES[grade.outcome]) if grade.conditions else self.say("steps_only")
            style = _STYLES[grade.outcome]
            code = self.say(tag(self.e, grade.code))
            title = self.say(grade.title)
            self.line(
                Rich(code, style="bold"),
                "" if code == title else f"  {title}",
                Rich(f"  {mark}", style=style),
                indent=2,
            )
            if grade.conditions and (self.everything or grade.code in shown):
                self.console.print(Padding(self.table(grade), (0, 0, 0, 4)))

    def table(self, grade: GradeChecked) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        table.add_column("", no_wrap=True)
        table.add_column(self.say("condition"), overflow="fold", min_width=30)
        table.add_column(self.say("value"), justify="right", overflow="fold")
        table.add_column(self.say("limit"), justify="right", overflow="fold")
        table.add_column(self.say("article"), style="dim", overflow="fold")
        assert grade.conditions is not None
        for depth, item in rows(grade.conditions):
            mark = Rich(MARKS[item.outcome], style=_STYLES[item.outcome])
            if isinstance(item, Checked):
                said = Rich("  " * depth + self.say(item.title or item.sentence))
                if item.why is not None:
                    said.append(f"\n{'  ' * depth}{self.say(item.why)}", style="dim")
                table.add_row(
                    mark, said, self.say(value_words(item)), self.say(limit_words(item)), item.article
                )
            else:
                table.add_row(mark, "  " * depth + self.say(item.title or item.words), "", "", item.article)
        return table

    def score(self, score: Score) -> None:
        self.head(f"{self.say(score.title)}  {shown_number(score.value)}")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        table.add_column(self.say("item"), overflow="fold")
        for name in ("value", "points", "weight", "contribution"):
            table.add_column(self.say(name), justify="right")
        for part, adds in zip(score.parts, shown_parts(score), strict=True):
            weight = "—" if part.weight is None else f"{shown_number(part.weight, 100)} %"
            said = self.say(part.title) + (f"\n{self.say(part.note)}" if part.note else "")
            table.add_row(said, self.say(part.shown), shown_number(part.points), weight, adds)
        self.console.print(Padding(table, (0, 0, 0, 2)))

    def metrics(self) -> None:
        self.head(self.say("data"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        table.add_column(self.say("metric"), overflow="fold", ratio=1)
        table.add_column(self.say("value"), justify="right", no_wrap=True)
        table.add_column(self.say("period"), style="dim", overflow="fold")
        for metric in self.e.metrics:
            said = Rich(self.say(metric.title))
            for note in (metric.why, judged_words(metric.judged) if metric.judged else None):
                if note is not None:
                    said.append(f"\n{self.say(note)}", style="dim")
            table.add_row(said, self.say(metric.shown), self.say(metric.period) if metric.period else "")
        self.console.print(Padding(table, (0, 0, 0, 2)))

    def provenance(self) -> None:
        made = self.e.provenance
        self.head(self.say("provenance"))
        policy = f"{self.say(made.title)} ({made.policy}) · {self.say('version')} {made.version}"
        self.line(Rich(f"{policy} · {self.say('as_of')} {made.as_of}", style="dim"), indent=2)
        hashes = (("hash", made.policy_hash), ("values", made.values_hash), ("facts", made.facts_fingerprint))
        said = [*(f"{self.say(name)} {value[:16]}" for name, value in hashes), made.engine]
        self.line(Rich(" · ".join(said), style="dim"), indent=2)
