"""BG/NBD: how often a customer orders, and after which order it stays away.

Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24(2), 2005. While a customer is
active its order days follow a Poisson process of rate L; after every order but the first it leaves with
probability p. Over all customers L ~ Gamma(r, alpha) and p ~ Beta(a, b). Time is in months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when first used: half a second that no other command should pay

from zhike_engine.forecast.history import Booleans, Floats, Integers

FEWEST_REPEATERS = 30
MOST_ROWS = 100_000
_LOWEST, _HIGHEST = -7.0, 9.0
_STARTS = ((0.0, 1.0, 0.0, 1.0), (-1.0, 1.5, -0.3, 0.9))
_NEAR_ONE = 1e-6


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters, rounded to six digits; `settled` is False where one of them ran into its bound."""

    r: float
    alpha: float
    a: float
    b: float
    settled: bool = True

    def p_active(self, x: Floats, recency: Floats, age: Floats) -> Floats:
        """P(not yet left). A customer with x = 0 cannot have left, so this is no measure of churn."""
        gone = self.a / (self.b + np.maximum(x, 1) - 1)
        odds = gone * ((self.alpha + age) / (self.alpha + recency)) ** (self.r + x)
        return np.where(x > 0, 1 / (1 + odds), 1.0)

    def p_no_order(self, x: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
        """P(no order in the next `ahead` months) = 1 - P(active) (1 - ((alpha + T) / (alpha + T + H))^(r + x))."""
        silent = ((self.alpha + age) / (self.alpha + age + ahead)) ** (self.r + x)
        return 1 - self.p_active(x, recency, age) * (1 - silent)

    def expected_orders(self, x: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
        """Order days to expect in the next `ahead` months (equation 10 of the paper, after Euler's transformation).

        The transformed series has a third argument that grows with x, so it stays accurate for frequent customers.
        """
        a = self.a if abs(self.a - 1) > _NEAR_ONE else 1 + _NEAR_ONE
        third = a + self.b + x - 1
        z = ahead / (self.alpha + age + ahead)
        left = (1 - z) ** (a - 1) * scipy.special.hyp2f1(a + self.b - 1 - self.r, a - 1, third, z)
        return np.asarray(third / (a - 1) * (1 - left) * self.p_active(x, recency, age))


def fit(x: Floats, recency: Floats, age: Floats) -> BgNbd | None:
    """The most likely parameters for x repeat order days, months to the last order, and months since the first.

    None with fewer than `FEWEST_REPEATERS` customers that came back. The start points are fixed and equal rows are
    merged, so the result depends on neither chance nor the order of customers; above `MOST_ROWS` customers every
    k-th of the sorted rows is taken.
    """
    if np.count_nonzero(x > 0) < FEWEST_REPEATERS:
        return None
    rows = np.column_stack([x, recency, age])
    rows = rows[np.lexsort(rows.T)]
    step = -(-len(rows) // MOST_ROWS)
    distinct, weight = np.unique(rows[step // 2 :: step], axis=0, return_counts=True)
    surface = _Likelihood.of(distinct, weight)
    bounds = [(_LOWEST, _HIGHEST)] * 4
    runs = [
        scipy.optimize.minimize(surface.cost, start, method="L-BFGS-B", jac=True, bounds=bounds)
        for start in _STARTS
    ]
    best = min(runs, key=lambda run: round(float(run.fun), 9))
    inside = bool(np.all((best.x > _LOWEST + 1e-3) & (best.x < _HIGHEST - 1e-3)))
    r, alpha, a, b = (float(f"{value:.6g}") for value in np.exp(best.x))
    return BgNbd(r, alpha, a, b, settled=inside)


def log_likelihood(model: BgNbd, x: Floats, recency: Floats, age: Floats) -> float:
    """The sum over customers of the logarithm of equation 6 of the paper."""
    surface = _Likelihood.of(np.column_stack([x, recency, age]), np.ones(len(x), dtype=np.int64))
    cost, _ = surface.cost(np.log([model.r, model.alpha, model.a, model.b]))
    return -cost * len(x)


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Minus the mean log-likelihood and its slope; functions of x alone are computed once per distinct x."""

    distinct: Floats
    place: Integers
    x: Floats
    recency: Floats
    age: Floats
    share: Floats
    repeated: Booleans

    @classmethod
    def of(cls, rows: Floats, weight: Integers) -> _Likelihood:
        x, recency, age = (np.ascontiguousarray(column) for column in rows.T)
        distinct, place = np.unique(x, return_inverse=True)
        return cls(distinct, place, x, recency, age, weight / weight.sum(), x > 0)

    def cost(self, logs: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(logs)
        one = np.maximum(self.distinct, 1)
        betaln, gammaln = scipy.special.betaln, scipy.special.gammaln
        common = gammaln(r + self.distinct) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        stays = (common + betaln(a, b + self.distinct))[self.place] - (r + self.x) * np.log(alpha + self.age)
        leaves = (common + betaln(a + 1, b + one - 1))[self.place] - (r + self.x) * np.log(
            alpha + self.recency
        )
        leaves = np.where(self.repeated, leaves, -np.inf)
        total = np.logaddexp(stays, leaves)
        return -self._mean(total), -self._slope(r, alpha, a, b, np.exp(leaves - total)) * np.exp(logs)

    def _slope(self, r: float, alpha: float, a: float, b: float, gone: Floats) -> Floats:
        """The slope of the mean log-likelihood; `gone` is P(left by now | data) of every row."""
        here = 1 - gone
        digamma = scipy.special.digamma
        x, one = self.distinct, np.maximum(self.distinct, 1)
        last, end = np.log(alpha + self.recency), np.log(alpha + self.age)
        by_r = (digamma(r + x) - digamma(r) + np.log(alpha))[self.place] - here * end - gone * last
        per_time = here / (alpha + self.age) + gone / (alpha + self.recency)
        by_alpha = r / alpha - (r + self.x) * per_time
        both = digamma(a + b) - digamma(a + b + x)
        by_a = both[self.place] + gone * (digamma(a + 1) - digamma(a))
        stays, leaves = (
            (digamma(b + x) - digamma(b))[self.place],
            (digamma(b + one - 1) - digamma(b))[self.place],
        )
        by_b = both[self.place] + here * stays + gone * leaves
        return np.array([self._mean(slope) for slope in (by_r, by_alpha, by_a, by_b)])

    def _mean(self, values: Floats) -> float:
        # Not `@`: a dot product of the linear-algebra library depends on its number of threads.
        return float((self.share * values).sum())
