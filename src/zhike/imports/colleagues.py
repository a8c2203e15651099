"""People as files name them: whom a field may name, what tells two of one name apart, and whom another spelling seems to mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from zhike.imports.links import folded
from zhike.imports.targets import Field
from zhike.people.models import Person
from zhike.people.names import pinyin_keys
from zhike.people.rules import can

BRACKETS = re.compile(r"[(\[【〔<{].*?[)\]】〕>}]")
SIGNS = re.compile(r"[\s,、/;|·:()\[\]【】〔〕<>{}_+&*\-—–]+")
BESIDE = re.compile(
    r"(?:[\u3400-\u9fff]{0,8}[部组区处科室])?|(?:已?离职|已?离岗|已?调岗|已?调走|已?退休|客户经理|销售经理|业务经理|区域经理|经理|总监|主任|主管"
    r"|专员|助理|老师|先生|女士|业务员|销售员|销售|负责|原|新|former|left|resigned|retired|manager|sales|mr|ms|mrs|[\W\d_])*"
)
"""What stands around a name without being part of it: a department before it, a post or a state behind it."""


@dataclass(frozen=True)
class Colleague:
    """A person as files may name them."""

    pk: int
    username: str
    name: str
    email: str
    sound: str
    place: str
    is_active: bool

    @cached_property
    def keys(self) -> set[str]:
        """Other ways to write this person."""
        email = self.email.lower()
        told = {folded(self.name), folded(self.username), self.sound, email, email.partition("@")[0]}
        return {*told, _sorted(self.name)} - {""}


class Colleagues:
    """The people whom a field may name, for who imports: with a verb that they lack, nobody but themselves."""

    def __init__(self, field: Field, by: Person) -> None:
        self.field, self.by = field, by
        rows = Person.objects.select_related("department").order_by("-is_active", "pinyin", "pk")
        self.everybody = {
            one.pk: Colleague(one.pk, one.username, one.display_name, one.email, one.pinyin.partition(" ")[0],
                              str(one.department or ""), one.is_active)
            for one in rows
        }  # fmt: skip
        self.called: dict[str, list[int]] = {}
        for one in self.everybody.values():
            self.called.setdefault(folded(one.name), []).append(one.pk)
        for one in self.everybody.values():
            self.called[folded(one.username)] = [one.pk]
        self.may = {one.pk for one in self.everybody.values() if self._may(one)}

    def _may(self, one: Colleague) -> bool:
        return not self.field.verb or (
            one.is_active and (one.pk == self.by.pk or can(self.by, self.field.verb))
        )

    def one(self, text: str) -> int | None:
        """Whom a text names beyond doubt, among those who may be named."""
        found = [key for key in self.called.get(folded(text), ()) if key in self.may]
        return found[0] if len(found) == 1 else None

    def fault(self, text: str) -> str:
        """The code of why a text names nobody who may be named."""
        found = self.called.get(folded(text), [])
        if not found:
            return "unknown_person"
        if sum(key in self.may for key in found) > 1:
            return "several"
        return "has_left" if not any(self.everybody[key].is_active for key in found) else "only_you"

    def labels(self) -> dict[str, str]:
        """User name -> name and department; the user name too where both are shared."""
        some = [one for one in self.everybody.values() if one.pk in self.may]
        shared = Counter((folded(one.name), one.place) for one in some)
        found = {}
        for one in some:
            parts = [one.name, one.place, one.username if shared[folded(one.name), one.place] > 1 else ""]
            found[one.username] = " · ".join(filter(None, parts)) + (
                "" if one.is_active else f" ({_('has left')})"
            )
        return found

    def likely(self, word: str) -> list[str]:
        """User names of those whom a word may mean: all of that name, else who is spelled like a part of it."""
        same = [self.everybody[key] for key in self.called.get(folded(word), ()) if key in self.may]
        return [one.username for one in same or self._spelled(word)]

    def _spelled(self, word: str) -> Iterable[Colleague]:
        """Those of another spelling: without brackets and posts, in another order, by pinyin, user name or e-mail."""
        some = [one for one in self.everybody.values() if one.pk in self.may]
        plain = BRACKETS.sub(" ", word.translate(HALF))
        tries = {
            folded(word),
            folded(plain),
            _sorted(plain),
            *(folded(part) for part in SIGNS.split(word.translate(HALF))),
        }
        tries |= {folded(word).partition("@")[0]} if "@" in word else set()
        tries = {one for one in tries if len(one) > 1}
        if found := [one for one in some if one.keys & tries]:
            return found
        whole = folded(plain)
        if found := [one for one in some if _holds(whole, folded(one.name))]:
            return found
        sound = pinyin_keys(plain)[0]
        return [one for one in some if len(sound) > 3 and one.sound == sound]


HALF = str.maketrans("（）［］，；｜", "()[],;|")


def _sorted(text: str) -> str:
    """The words of a name in one order: Berg, Tess is Tess Berg."""
    return "".join(sorted(part.lower() for part in SIGNS.split(text) if part))


def _holds(word: str, name: str) -> bool:
    """Whether a word is a name with a department, a post or a state around it; 李明华 is not 李明."""
    before, held, behind = word.partition(name)
    return len(name) > 1 and bool(held) and all(BESIDE.fullmatch(part) for part in (before, behind))
