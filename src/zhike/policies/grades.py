"""The grades of a rating as the product shows them: code, rank, title, colour (GRD-02)."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.policies.chips import word_for
from zhike.policies.words import lang
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import Grade
from zhike_engine.words import Text


@dataclass(frozen=True)
class GradeSpec:
    """One grade of a rating. `rank` is 1 for the best; `spec` is the element of the policy."""

    code: str
    rank: int
    spec: Grade

    @property
    def text(self) -> Text:
        """Its title in both languages."""
        return self.spec.title.text

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return self.spec.title.pick(lang())

    @property
    def word(self) -> str:
        """What stands in its chip."""
        return word_for(self.code, self.text)

    @property
    def colour(self) -> str:
        """The colour that the policy gives it, such as `#1f7a4d`; may be empty."""
        return self.spec.colour

    def __str__(self) -> str:
        return self.title


def grades_in(policy: Policy, rating: str) -> list[GradeSpec]:
    """The grades of a rating, best first; none where the policy has no such rating."""
    spec = policy.document.ratings.get(rating)
    if spec is None:
        return []
    return [GradeSpec(code, rank, grade) for rank, (code, grade) in enumerate(spec.grades.items(), start=1)]
