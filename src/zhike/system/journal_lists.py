"""The list of the journal: who did what, when. It is read by its number and never counted as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.customers.showing import sentence_of
from zhike.kernel.journal import SENTENCES, Entry
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed
from zhike.people.models import Person
from zhike.system.reading import entries_for
from zhike.ui import grid

ASKED = {"person": "by:in:", "action": "action:in:", "from_on": "at:ge:", "until_on": "at:le:"}
"""How the journal was asked before it had conditions -> the condition."""


class _Dots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def kind_of(action: str) -> str:
    """What was done: its sentence with dots for the words."""
    return " ".join((str(SENTENCES.get(action, action)) % _Dots()).split())


def actions_of(person: Person) -> Mapping[str, Any]:
    """What can have been done."""
    found = {code: kind_of(code) for code in SENTENCES}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def everybody(person: Person) -> Mapping[str, Any]:
    """Whoever may have done something, also those who have left; whoever asks first."""
    return {
        "me": _("me"),
        **{str(one.pk): one.display_name for one in Person.objects.only("pk", "display_name")},
    }


def earlier(query: QueryDict, about: Any = None) -> QueryDict:
    """The journal as it was asked for before: by fields of its own."""
    found = query.copy()
    old = [f"{text}{query[name]}" for name, text in ASKED.items() if query.get(name)]
    found.setlist("c", [*query.getlist("c"), *old])
    if query.get("customer") and not query.get("q"):
        found["q"] = str(query["customer"])
    return found


def _search(rows: Any, words: str, person: Person) -> Any:
    """The entries of a customer by its code, else of those by their names."""
    seen = Customer.objects.visible_to(person)
    found = seen.filter(code__iexact=words)
    if not found.exists():
        found = seen
        for word in words.lower().split():
            found = found.filter(search__contains=word)
    return rows.filter(customer_id__in=found.values("pk"))


def _rows(looking: Looking) -> QuerySet[Entry]:
    return Entry.objects.select_related("by")


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """Each entry as a sentence for this reader."""
    for row in rows:
        row.said = sentence_of(row, looking.person)


def _moment(row: Any) -> str:
    return timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")


FIELDS = (
    Field("what", _("What"), "text", "what", lambda row: grid.link(row.said, f"/journal/{row.pk}/"), plain=lambda row: row.said,
          field_class="", sort=False, filter=False, phone="title"),
    Field("at", _("Time"), "moment", "at", lambda row: grid.text(_moment(row)), plain=_moment, field_class="", order="id", phone="meta"),
    Field("by", _("Who"), "key", "by_id", lambda row: grid.person(row.by), plain=lambda row: str(row.by or "Zhike"), field_class="",
          choices=everybody, people=True, sort=False, phone="aside"),
    Field("action", _("Kind"), "choice", "action", lambda row: grid.text(kind_of(row.action)), choices=actions_of, field_class="",
          sort=False, shown=False),
)  # fmt: skip
JOURNAL = listed(Listing(
    "entry", "journal", _("Journal"), Entry, FIELDS, _("Customer"), _rows, verb="see_journal", needs="", search=_search,
    visible=lambda looking: entries_for(looking.person), quick=("by", "action"), dress=_dress, earlier=earlier, empty=_("No entry"),
    hint=_("Loosen the filters."),
))  # fmt: skip
