"""What a person may type about a visit before it, and about one that is not made."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.forms import Day, OfCustomerForm, choices
from zhike.customers.models import Assignment, Contact, Customer
from zhike.people.models import Person
from zhike.visits.models import KINDS, Visit


def colleagues(by: Person, customer: Customer | None, *others: int) -> QuerySet[Person]:
    """Who may go on a visit: oneself, the own department and superior, the customer's team, and who is named already."""
    near = Q(pk__in=[by.pk, by.superior_id or 0, *others])
    if by.department_id is not None:
        near |= Q(department=by.department_id)
    if customer is not None:
        team = Assignment.objects.current().filter(customer=customer).values("person_id")
        near |= Q(pk__in=team) | Q(pk=customer.manager_id or 0)
    return Person.objects.active().filter(near)


class Contacts(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Contacts, each with the post."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and post."""
        return f"{obj.name} · {obj.post}".rstrip(" ·")


class VisitPlanForm(OfCustomerForm):
    """When, what for, who goes, whom they meet. A day that has passed records a visit that was made."""

    day = forms.DateField(
        label=_("Day of the visit"),
        widget=Day(),
        help_text=_("A day that has passed records a visit that was made."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=choices(KINDS))
    purpose = forms.CharField(label=pgettext_lazy("visit", "Purpose"), max_length=160)
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Answers for the form"))
    people = forms.ModelMultipleChoiceField(
        Person.objects.none(), label=_("Who else goes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    contacts = Contacts(
        Contact.objects.none(),
        label=_("Contacts to meet"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, by: Person, customer: Customer | None, today: date, visit: Visit | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.by = by
        self.initial.setdefault("day", today)
        self.initial.setdefault("owner", by.pk)
        named = [visit.owner_id, *visit.people.values_list("pk", flat=True)] if visit is not None else []
        for name in ("owner", "people"):
            self.fields[name].queryset = colleagues(by, customer, *named)  # type: ignore[attr-defined]
        if customer is None:
            del self.fields["contacts"]
            return
        self.initial["customer"] = customer.code
        self.fields["customer"].widget = forms.HiddenInput()
        offered = Contact.objects.filter(customer=customer)
        kept = visit.contacts.values("pk") if visit is not None else Contact.objects.none().values("pk")
        self.fields["contacts"].queryset = offered.filter(Q(left_on__isnull=True) | Q(pk__in=kept))  # type: ignore[attr-defined]


class VisitChangeForm(VisitPlanForm):
    """The plan of a visit that was read at a version."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class VisitCancelForm(forms.Form):
    """Why a visit is not made."""

    ground = forms.CharField(label=_("Reason"), max_length=300)


class VisitReturnForm(forms.Form):
    """What is to be mended in a form that was read at a version."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    ground = forms.CharField(
        label=_("What is to be mended"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        help_text=_("Whoever wrote the form is told, and hands it in again; what was typed stays in it."),
    )  # fmt: skip


def plan_of(visit: Visit) -> dict[str, Any]:
    """The plan of a visit, as a form begins with it."""
    return {
        "day": visit.day, "kind": visit.kind, "purpose": visit.purpose, "owner": visit.owner_id, "version": visit.version,
        "people": list(visit.people.values_list("pk", flat=True)), "contacts": list(visit.contacts.values_list("pk", flat=True)),
    }  # fmt: skip
