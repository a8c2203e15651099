"""What a policy says of a rating: its grades, best first, with titles and colours, and what each of them owes.

A grade carries the version it was given under; its title and rank are always read from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from zhike.grading.marks import mark_words
from zhike.policies.chips import word_for
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import read_text
from zhike.ui import grid
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import PolicyDocument


@dataclass(frozen=True)
class GradeSpec:
    """One grade of a rating. `rank` is 1 for the best."""

    code: str
    title: Any
    colour: str
    rank: int
    owes: tuple[str, ...]

    @property
    def word(self) -> str:
        """What stands in its chip."""
        return word_for(self.code, self.title.text if hasattr(self.title, "text") else self.title)

    def __str__(self) -> str:
        return said(self.title)


@dataclass(frozen=True)
class Scheme:
    """A rating of one version of a policy."""

    key: str
    title: Any
    main: bool
    grades: tuple[GradeSpec, ...]
    policy: Policy

    @property
    def document(self) -> PolicyDocument:
        """The whole policy."""
        return self.policy.document

    def marks(self, codes: str) -> list[str]:
        """What a customer is to be looked at for, in the reader's language."""
        return mark_words(self.policy, self.key.partition(".")[2], codes) if codes else []

    def of(self, code: str) -> GradeSpec | None:
        """The grade of a code."""
        return next((one for one in self.grades if one.code == code), None)

    def rank(self, code: str) -> int:
        """1 for the best grade; 0 for none."""
        found = self.of(code)
        return found.rank if found else 0

    def moved(self, before: str, after: str) -> int:
        """Steps up (positive) or down; 0 where there was no grade before."""
        old, new = self.rank(before), self.rank(after)
        return old - new if old and new else 0

    def title_of(self, code: str) -> str:
        """The title of a grade in the reader's language."""
        found = self.of(code)
        return str(found) if found else code

    def word_of(self, code: str) -> str:
        """The word for a grade in the reader's language."""
        found = self.of(code)
        return found.word if found else code

    def chip(self, code: str) -> SafeString:
        """The chip of a grade: its word in the reader's language, coloured by its rank."""
        found = self.of(code)
        return grid.grade(found.word, found.rank) if found else grid.grade(code)

    @property
    def name(self) -> str:
        """The title of the rating in the reader's language."""
        return said(self.title)

    @property
    def rating(self) -> Any:
        """What the document says of it."""
        return self.document.ratings[self.key.partition(".")[2]]


def said(text: Any) -> str:
    """A text of a policy in the reader's language."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    return str(text.zh if (get_language() or "zh").startswith("zh") else text.en)


KEPT = 32
_BY_HASH: dict[tuple[str, str], tuple[Scheme, ...]] = {}
"""Policy and hash of a version -> its ratings: the hash is of the content, so that what is kept never goes stale."""


@lru_cache(maxsize=KEPT)
def _schemes(policy: str, text: str) -> tuple[Scheme, ...]:
    found = read_text(text)
    document = found.document
    return tuple(
        Scheme(
            f"{policy}.{name}", rating.title, place == 0,
            tuple(
                GradeSpec(code, spec.title, spec.colour, rank, tuple(spec.owes))
                for rank, (code, spec) in enumerate(rating.grades.items(), 1)
            ),
            found,
        )
        for place, (name, rating) in enumerate(document.ratings.items())
    )  # fmt: skip


def schemes_of(version: PolicyVersion) -> tuple[Scheme, ...]:
    """Every rating of a version, the main one first."""
    found = _schemes(version.policy.code, version.text)
    if version.hash:
        _BY_HASH[version.policy.code, version.hash] = found
        while len(_BY_HASH) > KEPT:
            del _BY_HASH[next(iter(_BY_HASH))]
    return found


def known_schemes(rating: str, digest: str | None) -> tuple[Scheme, ...]:
    """The ratings of the version with this hash, where this process has read it before; empty where it has not.

    `rating` is the key of one of them: two policies may have the same content.
    """
    return _BY_HASH.get((rating.partition(".")[0], digest or ""), ())


def scheme_of(version: PolicyVersion, key: str) -> Scheme | None:
    """The rating of a key (`<policy>.<rating>`) in a version."""
    return next((one for one in schemes_of(version) if one.key == key), None)


class Schemes:
    """The schemes that a page needs: every version is read once."""

    def __init__(self) -> None:
        self.versions: dict[int, PolicyVersion] = {}
        self.latest: dict[str, PolicyVersion | None] = {}
        self.known: dict[tuple[int | None, str], Scheme | None] = {}

    def fetch(self, keys: set[int]) -> None:
        """Read these versions in one query."""
        missing = keys - set(self.versions)
        if missing:
            rows = PolicyVersion.objects.filter(pk__in=missing).select_related("policy")
            self.versions.update({one.pk: one for one in rows})

    def of(self, version: int | None, key: str) -> Scheme | None:
        """The scheme of a rating in a version; a grade without version is read by the policy's newest one."""
        if (version, key) not in self.known:
            self.known[version, key] = self._read(version, key)
        return self.known[version, key]

    def _read(self, version: int | None, key: str) -> Scheme | None:
        if version is not None:
            self.fetch({version})
            found = self.versions.get(version)
            return scheme_of(found, key) if found else None
        policy = key.partition(".")[0]
        if policy not in self.latest:
            rows = PolicyVersion.objects.filter(policy__code=policy).exclude(state="withdrawn")
            self.latest[policy] = rows.select_related("policy").order_by("-number").first()
        newest = self.latest[policy]
        return scheme_of(newest, key) if newest else None

    def word(self, version: int | None, key: str, code: str) -> str:
        """The word for a grade of a version."""
        found = self.of(version, key)
        return found.word_of(code) if found else code

    def chip(self, version: int | None, key: str, code: str) -> SafeString:
        """The chip of a grade of a version."""
        found = self.of(version, key)
        return found.chip(code) if found else grid.grade(code)

    def rank(self, version: int | None, key: str, code: str) -> int:
        """The rank of a grade; 0 when nobody knows."""
        found = self.of(version, key)
        return found.rank(code) if found else 0
