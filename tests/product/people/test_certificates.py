"""Only who is trained stands on the roster."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zhike.kernel.refusals import Conflict, Forbidden, GateClosed, Invalid
from zhike.people.certificates import (
    end_duty,
    give_duty,
    on_duty,
    record_certificate,
    requires_certificate,
    withdraw_certificate,
)

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = date(2026, 11, 22)


def train(cast, person, *, until=date(2026, 12, 31)):
    return record_certificate(
        person=person, kind="reception", from_on=DAY, until_on=until, evidence="exam 88 %", by=cast.people.hana, at=AT
    )  # fmt: skip


def roster(cast, person, *, until=date(2027, 6, 30)):
    return give_duty(duty="reception", person=person, from_on=DAY, until_on=until, by=cast.people.hana, at=AT)


@pytest.mark.clause("TRN-04")
def test_the_roster_takes_only_the_trained_and_drops_them_on_expiry(cast):
    person = cast.people.idle
    with pytest.raises(GateClosed):
        roster(cast, person)
    held = train(cast, person)
    assert roster(cast, person).person == person
    assert on_duty("reception", DAY) == [person]
    assert on_duty("reception", held.until_on) == [person]
    assert on_duty("reception", held.until_on + timedelta(days=1)) == []


def test_a_withdrawn_certificate_ends_the_duty_and_a_new_one_restores_it(cast):
    person = cast.people.idle
    held = train(cast, person)
    roster(cast, person)
    withdraw_certificate(certificate=held, by=cast.people.hana, at=AT)
    assert on_duty("reception", DAY) == []
    with pytest.raises(GateClosed):
        requires_certificate(person, "reception", DAY)
    train(cast, person)
    assert on_duty("reception", DAY) == [person]


def test_who_is_taken_off_or_has_left_is_not_on_duty(cast):
    person = cast.people.idle
    train(cast, person)
    duty = roster(cast, person)
    with pytest.raises(Conflict):
        roster(cast, person)
    end_duty(duty=duty, by=cast.people.hana, at=AT)
    assert on_duty("reception", DAY) == []
    roster(cast, person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert on_duty("reception", DAY) == []


def test_certificates_come_from_staff_training_with_evidence_and_never_from_the_holder(cast):
    given = {"kind": "reception", "from_on": DAY, "until_on": DAY, "at": AT}
    with pytest.raises(Forbidden):
        record_certificate(person=cast.people.hana, evidence="exam", by=cast.people.hana, **given)
    with pytest.raises(Forbidden):
        record_certificate(person=cast.people.idle, evidence="exam", by=cast.people.ming, **given)
    with pytest.raises(Invalid) as refusal:
        record_certificate(person=cast.people.idle, evidence=" ", by=cast.people.hana, **given)
    assert set(refusal.value.fields) == {"evidence"}
