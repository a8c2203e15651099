"""The API answers as its description says, whatever it is asked: schemathesis makes up the questions.

ZHIKE_TEST_API_CASES=5000 python -m pytest tests/product/api/test_described.py
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core import signals
from django.db import close_old_connections, connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import absent
from tests.product.cast import Cast
from zhike.api.actions import make_token
from zhike.api.shapes import Strict
from zhike.config.wsgi import application
from zhike.customers.models import Customer
from zhike.people.models import Person

if TYPE_CHECKING:
    from schemathesis import Case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CASES = int(os.environ.get("ZHIKE_TEST_API_CASES", "600" if connection.vendor == "sqlite" else "300"))
"""How many requests are made up; the same again on the other database would mostly ask the same."""
GOOD = 0.2
"""At least this share of all answers is a success, so that more than refusals is tried."""


class Asker:
    """Sends made-up requests as one person, and counts the answers."""

    def __init__(self, person: Person) -> None:
        now = timezone.now()
        words = {
            "name": "described",
            "verbs": sorted(person.access.verbs),
            "until_on": timezone.localdate(now),
            "networks": [],
        }
        _token, secret = make_token(**words, by=person, at=now)
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
        self.answers: Counter[tuple[str, int]] = Counter()

    def ask(self, case: Case, *, real: bool) -> None:
        """Send a request, about a customer that exists when `real`, and check the answer against the description."""
        if real:
            self._about_a_customer(case)
        answer = case.call_and_validate(excluded_checks=unfit())
        self.answers[case.operation.label, answer.status_code] += 1

    def _about_a_customer(self, case: Case) -> None:
        if "code" in case.path_parameters:
            case.path_parameters["code"] = "A"
        if isinstance(case.body, dict) and isinstance(case.body.get("version"), int):
            case.body["version"] = Customer.objects.get(code="A").version
        if isinstance(case.body, dict) and isinstance(case.body.get("customer"), str):
            case.body["customer"] = "A"


def unfit() -> list[Any]:
    """Checks that do not fit: a customer's code may be taken although the request is as described, and so on."""
    import schemathesis.specs.openapi.checks  # noqa: F401
    from schemathesis.checks import CHECKS

    names = (
        "positive_data_acceptance",
        "ensure_resource_availability",
        "use_after_free",
        "ignored_auth",
        "unsupported_method",
    )
    return [one for name in names for one in CHECKS.get_by_names([name])]


@pytest.fixture
def operations() -> Iterator[list[Any]]:
    """What the description lists."""
    if importlib.util.find_spec("schemathesis") is None:
        absent("schemathesis is not installed", "run `make browser`")
    from schemathesis import openapi

    ends = (signals.request_started, signals.request_finished)
    for (
        signal
    ) in ends:  # a request of its own would close the connection, and with it this test's transaction
        signal.disconnect(close_old_connections)
    schema = openapi.from_wsgi("/api/v1/openapi.json", application)
    yield [found.ok() for found in schema.get_all_operations()]
    for signal in ends:
        signal.connect(close_old_connections)


def found_by_nobody(operations: list[Any]) -> set[str]:
    """Operations about records that made-up questions do not name; their own tests succeed."""
    labels = {operation.label for operation in operations}
    return {label for label in labels if re.search(r"\{(?!code\})", label)} | (
        labels
        & {
            "POST /api/v1/submissions",
            "POST /api/v1/requests",
            "POST /api/v1/visits",
            "POST /api/v1/portal-accesses",
            "POST /api/v1/plans",
        }
    )


def test_every_answer_is_described(cast: Cast, operations: list[Any]) -> None:
    from schemathesis import GenerationMode

    asker = Asker(Person.objects.get(pk=cast.people.head.pk))
    each = max(10, CASES // len(operations))
    for operation in operations:
        sound = operation.as_strategy(generation_mode=GenerationMode.POSITIVE, headers=asker.headers)
        broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, headers=asker.headers)
        cases = st.one_of(
            st.tuples(sound, st.just(True)),
            st.tuples(sound, st.booleans()),
            st.tuples(broken, st.just(False)),
        )

        @settings(
            max_examples=each, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(case=cases)
        def ask(case: tuple[Case, bool]) -> None:
            asker.ask(case[0], real=case[1])

        ask()
    assert sum(asker.answers.values()) >= CASES * 0.9
    reached = {label for label, status in asker.answers if status < 300}
    assert reached >= {operation.label for operation in operations} - found_by_nobody(operations)
    share = sum(count for (_label, status), count in asker.answers.items() if status < 300) / sum(
        asker.answers.values()
    )
    assert share >= GOOD, f"only {share:.0%} of the answers were a success: {asker.answers}"


def test_no_text_that_comes_in_may_hold_what_a_database_refuses() -> None:
    """PostgreSQL keeps no text with NUL in it: what the description of a text does not bound would end as a fault."""
    import zhike.api.entrance  # noqa: F401

    asked = [one for one in Strict.__subclasses__() if one.__name__.endswith(("In", "Change"))]
    assert len(asked) >= 8
    loose = [f"{one.__name__}: {found}" for one in asked for found in unbounded(one.model_json_schema())]
    assert loose == []


def unbounded(schema: Any) -> Iterator[dict[str, Any]]:
    """Texts of a schema that neither a pattern, a format nor a list of words bounds; numbers may come as texts."""
    if isinstance(schema, list):
        for one in schema:
            yield from unbounded(one)
    if isinstance(schema, dict) and {"type": "number"} not in schema.get("anyOf", []):
        if schema.get("type") == "string" and not {"pattern", "format", "enum", "const"} & schema.keys():
            yield schema
        for one in schema.values():
            yield from unbounded(one)
