"""Clocks: how soon a customer of each grade gets an answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhike_engine.policy.parts import AnyText, ArticleNumber, Model, Number, Title
from zhike_engine.words import Text

RequestKind = Literal["enquiry", "quotation", "order", "technical", "repair", "complaint", "other"]
REQUEST_KINDS: dict[str, Text] = {
    "enquiry": Text(zh="咨询", en="enquiry"),
    "quotation": Text(zh="报价", en="quotation"),
    "order": Text(zh="订单与交付", en="order and delivery"),
    "technical": Text(zh="技术支持", en="technical support"),
    "repair": Text(zh="维修", en="repair"),
    "complaint": Text(zh="投诉", en="complaint"),
    "other": Text(zh="其他", en="other"),
}
"""What a request of a customer may be about -> how people call it."""


class Clock(Model):
    """A time limit by grade: within so many hours a request of the customer gets its first answer by a person."""

    article: ArticleNumber = ""
    title: Title
    starts: AnyText | None = Field(None, description="what starts the clock, in words")
    kinds: list[RequestKind] = Field([], description="kinds of requests that it rules; all of them if absent")
    rating: str | None = Field(
        None, description="rating whose grades count; the first of the policy if absent"
    )
    hours: dict[str, Number | str] = Field({}, description="hours for each grade: a number or a parameter")
    calendar: Literal["elapsed", "working"] = Field(
        "elapsed", description="whether every hour counts, or the working hours of the company's calendar"
    )
