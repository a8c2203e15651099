"""What a person may type about service plans."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.customers.archive import Need
from zhike.customers.forms import Day, OfCustomerForm, choices
from zhike.customers.models import Contact, Customer
from zhike.people.models import Person
from zhike.plans.models import COMPONENTS, MODES, OPEN, TYPES, WAYS, PlanItem, ServicePlan

FILE_HELP = _("PDF, pictures, Word, Excel, text; up to 20 MB.")
BEGINS = {"prospect": "develop", "lapsed": "recover"}
"""State of the life cycle -> the type of plan that is offered; every other customer is maintained."""


def people() -> Any:
    """Those who may answer for an item."""
    return Person.objects.filter(is_active=True).order_by("pinyin", "pk")


def note(label: Any, help_text: Any = "", *, rows: int = 3, required: bool = True) -> forms.CharField:
    """A text of several lines."""
    box = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=4000, widget=box)


class PlanForm(OfCustomerForm):
    """What stands above the items of a plan; for a new one also its customer, and whether the last plan is copied."""

    title = forms.CharField(label=pgettext_lazy("plan", "Title"), max_length=160)
    kind = forms.ChoiceField(label=_("Type of plan"), choices=choices(TYPES))
    from_on = forms.DateField(label=pgettext_lazy("plan", "From"), widget=Day())
    until_on = forms.DateField(label=pgettext_lazy("plan", "Until"), widget=Day())
    mode = forms.ChoiceField(label=_("Service mode"), choices=choices(MODES), initial="standard")
    mode_reason = forms.CharField(
        label=_("Reason for the service mode"), max_length=300, required=False,
        help_text=_("Needed for every mode but standard service."),
    )  # fmt: skip
    goal = note(
        _("Goal"), _("What the customer and the company want to reach in the period."), required=False
    )
    copied = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, by: Person, day: date, customer: Customer | None = None, plan: ServicePlan | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.by, self.last = by, last_plan(customer) if customer is not None else None
        if plan is not None:
            del self.fields["customer"], self.fields["copied"]
            names = ("title", "kind", "from_on", "until_on", "mode", "mode_reason", "goal")
            self.initial = {name: getattr(plan, name) for name in names}
            return
        begin = day if self.last is None else max(day, self.last.until_on + timedelta(days=1))
        self.initial.setdefault("from_on", begin)
        until = date(begin.year, 12, 31) if begin.month <= 6 else begin + timedelta(days=364)
        self.initial.setdefault("until_on", until)
        self.initial.setdefault("title", gettext("Service plan %(year)s") % {"year": begin.year})
        if self.last is None:
            del self.fields["copied"]
        else:
            label = _("Copy the items of “%(plan)s”") % {"plan": self.last}
            self.fields["copied"] = forms.BooleanField(label=label, required=False)
        if customer is not None:
            self.initial["customer"] = customer.code
            self.initial.setdefault("kind", BEGINS.get(customer.life, "maintain"))
            self.fields["customer"].widget = forms.HiddenInput()
        else:
            self.initial.setdefault("kind", "maintain")

    def clean_copied(self) -> ServicePlan | None:
        """The plan that is copied, if it is to be."""
        return self.last if self.cleaned_data["copied"] else None


def last_plan(customer: Customer) -> ServicePlan | None:
    """The latest plan of a customer that was agreed."""
    rows = ServicePlan.objects.filter(customer=customer, state__in=("confirmed", "replaced", *OPEN[1:]))
    return rows.order_by("-until_on", "-revision", "-id").first()


class ItemForm(forms.Form):
    """An item of a plan, and the needs that it answers."""

    component = forms.ChoiceField(label=_("Component"), choices=choices(COMPONENTS))
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Responsible person"))
    content = note(_("Content"))
    method = forms.CharField(label=_("Method"), max_length=300, required=False)
    proof = forms.CharField(label=_("What shows that it was done"), max_length=200, required=False)
    from_on = forms.DateField(label=pgettext_lazy("plan", "From"), required=False, widget=Day())
    due_on = forms.DateField(label=_("To be done by"), widget=Day())
    needs = forms.ModelMultipleChoiceField(
        Need.objects.none(), label=_("Needs that it answers"), required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip

    def __init__(self, *args: Any, plan: ServicePlan, item: PlanItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
        open_needs = Need.objects.filter(customer=plan.customer_id, status="open")
        self.fields["needs"].queryset = open_needs.order_by("stated_on", "id")  # type: ignore[attr-defined]
        if item is not None:
            names = ("component", "owner", "content", "method", "proof", "from_on", "due_on")
            self.initial = {name: getattr(item, name) for name in names} | {"needs": list(item.needs.all())}
        else:
            self.initial.setdefault("owner", plan.customer.manager_id)
            self.initial.setdefault("due_on", plan.until_on)
        if not open_needs.exists():
            del self.fields["needs"]


class RowForm(forms.Form):
    """One of several items that are typed at once; a row without content is left out."""

    content = forms.CharField(label=_("Content"), max_length=4000, required=False)
    component = forms.ChoiceField(label=_("Component"), choices=choices(COMPONENTS))
    method = forms.CharField(label=_("Method"), max_length=300, required=False)
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Responsible person"), empty_label=None)
    due_on = forms.DateField(label=_("To be done by"), widget=Day())

    def __init__(self, *args: Any, plan: ServicePlan, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"owner": plan.customer.manager_id, "due_on": plan.until_on}
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]


RowSet = forms.formset_factory(RowForm, extra=6, max_num=50, absolute_max=50)
"""Several rows."""


class GroundForm(forms.Form):
    """Why something is done with a plan."""

    ground = note(_("Reason"))


class SendForm(forms.Form):
    """To whom a plan goes."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("To"), required=False,
        help_text=_("Give the plan to the customer by the way you have agreed: from now on its text stays as it is."),
    )  # fmt: skip

    def __init__(self, *args: Any, plan: ServicePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = plan.customer.contacts.offered()  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """Who answered for the customer, and how; with `file`, what shows it."""

    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("Contact"), required=False)
    name = forms.CharField(
        label=pgettext_lazy("plan", "Name"),
        max_length=80,
        required=False,
        help_text=_("Who answered; the contact's if left empty."),
    )
    way = forms.ChoiceField(
        label=_("How"), choices=[(code, name) for code, name in WAYS.items() if code != "portal"]
    )

    def __init__(self, *args: Any, plan: ServicePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = plan.customer.contacts.offered()  # type: ignore[attr-defined]
        self.initial.setdefault("contact", plan.sent_to_id)

    def clean(self) -> dict[str, Any]:
        """The contact's name, where none was typed."""
        found: dict[str, Any] = super().clean() or {}
        contact = found.get("contact")
        found["name"] = found.get("name") or (contact.name if contact else "")
        if not found["name"]:
            self.add_error("name", gettext("Say who answered."))
        return found


class ConfirmForm(AnswerForm):
    """The customer confirmed."""

    confirmed_at = forms.DateTimeField(label=_("Confirmed at"))
    file = forms.FileField(label=_("Signature or reply"), required=False, help_text=FILE_HELP)

    def __init__(self, *args: Any, at: datetime, archives: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("confirmed_at", timezone.localtime(at))
        if not archives:
            del self.fields["file"]


class ChangeForm(AnswerForm):
    """The customer wants something changed."""

    text = note(_("What is to change"))


class DoneForm(forms.Form):
    """What was carried out."""

    done_on = forms.DateField(label=_("Done on"), widget=Day())
    result = note(_("Result"))
    file = forms.FileField(label=_("What shows it"), required=False, help_text=FILE_HELP)

    def __init__(self, *args: Any, archives: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not archives:
            del self.fields["file"]


class PassForm(forms.Form):
    """Who does it from now on."""

    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Responsible person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people()  # type: ignore[attr-defined]
