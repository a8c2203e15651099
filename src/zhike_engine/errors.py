"""The one family of errors.

ZhikeError                 code                 what it tells
├── DocumentInvalid        document_invalid     a YAML file cannot be read as a document
├── PolicyInvalid          policy_invalid       the policy document has errors; carries its list of issues
├── ParameterUnset         parameter_unset      a rule needs a parameter that the company has not set
├── ParameterInvalid       parameter_invalid    a value given for a parameter is not one it can take
├── FactsInvalid           facts_invalid        a fact table, column, row or rate is missing or wrong
├── MappingInvalid         mapping_invalid      a mapping file cannot be carried out
├── EngineUnavailable      engine_unavailable   the engine asked for cannot be reached or is not installed
├── RollupUnfit            rollup_unfit         prepared months cannot answer what a policy asks; the facts can
├── OutputFailed           output_failed        a result could not be written; nothing half-written is left
└── NotFound               not_found            a customer, preset or file asked for does not exist

Messages are one line, lower case, without a final stop, with the person's own words in backticks. Each is `Said`: a
string in English, with its Chinese behind `pick("zh")`; `text(lang)` is the whole error in one language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhike_engine.messages import NOTHING, Said
from zhike_engine.words import Lang, Text

if TYPE_CHECKING:
    from zhike_engine.issues import Issue

HINT = Text(zh="办法：", en="hint: ")


class ZhikeError(Exception):
    """Anything that Zhike refuses, with the place where it went wrong and a way out."""

    code = "error"

    def __init__(self, message: Said, *, hint: Said = NOTHING, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """Place, message and, on a line of its own, the hint."""
        message = self.message.pick(lang)
        head = f"{self.place}: {message}" if self.place else message
        return f"{head}\n  {HINT.pick(lang)}{self.hint.pick(lang)}" if self.hint else head


class DocumentInvalid(ZhikeError):
    """A YAML file cannot be read as a document."""

    code = "document_invalid"


class PolicyInvalid(ZhikeError):
    """The policy document has errors; `issues` lists every one of them."""

    code = "policy_invalid"

    def __init__(
        self, message: Said, *, issues: Sequence[Issue] = (), hint: Said = NOTHING, place: str = ""
    ) -> None:
        super().__init__(message, hint=hint, place=place)
        self.issues = tuple(issues)

    def text(self, lang: Lang) -> str:
        """The error, then every issue on a line of its own."""
        return "\n".join([super().text(lang), *(f"  {issue.text(lang)}" for issue in self.issues)])


class ParameterUnset(ZhikeError):
    """A rule needs parameters that the company has not set; `names` lists them."""

    code = "parameter_unset"

    def __init__(
        self, message: Said, *, names: Sequence[str] = (), hint: Said = NOTHING, place: str = ""
    ) -> None:
        super().__init__(message, hint=hint, place=place)
        self.names = tuple(names)


class ParameterInvalid(ZhikeError):
    """A value given for a parameter is not one it can take."""

    code = "parameter_invalid"


class FactsInvalid(ZhikeError):
    """A fact table, column, row or exchange rate is missing or wrong."""

    code = "facts_invalid"


class MappingInvalid(ZhikeError):
    """A mapping file cannot be carried out."""

    code = "mapping_invalid"


class EngineUnavailable(ZhikeError):
    """The engine asked for cannot be reached or is not installed."""

    code = "engine_unavailable"


class RollupUnfit(ZhikeError):
    """Prepared months cannot answer what a policy asks on a day; the facts can."""

    code = "rollup_unfit"


class OutputFailed(ZhikeError):
    """A result could not be written; nothing half-written is left."""

    code = "output_failed"


class NotFound(ZhikeError):
    """A customer, preset or file asked for does not exist."""

    code = "not_found"
