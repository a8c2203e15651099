"""What a person may type about budgets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.customers.forms import NONE, Day
from zhike.customers.models import Customer
from zhike.lists.grades import named_grades
from zhike.people.models import Person


def amount_field() -> forms.DecimalField:
    """An exact amount."""
    return forms.DecimalField(label=_("Amount"), min_value=0, max_digits=15, decimal_places=4)


class BudgetForm(forms.Form):
    """The sum of a year."""

    amount = amount_field()
    currency = forms.CharField(label=_("currency"), max_length=3, initial="CNY")


def grade_choices() -> list[tuple[str, Any]]:
    """Nothing, and every grade that customers may carry."""
    return [*NONE, *((code, one.word) for code, one in named_grades().items())]


class AllocationForm(forms.Form):
    """A part of the budget, for a customer or a grade."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.TextInput,
        label=_("Customer code"),
    )
    grade = forms.ChoiceField(label=_("or a grade"), required=False, choices=grade_choices)
    amount = amount_field()

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(by).living()  # type: ignore[attr-defined]


class BookingForm(forms.Form):
    """A cost for a customer."""

    what = forms.CharField(label=_("What for"), max_length=160)
    amount = amount_field()
    spent_on = forms.DateField(label=_("Day"), widget=Day())
