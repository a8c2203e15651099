"""A list of records as its noun declares it once: what it holds, what may be asked of it, what each row shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Model, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from zhike.lists.asked import Asked, loosely, where
from zhike.lists.dressing import dress, wearing
from zhike.lists.fields import Field, seen_by
from zhike.lists.pages import Page, count_of, page_of
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui.grid import Bulk

Rows = QuerySet[Any]
COUNTED_FOR = 30
"""Seconds that the choices of a list are kept, and the counts of one that is `counted` as a whole."""
BATCH = 500


@dataclass(frozen=True)
class Looking:
    """Who looks, when, at which columns; and of a list within another record, which one: `about` by its key in `within`."""

    person: Person
    at: datetime
    columns: frozenset[str] = frozenset()
    within: tuple[int, ...] = ()
    about: Any = None

    @property
    def day(self) -> date:
        """The local day."""
        return timezone.localtime(self.at).date()


@dataclass(frozen=True)
class Tab:
    """A part of a list with a name; `order` is the one it has where none is asked for; `address` leads to another list."""

    code: str
    name: Any
    narrow: Callable[[Any, Looking], Any] = lambda rows, looking: rows
    counted: bool = True
    order: tuple[Any, ...] = ()
    empty: Any = ""
    address: str = ""


def tabs_of(
    names: Mapping[str, Any],
    narrow: Callable[[Any, str, Looking], Any],
    counted: Collection[str] = (),
    orders: Mapping[str, tuple[Any, ...]] | None = None,
    empty: Mapping[str, Any] | None = None,
) -> tuple[Tab, ...]:
    """Tabs from their names; `narrow` gives the rows of each by its code."""

    def part(code: str) -> Callable[[Any, Looking], Any]:
        return lambda rows, looking: narrow(rows, code, looking)

    return tuple(
        Tab(
            code, name, part(code), code in counted, (orders or {}).get(code, ()), (empty or {}).get(code, "")
        )
        for code, name in names.items()
    )


def _everything(rows: Any, words: str, person: Person) -> Any:
    return rows


@dataclass(frozen=True)
class Listing:
    """A list. The first of `tabs` opens by itself; instead of them the values of `tab_field` may be tabs.

    `address` is the name of its page, and of what higher layers dress its rows by; `rows` reads what a row shows, `customer`
    is the column of the customer whose data a row tells. With `counted` the whole list is counted for its frame, kept for
    half a minute. `cell` is the name of the address that edits one cell, for holders of `edit_verb`. A list that tells nothing of
    customers has no `customer`, and `agreed` False: it opens without the agreement. `earlier` reads questions as they were once
    written, in links that people keep, or adds what is always asked. A list within another record, such as a run, has `about`:
    from the key in its address to the record, which `visible` narrows by; `fitted` makes a field what it is there.
    """

    code: str
    address: str
    title: Any
    model: type[Model]
    fields: tuple[Field, ...]
    hint_search: Any
    rows: Callable[[Looking], Rows]
    customer: str = "customer_id"
    verb: str = "see_customers"
    needs: str = "basic"
    visible: Callable[[Looking], Any] | None = None
    search: Callable[[Any, str, Person], Any] = _everything
    sort: str = ""
    order: tuple[Any, ...] = ("-id",)
    tabs: tuple[Tab, ...] = ()
    tab_field: str = ""
    quick: tuple[str, ...] = ()
    key: Callable[[Any], Any] = field(default=lambda row: row.pk)
    dress: Callable[[Sequence[Any], Looking], None] | None = None
    bulk: Callable[[Looking, Asked], list[Bulk]] = field(default=lambda looking, asked: [])
    beside: Callable[[Looking], dict[str, Any]] = field(default=lambda looking: {})
    counted: bool = False
    template: str = "lists/page.html"
    empty: Any = ""
    hint: Any = ""
    cell: str = ""
    edit_verb: str = ""
    agreed: bool = True
    earlier: Callable[[QueryDict, Any], QueryDict] = field(default=lambda query, about: query)
    about: Callable[[int], Any] | None = None
    fitted: Callable[[Field, Any], Field] = field(default=lambda one, about: one)

    def looked_at(self, person: Person, at: datetime, within: Sequence[int] = ()) -> Looking:
        """Somebody who looks at the list, and at what it stands within. Raises Http404 where there is no such thing."""
        about = None if self.about is None else self.about(*within)
        return Looking(person, at, within=tuple(within), about=about)

    def place(self, looking: Looking, way: str = "") -> str:
        """The address of its page, or of one of its ways: `columns`, `views`, `export`."""
        return reverse(f"{self.address}_{way}" if way else self.address, args=looking.within)

    def opens_to(self, person: Person) -> bool:
        """Whether a person's roles show the list."""
        return (not self.verb or can(person, self.verb)) and (not self.needs or sees(person, self.needs))

    def fields_for(self, person: Person, about: Any = None) -> tuple[Field, ...]:
        """The fields that a person sees."""
        fields = self.fields if about is None else tuple(self.fitted(one, about) for one in self.fields)
        return tuple(replace(one, me=person.pk) if one.people else one for one in seen_by(person, fields))

    def read(self, person: Person, query: QueryDict, about: Any = None) -> Asked:
        """What a query string asks, as far as the person may ask it."""
        fields = self.fields_for(person, about)
        known = {one.code for one in fields}
        first = fields[0].code if fields[0].sort else ""
        usual = self.sort if not self.sort or self.sort.lstrip("-") in known else first
        return Asked.read(
            self.earlier(query, about), fields, usual, tuple(one.code for one in self.tabs if not one.address)
        )

    def tab(self, asked: Asked) -> Tab | None:
        """The tab asked for."""
        return next((one for one in self.tabs if one.code == asked.tab), None)

    def seen(self, looking: Looking) -> Any:
        """Everything of the list that a person sees."""
        if self.visible is not None:
            return self.visible(looking)
        return self.model.objects.visible_to(looking.person)  # type: ignore[attr-defined]

    def find(self, looking: Looking, asked: Asked, *, loose: bool = False) -> Any:
        """The rows asked for, among those that the person sees; `loose` when many match: see `Loose`."""
        rows, tab = self.seen(looking), self.tab(asked)
        if tab is not None:
            rows = tab.narrow(rows, looking)
        if asked.words:
            rows = self.search(rows, asked.words, looking.person)
        fields = self.fields_for(looking.person, looking.about)
        if loose:
            aliases, fields = loosely(asked, fields)
            rows = rows.alias(**aliases)
        return rows.filter(where(asked, fields))

    def ordered(self, rows: Any, asked: Asked) -> Any:
        """In the order asked for; equal ones by their key, so that pages never overlap."""
        one = next((one for one in self.fields if asked.sort and one.code == asked.sort.lstrip("-")), None)
        if one is None:
            tab = self.tab(asked)
            return rows.order_by(*(tab.order if tab is not None and tab.order else self.order))
        down = "-" if asked.sort.startswith("-") else ""
        by = one.order or one.column
        if one.last:
            column = F(by)
            turned = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
            return rows.order_by(turned, f"{down}id")
        return rows.order_by(f"{down}{by}", f"{down}id")

    def page(self, looking: Looking, asked: Asked, whole: int | None = None) -> Page:
        """One page with what its rows show; `whole` is how many there are when nothing narrows the list, when that is known."""
        keys = self.ordered(self.find(looking, asked), asked)
        loose = self.ordered(self.find(looking, asked, loose=True), asked)
        found = page_of(
            keys,
            wearing(self.address, self.rows(looking)),
            asked.page,
            None if asked.is_filtered else whole,
            loose,
        )
        self.dressed(found.object_list, looking)
        return found

    def dressed(self, rows: Sequence[Any], looking: Looking) -> Sequence[Any]:
        """Rows with what is shown beside their columns, in a constant number of queries."""
        dress(self.address, rows)
        if self.dress is not None:
            self.dress(rows, looking)
        return rows

    def known(self, looking: Looking) -> dict[str, Any]:
        """What the frame of the list shows: the choices of its fields and, where it is counted as a whole, how many there are in
        all and in each tab. Kept for half a minute, since counting a million takes longer than a page."""
        person = looking.person
        scopes, classes = ",".join(sorted(person.access.scopes)), ",".join(sorted(person.access.sees))
        within = ",".join(map(str, looking.within))
        key = f"{self.address}:{within}:{person.pk}:{scopes}:{classes}:{get_language()}"
        found: dict[str, Any] | None = cache.get(key)
        if found is None:
            choices = {
                one.code: {value: str(words) for value, words in one.choices(person).items()}
                for one in self.fields_for(person, looking.about)
                if one.choices
            }
            found = {"choices": choices, "all": None, "tabs": {}}
            if self.counted:
                rows = self.seen(looking)
                column = next((one.column for one in self.fields if one.code == self.tab_field), "")
                values = choices.get(self.tab_field, {})
                found["all"] = count_of(rows)
                found["tabs"] = {value: count_of(rows.filter(**{column: value})) for value in values}
            cache.set(key, found, COUNTED_FOR)
        return found

    def counts(self, looking: Looking) -> dict[str, int]:
        """How many rows stand in the tabs that show it."""
        rows = self.seen(looking)
        return {one.code: count_of(one.narrow(rows, looking)) for one in self.tabs if one.counted}

    def groups(self, looking: Looking, asked: Asked) -> list[tuple[str, Any, int]]:
        """Value, words and number of rows of each group of the field asked for, largest first."""
        one = next(one for one in self.fields_for(looking.person, looking.about) if one.code == asked.group)
        rows = self.find(looking, asked).order_by().values_list(one.column)
        counted = list(rows.annotate(number=Count("pk")).order_by("-number")[:100])
        names = dict(one.choices(looking.person)) if one.choices else {}
        unknown = [value for value, _number in counted if value and str(value) not in names]
        if unknown and one.kind == "key":  # closed places, and people who have left
            found = _related(self.model, one.column).objects.in_bulk(unknown)
            names |= {str(key): str(other) for key, other in found.items()}
        return [
            (str(value or ""), names.get(str(value), str(value or "—")), number) for value, number in counted
        ]

    def everything(self, keys: Sequence[Any], looking: Looking) -> Iterator[Any]:
        """The rows of keys in their order, read by batches."""
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            by_key = wearing(self.address, self.rows(looking)).in_bulk(some)
            yield from self.dressed([by_key[key] for key in some if key in by_key], looking)


def _related(model: Any, path: str) -> Any:
    """The model that a column such as `customer__manager_id` leads to."""
    for part in path.split("__"):
        model = model._meta.get_field(part).related_model
    return model


LISTINGS: dict[str, Listing] = {}
"""Name of its address -> a list."""


def listed(one: Listing) -> Listing:
    """Register a list."""
    if one.address in LISTINGS:
        raise ValueError(f"the list `{one.address}` is registered twice")
    LISTINGS[one.address] = one
    return one
