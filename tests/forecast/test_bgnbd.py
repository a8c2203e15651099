"""BG/NBD against the published example, against plain integration, and against customers drawn from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, gamma

from tests.forecast.worlds import drawn_history
from zhike_engine.forecast.bgnbd import BgNbd, fit, log_likelihood
from zhike_engine.forecast.origins import Origin

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
CASES = [(0, 0.0, 30.0), (1, 2.0, 30.0), (2, 30.43, 38.86), (7, 20.0, 39.0), (60, 38.0, 39.0)]


def one(*values: float) -> list[np.ndarray]:
    return [np.array([float(value)]) for value in values]


def integrated(model: BgNbd, x: int, recency: float, age: float, ahead: float) -> tuple[float, float]:
    """Likelihood and P(no order ahead | data), integrated over rate and drop-out without any closed form."""
    rates, leaves = gamma(model.r, scale=1 / model.alpha), beta(model.a, model.b)

    def over_rate(until: float) -> float:
        return quad(lambda v: v**x * np.exp(-v * until) * rates.pdf(v), 0, np.inf, epsabs=0, limit=500)[0]

    stays = quad(lambda p: (1 - p) ** x * leaves.pdf(p), 0, 1, limit=500)[0]
    left = quad(lambda p: p * (1 - p) ** (x - 1) * leaves.pdf(p), 0, 1, limit=500)[0] if x else 0.0
    gone = left * over_rate(recency) if x else 0.0
    whole = stays * over_rate(age) + gone
    return whole, (stays * over_rate(age + ahead) + gone) / whole


def test_the_worked_example_of_the_authors():
    """Fader, Hardie and Lee's worked example: x = 2, last order in week 30.43 of 38.86, 39 weeks ahead: 1.226."""
    assert PUBLISHED.expected_orders(*one(2, 30.43, 38.86), 39.0) == pytest.approx([1.226], abs=5e-4)


@pytest.mark.parametrize(("x", "recency", "age"), CASES)
def test_the_likelihood_is_the_integral(x, recency, age):
    whole, _ = integrated(PUBLISHED, x, recency, age, 1.0)

    assert log_likelihood(PUBLISHED, *one(x, recency, age)) == pytest.approx(np.log(whole), rel=1e-6)


@pytest.mark.parametrize(("x", "recency", "age"), CASES)
@pytest.mark.parametrize("ahead", [1.0, 26.0])
def test_the_risk_is_the_integral(x, recency, age, ahead):
    _, risk = integrated(PUBLISHED, x, recency, age, ahead)

    assert PUBLISHED.p_no_order(*one(x, recency, age), ahead) == pytest.approx([risk], rel=1e-6)


def test_a_one_time_buyer_counts_as_active_but_not_as_safe():
    active = PUBLISHED.p_active(*one(0, 0, 100))
    risk = PUBLISHED.p_no_order(*one(0, 0, 100), 26.0)

    assert active == [1.0]
    assert risk[0] > 0.9


def test_expected_orders_stay_accurate_for_frequent_customers():
    x = np.array([1_000.0, 10_000.0])

    found = PUBLISHED.expected_orders(x, np.full(2, 38.86), np.full(2, 38.86), 39.0)

    assert found[1] / found[0] == pytest.approx(10, rel=0.01)


def test_a_drop_out_parameter_of_one_is_no_hole():
    near = [BgNbd(0.5, 4.0, a, 2.0).expected_orders(*one(3, 20, 30), 10.0)[0] for a in (0.999, 1.0, 1.001)]

    assert near[0] > near[1] > near[2]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-5)


def summaries(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    origin = Origin(drawn_history(20_000, 36, seed=seed, r=0.8, alpha=2.5, a=0.7, b=2.8), 0)
    return (origin.order_days - 1).astype(float), *origin.recency_and_age


def test_the_fit_finds_the_parameters_that_drew_the_customers():
    found = fit(*summaries(seed=11))

    assert found.settled
    assert (found.r, found.alpha) == pytest.approx((0.8, 2.5), rel=0.06)
    assert found.a / (found.a + found.b) == pytest.approx(0.2, rel=0.06)
    assert (found.a, found.b) == pytest.approx((0.7, 2.8), rel=0.15)


def test_the_fit_does_not_depend_on_the_order_of_customers():
    columns = summaries(seed=12)
    mixed = np.random.default_rng(1).permutation(len(columns[0]))

    assert fit(*columns) == fit(*(column[mixed] for column in columns))


def test_too_few_returning_customers_give_no_model():
    x = np.array([1.0] * 29 + [0.0] * 500)

    assert fit(x, x * 2, x + 5) is None
