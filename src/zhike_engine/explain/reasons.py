"""Why a metric of a customer is not computable, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhike_engine.explain import periods
from zhike_engine.explain.asking import Asked
from zhike_engine.explain.model import Judged
from zhike_engine.explain.records import Records
from zhike_engine.facts.tables import TABLES
from zhike_engine.formats import day, number_of
from zhike_engine.language.titles import Titles, inline
from zhike_engine.plan.graph import uses
from zhike_engine.plan.windows import Window, add_months
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Scorecard
from zhike_engine.words import Text


@dataclass(frozen=True)
class Reasons:
    """Finds the reasons for one customer."""

    asked: Asked
    records: Records
    titles: Titles

    def why(self, name: str) -> Text | None:
        """Why a metric or score has no value; None when it has one."""
        values = self.asked.run.compiled.values
        if name not in values or self.asked.metric(name) is not None:
            return None
        document = self.asked.run.plan.document
        spec: Any = document.metrics.get(name) or document.scorecards.get(name)
        if not self.records.has("customers"):
            return Text(
                zh="评级时就无法计算，原因要看当时的事实数据",
                en="not computable in the run; its facts tell why",
            )
        return self.no_event(spec) or _REASONS[type(spec)](self, spec)

    def no_event(self, spec: Any) -> Text | None:
        """The event that the metric's window starts at is not there; None when there is one, or none is needed."""
        anchor = self.window(spec).anchor
        if anchor is None or self.records.event(anchor) is not None:
            return None
        if not anchor.column:
            return Text(zh="还没有订单", en="there is no order yet")
        return Text(zh="没有填写{event}", en="{event} is not stated").format(
            event=periods.event_words(anchor)
        )

    # helpers

    def title(self, name: str) -> Text:
        title = self.titles.named(name).title
        return Text(zh=f"“{title.zh}”", en=f"“{inline(title.en)}”")

    def nested(self, names: Iterable[str]) -> Text | None:
        """The first of the names that has no value, with its own reason."""
        for name in names:
            reason = self.why(name)
            if reason is not None:
                frame = Text(zh="{title}{what}：{reason}", en="{title}, {what}: {reason}")
                what = self.titles.formats.value(None, self.titles.named(name).unit)
                return frame.format(title=self.title(name), what=what, reason=reason)
        return None

    def window(self, spec: Any) -> Window:
        over = getattr(spec, "over", None)
        plan = self.asked.run.plan
        return plan.windows.read(over) if over else Window(None, plan.windows.end)

    def no_rows(self, place: str, spec: Any) -> Text:
        """No table, no rows in the window, or no row with a value."""
        table, _, column = place.partition(".")
        if not self.records.has(table):
            return missing_table(table)
        window, by = self.window(spec), getattr(spec, "by", None)
        what = TABLES[table].title
        if self.records.rows(place, window, spec.where, by) == 0:
            when = periods.during(window)
            return Text(zh="{when} 没有{what}", en="no {what} {when}").format(when=when, what=what)
        return self.no_value(table, column)

    def no_value(self, table: str, column: str) -> Text:
        titled = next((c.title for c in TABLES[table].columns if c.name == column), Text(column, column))
        frame = Text(zh="{what}中没有一行填写“{column}”", en="no row of {what} states “{column}”")
        return frame.format(what=TABLES[table].title, column=titled)

    # kinds

    def of_sum(self, spec: kinds.Sum) -> Text:
        table, _, column = spec.sum.partition(".")
        return self.no_value(table, column)

    def of_average(self, spec: kinds.Average) -> Text:
        rows = self.records.has(spec.average.partition(".")[0]) and self.records.rows(
            spec.average, self.window(spec), spec.where, spec.by
        )
        if spec.trim is None or not rows:
            return self.no_rows(spec.average, spec)
        frame = Text(
            zh="去掉最高和最低各 {n} 个后没有剩余",
            en="nothing is left without the {n} highest and the {n} lowest",
        )
        return frame.format(n=spec.trim)

    def of_median(self, spec: kinds.Median) -> Text:
        return self.no_rows(spec.median, spec)

    def of_minimum(self, spec: kinds.Minimum) -> Text:
        return self.no_rows(spec.minimum, spec)

    def of_maximum(self, spec: kinds.Maximum) -> Text:
        return self.no_rows(spec.maximum, spec)

    def of_growth(self, spec: kinds.Growth) -> Text:
        inner = self.nested((spec.against, spec.growth))
        if inner is not None:
            return inner
        before = self.asked.metric(spec.against)
        assert before is not None
        if number_of(before) > 0:
            return self.too_young(spec)
        if number_of(before) < 0:
            shown = self.titles.formats.value(before, self.titles.named(spec.against).unit)
            frame = Text(
                zh="基期{title}为负（{shown}），没有意义的增长率",
                en="the base, {title}, is negative ({shown})",
            )
            return frame.format(title=self.title(spec.against), shown=shown)
        return self.no_base(spec.against)

    def too_young(self, spec: kinds.Growth) -> Text:
        """The base is there, but the customer is younger than its period."""
        when = periods.words(periods.hull(periods.windows_of(spec.against, self.asked.run.plan)))
        first = self.records.beginning("earlier")
        if first is None:
            return Text(zh="没有合作起始日", en="no day is known on which cooperation began")
        frame = Text(
            zh="合作始于 {first}，基期（{when}）不完整",
            en="cooperation began on {first}, inside the base period ({when})",
        )
        return frame.format(first=day(first), when=when)

    def no_base(self, against: str) -> Text:
        """The base of a growth is zero: too young, no rows, or rows that cancel out."""
        found = periods.windows_of(against, self.asked.run.plan)
        frame = Text(zh="基期{title}为零", en="the base, {title}, is zero")
        if found:
            window = periods.hull(found)
            first = self.records.first_order()
            when = periods.words(window)
            if first is not None and first >= window.end:
                frame = Text(
                    zh="合作时间太短：第一张订单在 {first}，基期（{when}）还没有订单",
                    en="too young: the first order was on {first}, after the base period ({when})",
                )
                return frame.format(first=day(first), when=when)
            place = getattr(self.asked.run.plan.document.metrics[against], "sum", "")
            if place and self.records.rows(place, window) == 0:
                what = TABLES[place.partition(".")[0]].title
                frame = Text(zh="基期（{when}）没有{what}", en="no {what} in the base period ({when})")
                return frame.format(when=when, what=what)
        return frame.format(title=self.title(against))

    def of_share(self, spec: kinds.Share) -> Text:
        inner = self.nested((spec.share,))
        if inner is not None:
            return inner
        title = self.title(spec.share)
        if spec.within is not None:
            same = self.titles.named(spec.within).title
            frame = Text(zh="{same}相同的客户，{title}合计不大于零",
                         en="the total of {title} over customers with the same {same} is not above zero")  # fmt: skip
            return frame.format(same=same, title=title)
        value = self.asked.run.compiled.values[spec.share]
        total = Decimal(self.records.total(value.sql) or 0) / value.denominator
        shown = self.titles.formats.value(total, value.unit)
        frame = Text(zh="全部客户的{title}合计不大于零（{shown}）",
                     en="the total of {title} over all customers is not above zero ({shown})")  # fmt: skip
        return frame.format(title=title, shown=shown)

    def of_relative(self, spec: Any) -> Text:
        alone = Text(zh="没有其他客户可以比较", en="there is no other customer to compare with")
        return self.nested(sorted(uses(spec))) or alone

    def of_tenure(self, spec: kinds.Tenure) -> Text:
        return {
            "since": Text(zh="没有填写合作起始日", en="no day is stated on which cooperation began"),
            "first_order": Text(zh="还没有订单", en="there is no order yet"),
            "earlier": Text(
                zh="没有填写合作起始日，也没有订单", en="no first day is stated, and there is no order"
            ),
        }[spec.starts]

    def of_recency(self, spec: kinds.Recency) -> Text:
        return self.no_rows(spec.recency, spec)

    def of_longest_gap(self, spec: kinds.LongestGap) -> Text:
        table = spec.longest_gap.partition(".")[0]
        if not self.records.has(table):
            return missing_table(table)
        when, what = periods.during(self.window(spec)), TABLES[table].title
        frame = Text(zh="{when} {what}不足两个日期", en="fewer than two days with {what} {when}")
        return frame.format(when=when, what=what)

    def of_volatility(self, spec: kinds.Volatility) -> Text:
        table = spec.volatility.partition(".")[0]
        if not self.records.has(table):
            return missing_table(table)
        frame = Text(zh="最近 {n} 期合计不大于零", en="the total of the last {n} periods is not above zero")
        return frame.format(n=spec.last)

    def of_formula(self, spec: Any) -> Text:
        inner = self.nested(sorted(name for name in uses(spec) if name in self.asked.run.compiled.values))
        return inner or Text(zh="除数为零，或缺少数据", en="a divisor is zero, or data is missing")

    def of_column(self, spec: kinds.Column) -> Text:
        column = spec.column.removeprefix("customers.")
        titled = self.titles.named(f"customers.{column}").title
        if not self.records.has_column("customers", column):
            return Text(zh="客户表没有“{c}”列", en="the customers table has no column “{c}”").format(c=titled)
        return Text(zh="客户表中“{c}”为空", en="“{c}” is empty in the customers table").format(c=titled)

    def of_lookup(self, spec: kinds.Lookup) -> Text:
        table = self.asked.run.plan.document.tables[spec.lookup]
        inner = self.nested(name for name in table.by if name in self.asked.run.compiled.values)
        return inner or Text(zh="对照表中没有相符的一行", en="no row of the table fits the customer")

    def of_target(self, spec: kinds.Target) -> Text:
        if not self.records.has("targets"):
            return missing_table("targets")
        when = periods.during(self.window(spec))
        return Text(zh="{when} 没有目标", en="no target {when}").format(when=when)

    def of_judgement(self, spec: kinds.Judgement) -> Text:
        if not self.records.has("judgements"):
            return missing_table("judgements")
        last = self.records.judgement(spec.judgement)
        if last is None:
            return Text(zh="还没有人作出判断", en="nobody has judged it yet")
        return self.outdated(spec, last)

    def outdated(self, spec: kinds.Judgement, last: Judged) -> Text:
        if last.until is not None and last.until < self.asked.run.plan.as_of:
            frame = Text(
                zh="{by} 于 {on} 的判断已于 {until} 到期",
                en="the judgement of {on} by {by} ran out on {until}",
            )
            return frame.format(by=last.by, on=day(last.on), until=day(last.until))
        as_of = self.asked.run.plan.as_of
        if spec.valid_months is not None and last.on <= add_months(as_of, -spec.valid_months):
            frame = Text(
                zh="{by} 于 {on} 的判断已超过 {n} 个月的有效期",
                en="the judgement of {on} by {by} is older than {n} months",
            )
            return frame.format(by=last.by, on=day(last.on), n=spec.valid_months)
        if spec.reviewer == "required" and last.reviewer in ("", last.by):
            frame = Text(
                zh="{by} 于 {on} 的判断没有他人复核，复核后才算数",
                en="nobody else has reviewed the judgement of {on} by {by}; it counts once somebody has",
            )
            return frame.format(by=last.by, on=day(last.on))
        return Text(zh="判断的结论不是制度允许的", en="the answer is none that the policy allows")

    def of_forecast(self, spec: kinds.Forecast) -> Text:
        if not self.records.has("forecasts"):
            return missing_table("forecasts")
        return Text(zh="没有该客户的预测", en="there is no forecast of the customer")

    def of_scorecard(self, card: Scorecard) -> Text:
        asked = [item.of for item in card.items.values() if item.of and item.unknown == "pending"]
        inner = self.nested(asked)
        return inner or Text(zh="有评分项缺少数据", en="data of an item is missing")


