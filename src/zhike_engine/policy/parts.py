"""The small parts every element of a policy is made of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from zhike_engine.messages import say
from zhike_engine.policy.refusals import Refused
from zhike_engine.words import Lang, Text


class Model(BaseModel):
    """Base of every element: frozen, no unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=False, arbitrary_types_allowed=False
    )


class BothTexts(Model):
    """A text for people: `{zh: …, en: …}`, or one text for both languages."""

    zh: str
    en: str

    def pick(self, lang: Lang) -> str:
        """The text in `lang`."""
        return self.zh if lang == "zh" else self.en

    @property
    def text(self) -> Text:
        """The same as the engine's Text."""
        return Text(zh=self.zh, en=self.en)


def _both(value: Any) -> Any:
    if isinstance(value, str):
        return {"zh": value, "en": value}
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise Refused(say("must be a number"))
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?\s*[%％]", text):
            return Decimal(text.rstrip("%％").strip()) / 100
        raise Refused(say("must be a number"))
    return value


def _percent(value: Any) -> Any:
    """`10 %` and 10 are both ten percent, so that a forgotten sign changes nothing."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?\s*[%％]", value.strip()):
        return Decimal(value.strip().rstrip("%％").strip())
    return value


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Refused(
                say("`{text}` is not a date", text=value), say("write it like 2026-01-31")
            ) from None
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[^\W\d]\w*", value):
        raise Refused(
            say("`{text}` is not a name: use letters, digits and _, starting with a letter", text=value)
        )
    if value in RESERVED:
        raise Refused(say("`{text}` is a word of the language", text=value), say("choose another name"))
    return value


def _rating_name(value: str) -> str:
    return value if value == "value" else _identifier(value)


RESERVED = frozenset({"and", "or", "not", "in", "is", "between", "within", "of", "computable", "true", "false"}) | {
    "min", "max", "abs", "if", "first_known", "value", "previous", "previous_grade", "as_of",
}  # fmt: skip

_TEXT_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "required": ["zh", "en"],
            "additionalProperties": False,
        },
    ]
}
AnyText = Annotated[BothTexts, BeforeValidator(_both), WithJsonSchema(_TEXT_SCHEMA)]
Number = Annotated[
    Decimal,
    BeforeValidator(_number),
    WithJsonSchema({"type": ["number", "string"]}),
    Field(allow_inf_nan=False),
]
Percent = Annotated[
    Decimal,
    BeforeValidator(_percent),
    WithJsonSchema({"type": ["number", "string"]}),
    Field(allow_inf_nan=False),
]
"""A percentage as the number before the sign."""
DateText = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Identifier = Annotated[str, AfterValidator(_identifier)]
RatingName = Annotated[str, AfterValidator(_rating_name)]

ArticleNumber = Annotated[str, Field(description="article of the text that this carries out")]
Title = Annotated[AnyText, Field(description="name that people see")]
OwnTitle = Annotated[AnyText | None, Field(description="name that people see")]
Note = Annotated[AnyText | None, Field(description="remark for the reader")]
From = Annotated[Number | str | None, Field(description="lower end of the band, included")]
Above = Annotated[Number | str | None, Field(description="lower end of the band, not included")]
Below = Annotated[Number | str | None, Field(description="upper end of the band, not included")]
UpTo = Annotated[Number | str | None, Field(description="upper end of the band, included")]
