"""The staff of the demo company: departments, regions, forty people with roles, and their signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from zhike.kernel.journal import entry_for, journal_all
from zhike.people.actions import ship_roles
from zhike.people.agreements import Agreement, Signature, add_months
from zhike.people.models import Department, Grant, Person, Region, Role, settle_path
from zhike.people.names import pinyin_keys

PASSWORD = "zhike-demo"  # noqa: S105 -- a made-up company on this machine only
P = TypeVar("P", Department, Region)


@dataclass(frozen=True)
class Staff:
    """Everybody and every place, by code."""

    people: Mapping[str, Person]
    departments: Mapping[str, Department]
    regions: Mapping[str, Region]


@dataclass(frozen=True)
class SignIn:
    """Somebody to sign in as."""

    username: str
    name: str
    role_zh: str
    role_en: str


@cache
def given() -> dict[str, Any]:
    """The document `staff.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load((files("zhike.demo") / "staff.yaml").read_text(encoding="utf-8"))
    return loaded


def moment(day: date, hour: int = 9) -> datetime:
    """A moment of a day, in the company's time zone."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def sign_ins() -> list[SignIn]:
    """One person for each role, as they stand in the database."""
    day = timezone.localdate()
    found = []
    for username in given()["sign_ins"]:
        person = Person.objects.filter(username=username).first()
        role = person.roles_on(day).first() if person else None
        if person and role:
            found.append(SignIn(username, person.display_name, role.name_zh, role.name_en))
    return found


def settle_staff(as_of: date) -> Staff:
    """Put the staff into an empty database. Everybody joined five years before `as_of`."""
    ship_roles(second_factor=False)
    regions = _places(Region, given()["regions"])
    departments = _places(Department, given()["departments"])
    joined = add_months(as_of, -60)
    people = _people(departments, regions, moment(joined))
    for code, username in given()["heads"].items():
        departments[code].head = people[username]
        departments[code].save(update_fields=["head"])
    _grant(people, joined, as_of)
    _sign(people, joined, as_of)
    return Staff(people, departments, regions)


def _places(kind: type[P], tree: Mapping[str, list[str]]) -> dict[str, P]:
    made: dict[str, P] = {}
    for code, (chinese, english, above) in tree.items():
        place = kind(code=code, name_zh=chinese, name_en=english, parent=made.get(above))
        place.save()
        settle_path(kind, place)
        made[code] = kind.objects.get(pk=place.pk)
    return made


def _people(
    departments: Mapping[str, Department], regions: Mapping[str, Region], joined: datetime
) -> dict[str, Person]:
    password = make_password(PASSWORD)
    people = {
        username: Person(
            username=username, display_name=name, pinyin=" ".join(pinyin_keys(name)), post=post, password=password,
            email=f"{username}@zhike.example", phone=f"8{number:03d}", joined_at=joined,
            department=departments[department], region=regions[region],
        )
        for number, (username, (name, post, _role, department, region, _superior)) in enumerate(given()["people"].items(), 1)
    }  # fmt: skip
    Person.objects.bulk_create(people.values())
    for username, (*_rest, superior) in given()["people"].items():
        people[username].superior = people.get(superior)
    Person.objects.bulk_update(people.values(), ["superior"])
    journal_all([entry_for(person, "person_added", by=None, at=joined) for person in people.values()])
    return people


def _grant(people: Mapping[str, Person], joined: date, as_of: date) -> None:
    roles = {role.code: role for role in Role.objects.all()}
    by = people["jingyuan"]
    at = moment(joined)
    grants = Grant.objects.bulk_create(
        Grant(
            person=people[username], role=roles[role], from_on=joined, review_on=add_months(as_of, 6), granted_at=at,
            approved_by=by if username != by.username else people["guanyuan"],
        )
        for username, (_name, _post, role, *_rest) in given()["people"].items()
    )  # fmt: skip
    journal_all([entry_for(grant, "role_granted", by=grant.approved_by, at=at) for grant in grants])


def _sign(people: Mapping[str, Person], joined: date, as_of: date) -> None:
    text = given()["agreement"]
    agreement = Agreement.objects.create(
        number=1, title=text["title"], text=text["text"], effective_on=joined, valid_months=24, warn_days=30,
        published_by=people["huoran"], published_at=moment(joined),
    )  # fmt: skip
    recent, old = add_months(as_of, -7), add_months(as_of, -25)
    signatures = []
    for username, person in people.items():
        if username == given()["unsigned"]:
            continue
        day = old if username == given()["expired"] else recent
        until = add_months(day, 24) - timedelta(days=1)
        signatures.append(
            Signature(
                agreement=agreement,
                person=person,
                signed_at=moment(day, 10),
                until_on=until,
                typed_name=person.display_name,
                text_digest=agreement.digest(),
            )
        )
    made = Signature.objects.bulk_create(signatures)
    journal_all(
        [
            entry_for(agreement, "agreement_published", by=people["huoran"], at=moment(joined)),
            *(entry_for(one, "agreement_signed", by=one.person, at=one.signed_at) for one in made),
        ]
    )
