"""What goes in and out. Amounts are decimal strings; days are ISO dates; cursors are opaque."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar, get_args

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from zhike.customers.life import AXES

T = TypeVar("T")
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
SAID = TEXT.replace("*$", "+$")
"""A text, and one that says something, without control characters."""
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\s/\x00]+$")]
Words = Annotated[str, Field(max_length=160, pattern=TEXT)]
SEGMENT = rf"^(|{'|'.join(AXES['segment'])})$"
Long = Annotated[str, Field(max_length=4000, pattern=TEXT)]


ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def written(value: Any) -> Any:
    """A day or moment as somebody wrote it. Refuses a bare number, which would be read as seconds since 1970."""
    if isinstance(value, int | float) or (
        isinstance(value, str) and re.fullmatch(r"[\d.+-]*", value) and not ISO.fullmatch(value)
    ):
        raise PydanticCustomError("date_type", "must be a day such as 2026-01-31")
    return value


Day = Annotated[date, BeforeValidator(written)]
"""A day asked for in an address."""


class Strict(Schema):
    """Unknown names are refused, so that a misspelt field is not lost; days and moments are written as such."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _written(cls, value: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[str(info.field_name)].annotation
        return written(value) if {date, datetime} & {kind, *get_args(kind)} else value


class Problem(Schema):
    """Why a request was refused: a stable code, a sentence, the fields concerned."""

    code: str
    message: str
    fields: dict[str, Any] = {}


class Listing(Schema, Generic[T]):
    """A page of rows, and the cursor of the next; empty at the end."""

    rows: list[T]
    next: str = ""


class CustomerOut(Schema):
    """A customer, as far as the asking person sees it; what is hidden is null."""

    code: str
    name: str
    name_en: str
    short_name: str
    life: str
    grade: str
    grade_title: str
    scale: str
    industry: str
    need_type: str
    segment: str
    importance: str
    country: str
    province: str
    city: str
    address: str
    phone: str | None
    email: str | None
    website: str
    legal_representative: str
    registration: str
    business_scope: str
    since: date | None
    manager: str | None
    region: str | None
    department: str | None
    amount_12m: str | None
    receivable: str | None
    overdue: str | None
    last_order_on: date | None
    last_contact_on: date | None
    completeness: int
    version: int
    changed_at: datetime


class GradeOut(Schema):
    """A grade that held on a day: since when, until when, why, and by whom it was approved."""

    rating: str
    grade: str
    title: str
    before: str
    from_on: date
    until_on: date | None
    cause: str
    reason: str
    manual: bool
    approved_by: str | None
    approved_at: datetime | None
    policy_version: int | None
    run: int | None
    confirmed_by_run: int | None
    explanation: list[str]


class GradesOut(Schema):
    """The grades of a customer on a day, one for each rating, the main one first."""

    customer: str
    on: date
    grades: list[GradeOut]


class CustomerIn(Strict):
    """A new customer."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    name_en: Words = ""
    short_name: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    legal_representative: Annotated[str, Field(max_length=80, pattern=TEXT)] = ""
    registration: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    business_scope: Long = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    province: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    city: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    address: Annotated[str, Field(max_length=240, pattern=TEXT)] = ""
    phone: Annotated[str, Field(max_length=60, pattern=TEXT)] = ""
    website: Words = ""
    since: date | None = None


class CustomerChange(Strict):
    """New values of some fields of a customer that was read at `version`."""

    version: int = Field(ge=1, lt=2**31)
    name: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)] | None = None
    name_en: Words | None = None
    short_name: Annotated[str, Field(max_length=60, pattern=TEXT)] | None = None
    legal_representative: Annotated[str, Field(max_length=80, pattern=TEXT)] | None = None
    business_scope: Long | None = None
    address: Annotated[str, Field(max_length=240, pattern=TEXT)] | None = None
    phone: Annotated[str, Field(max_length=60, pattern=TEXT)] | None = None
    industry: Annotated[str, Field(pattern=r"^(|finance|manufacturing|retail|service|other)$")] | None = None
    scale: Annotated[str, Field(pattern=r"^(|small|medium|large)$")] | None = None
    need_type: (
        Annotated[str, Field(pattern=r"^(|price_sensitive|technical_support|customisation)$")] | None
    ) = None
    segment: Annotated[str, Field(pattern=SEGMENT)] | None = None


class ContactOut(Schema):
    """A person at a customer."""

    id: int
    name: str
    post: str
    decides: str
    mobile: str | None
    phone: str | None
    email: str | None
    left_on: date | None
    version: int


class ContactIn(Strict):
    """A new contact."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=TEXT)]
    post: Annotated[str, Field(max_length=80, pattern=TEXT)] = ""
    mobile: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    phone: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""


class ActivityOut(Schema):
    """A contact with a customer."""

    id: int
    channel: str
    done_on: date
    subject: str
    content: str
    result: str
    follow_up: str
    follow_up_on: date | None
    person: str
    counts: bool


class ActivityIn(Strict):
    """A contact to log."""

    channel: Annotated[str, Field(pattern=r"^(visit|call|meeting|mail|chat|letter|event)$")]
    done_on: date
    subject: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    content: Long = ""
    result: Long = ""
    follow_up: Annotated[str, Field(max_length=200, pattern=TEXT)] = ""
    follow_up_on: date | None = None


class OrderOut(Schema):
    """An order."""

    number: str
    customer: str
    ordered_on: date
    amount: str | None
    currency: str
    profit: str | None
    status: str
    product: str


class ReceivableOut(Schema):
    """A receivable."""

    number: str
    customer: str
    due_on: date
    amount: str
    currency: str
    paid_on: date | None


class MeOut(Schema):
    """Who the request acts for."""

    username: str
    name: str
    roles: list[str]
    verbs: list[str]
    sees: list[str]