def missing_table(table: str) -> Text:
    """The facts do not have a table."""
    title = TABLES[table].title
    return Text(zh=f"事实数据中没有“{title.zh}”表", en=f"the facts have no table “{title.en}”")


_REASONS: dict[type, Callable[[Reasons, Any], Text]] = {
    kinds.Sum: Reasons.of_sum,
    kinds.Average: Reasons.of_average,
    kinds.Median: Reasons.of_median,
    kinds.Minimum: Reasons.of_minimum,
    kinds.Maximum: Reasons.of_maximum,
    kinds.Count: Reasons.of_formula,
    kinds.Distinct: Reasons.of_formula,
    kinds.Active: Reasons.of_formula,
    kinds.Growth: Reasons.of_growth,
    kinds.Share: Reasons.of_share,
    kinds.Rank: Reasons.of_relative,
    kinds.Percentile: Reasons.of_relative,
    kinds.Quantile: Reasons.of_relative,
    kinds.CumulativeShare: Reasons.of_relative,
    kinds.Tenure: Reasons.of_tenure,
    kinds.Recency: Reasons.of_recency,
    kinds.LongestGap: Reasons.of_longest_gap,
    kinds.Streak: Reasons.of_formula,
    kinds.Held: Reasons.of_formula,
    kinds.Volatility: Reasons.of_volatility,
    kinds.Deviation: Reasons.of_formula,
    kinds.Column: Reasons.of_column,
    kinds.Lookup: Reasons.of_lookup,
    kinds.Target: Reasons.of_target,
    kinds.Judgement: Reasons.of_judgement,
    kinds.Group: Reasons.of_relative,
    kinds.Forecast: Reasons.of_forecast,
    kinds.Formula: Reasons.of_formula,
    Scorecard: Reasons.of_scorecard,
}
