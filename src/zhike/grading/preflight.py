"""What is looked at before a run: faults that keep it from starting, and gaps that it must name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

from zhike.customers.models import Customer
from zhike.facts.models import Order, Rate
from zhike.facts.order_currencies import currencies_until
from zhike.grading.judgements import Judgement
from zhike.grading.marks import lang, pick, problem_words
from zhike.policies import reading
from zhike.policies.checking import checked
from zhike.policies.models import PolicyVersion
from zhike.submissions.months import Month, state_of_months
from zhike_engine.errors import ZhikeError
from zhike_engine.plan.build import build
from zhike_engine.policy.check import inconsistent
from zhike_engine.policy.metrics import Judgement as JudgementMetric

Level = Literal["error", "warning"]
UNSIGNED = {"submitted", "returned"}


@dataclass(frozen=True)
class Finding:
    """One thing: how grave, what, and where to put it right."""

    level: Level
    text: str
    href: str = ""


@dataclass(frozen=True)
class Preflight:
    """Everything that was found."""

    findings: tuple[Finding, ...]
    missing_months: tuple[str, ...] = ()

    @property
    def errors(self) -> list[Finding]:
        """What keeps the run from starting."""
        return [one for one in self.findings if one.level == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """What the run will name."""
        return [one for one in self.findings if one.level == "warning"]


def months_of(version: PolicyVersion, as_of: date) -> list[Month]:
    """The months that the policy's windows read, with the state of their figures."""
    return state_of_months(version, as_of)


def preflight(version: PolicyVersion, as_of: date) -> Preflight:
    """Look at everything a run needs."""
    months = months_of(version, as_of)
    missing = sorted({one.month for one in months if one.state in ("missing", "late")})
    looks: tuple[Callable[[PolicyVersion, date], Iterator[Finding]], ...] = (
        _parameters, _rates, _judgements, _scopes,
    )  # fmt: skip
    findings = [finding for look in looks for finding in look(version, as_of)]
    findings += _months(months, missing)
    return Preflight(tuple(findings), tuple(f"{month:%Y-%m}" for month in missing))


def _parameters(version: PolicyVersion, as_of: date) -> Iterator[Finding]:
    policy = reading.document(version)
    for issue in checked(version.text, {}):
        if issue.level == "error":
            yield Finding("error", pick(issue.message), version.get_absolute_url())
    try:
        plan = build(policy.document, as_of, reading.values(version))
    except ZhikeError as problem:
        yield Finding("error", problem_words(problem, lang()), version.get_absolute_url())
        return
    for issue in inconsistent(policy, plan):
        yield Finding("error", pick(issue.message), version.get_absolute_url())
    unset = [
        pick(one.spec.title.text)
        for one in plan.parameters.values()
        if one.value is None and not one.spec.optional
    ]
    if unset:
        words = {"number": len(unset), "names": _("; ").join(unset[:5]) + ("…" if len(unset) > 5 else "")}
        yield Finding(
            "error", _("%(number)s parameters have no value: %(names)s") % words, version.get_absolute_url()
        )


def spans(months: list[date]) -> str:
    """Months in words, those in a row as one span: `2025-01 – 2025-03; 2025-07`."""
    rows: list[list[date]] = []
    for month in months:
        last = rows[-1][-1] if rows else None
        if last is not None and (month.year - last.year) * 12 + month.month - last.month == 1:
            rows[-1].append(month)
        else:
            rows.append([month])
    return _("; ").join(
        f"{row[0]:%Y-%m}" if len(row) == 1 else f"{row[0]:%Y-%m} – {row[-1]:%Y-%m}" for row in rows
    )


def _months(months: list[Month], missing: list[date]) -> Iterator[Finding]:
    unsigned = sorted({one.month for one in months if one.state in UNSIGNED})
    if unsigned:
        names = spans(unsigned)
        yield Finding(
            "error", _("The figures of %(months)s are not signed off.") % {"months": names}, "/submissions/"
        )
    if missing:
        names = spans(missing)
        yield Finding(
            "warning", _("Data incomplete: %(months)s missing.") % {"months": names}, "/submissions/"
        )


def _rates(version: PolicyVersion, as_of: date) -> Iterator[Finding]:
    currency = reading.document(version).document.currency
    for code in currencies_until(as_of):
        if code == currency:
            continue
        first = (
            Rate.objects.filter(currency=code).order_by("rate_on").values_list("rate_on", flat=True).first()
        )
        if first is None:
            yield Finding("error", _("There is no exchange rate for %(currency)s.") % {"currency": code})
        elif _older(code, first, as_of):
            words = {"currency": code, "day": first.isoformat()}
            yield Finding(
                "error", _("Rates of %(currency)s begin on %(day)s; some orders are older.") % words
            )


def _older(currency: str, first: date, as_of: date) -> bool:
    """Whether an order of a currency that counts is older than its first rate."""
    rows = Order.objects.filter(currency=currency, ordered_on__lt=first, ordered_on__lte=as_of)
    return rows.exclude(status="cancelled").exists()


def _judgements(version: PolicyVersion, as_of: date) -> Iterator[Finding]:
    names = judgements_of(version)
    due = Judgement.objects.due(as_of).filter(name__in=names).count()
    if due:
        yield Finding(
            "warning", _("%(number)s judgements are past their day of review.") % {"number": due},
            "/grading/judgements/?due=1",
        )  # fmt: skip


def judgements_of(version: PolicyVersion) -> dict[str, JudgementMetric]:
    """The judgements that a policy reads, by the name of the judgement."""
    metrics = reading.document(version).document.metrics.values()
    return {spec.judgement: spec for spec in metrics if isinstance(spec, JudgementMetric)}


def _scopes(version: PolicyVersion, as_of: date) -> Iterator[Finding]:
    """Customers that two policies in force would grade."""
    scope = reading.scope_customers
    mine = scope(version)
    for other in (
        PolicyVersion.objects.in_force(as_of).exclude(policy=version.policy).select_related("policy")
    ):
        both = mine.filter(pk__in=scope(other).values("pk"))
        number = both.count()
        if number:
            some: list[Customer] = list(both[:3])
            words = {
                "number": number,
                "policy": other.policy,
                "names": _("; ").join(str(one) for one in some),
            }
            yield Finding(
                "error",
                _("%(number)s customers are in the scope of %(policy)s too: %(names)s") % words,
                other.get_absolute_url(),
            )
