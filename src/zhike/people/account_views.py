"""Steps on somebody's account: roles, password, second factor, closing; and the company's limits."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.people import actions
from zhike.people.company import LIMITS, limits, set_limit
from zhike.people.directory_views import tabs_for
from zhike.people.doors import door, me
from zhike.people.forms import GrantForm, NothingForm, PasswordForm, ReviewForm, answer_form, posted
from zhike.people.models import Grant, Person
from zhike.people.pages import table_page
from zhike.ui import grid
from zhike.ui.forms import Switch
from zhike_engine.plan.windows import add_months

SOON = timedelta(days=30)


def _page_of(person: Person) -> str:
    return f"/people/person/{person.pk}/"


@door("manage_people")
def grant(request: HttpRequest, person: int) -> HttpResponse:
    """Grant a role."""
    one = get_object_or_404(Person, pk=person)
    day = timezone.localdate()
    form = GrantForm(posted(request), initial={"from_on": day, "review_on": add_months(day, 12)})
    return answer_form(
        request, form,
        lambda: actions.grant_role(person=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Grant %(name)s a role") % {"name": one}, back=_page_of(one), submit=_("Grant"), done=_("The role is granted."),
        note=_("A role ends on a day, or somebody looks at it again on one."),
    )  # fmt: skip


GRANTS = (
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.name(str(one.person), str(one.role),
        _page_of(one.person)), phone="title"),
    grid.Column("review", gettext_lazy("Review"), lambda one: grid.day(one.review_on), phone="meta"),
    grid.Column("until", gettext_lazy("Last day"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("approver", gettext_lazy("Approved by"), lambda one: grid.text(one.approved_by)),
    grid.Column("state", gettext_lazy("State"), lambda one: _state(one), phone="aside"),
    grid.Column("steps", "", lambda one: f"{grid.link(_('Still needed'), reverse('review_grant', args=[one.pk]))} · "
                f"{grid.link(_('Withdraw'), reverse('withdraw_grant', args=[one.pk]))}"),
)  # fmt: skip


def _state(one: Grant) -> str:
    day = timezone.localdate()
    if one.review_on and one.review_on <= day:
        return grid.tag(_("to review"), "warning")
    return grid.tag(_("ends soon"), "info") if one.until_on and one.until_on <= day + SOON else ""


@door("manage_people")
def grants(request: HttpRequest) -> HttpResponse:
    """Roles to look at again, the most urgent first, and those that end within a month."""
    day = timezone.localdate()
    running = Grant.objects.running(day).select_related("person", "role", "approved_by")
    rows = running.filter(Q(review_on__isnull=False) | Q(until_on__lte=day + SOON))
    return table_page(
        request, GRANTS, rows.order_by(Coalesce("review_on", "until_on"), "id"), title=_("Reviews of roles"), tabs=tabs_for(request),
        empty=_("Nothing to review"), note=_("Each role ends on a day, or is looked at again on one."),
    )  # fmt: skip


@door("manage_people")
def review_grant(request: HttpRequest, grant: int) -> HttpResponse:
    """Confirm that a role is still needed."""
    one = get_object_or_404(Grant.objects.select_related("person", "role"), pk=grant)
    form = ReviewForm(posted(request))
    return answer_form(
        request, form,
        lambda: actions.review_grant(grant=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=str(one), back="grants", submit=_("Still needed"), done=_("The review is recorded."),
    )  # fmt: skip


@door("manage_people")
def withdraw_grant(request: HttpRequest, grant: int) -> HttpResponse:
    """Take a role back."""
    one = get_object_or_404(Grant.objects.select_related("person", "role"), pk=grant)
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: actions.withdraw_role(grant=one, by=me(request), at=timezone.now()),
        title=_("Withdraw: %(what)s") % {"what": one}, back=_page_of(one.person), submit=_("Withdraw"), danger=True,
        done=_("The role is withdrawn."), note=_("It counts from the person's next request."),
    )  # fmt: skip


@door("manage_people")
def close_account(request: HttpRequest, person: int) -> HttpResponse:
    """Close or reopen an account."""
    one = get_object_or_404(Person, pk=person)
    act = actions.close_account if one.is_active else actions.reopen_account
    title = _("Close the account of %(name)s") if one.is_active else _("Reopen the account of %(name)s")
    return answer_form(
        request, NothingForm(posted(request)), lambda: act(person=one, by=me(request), at=timezone.now()),
        title=title % {"name": one}, back=_page_of(one), submit=_("Close") if one.is_active else _("Reopen"),
        danger=one.is_active,
            note=_("Sessions end at once. Customers stay with the person until they are handed over.") if one.is_active else "",
    )  # fmt: skip


@door("manage_people")
def give_password(request: HttpRequest, person: int) -> HttpResponse:
    """Give somebody a new password."""
    one = get_object_or_404(Person, pk=person)
    form = PasswordForm(posted(request))
    return answer_form(
        request, form,
        lambda: actions.give_password(person=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("A new password for %(name)s") % {"name": one}, back=_page_of(one), done=_("The password is changed."),
    )  # fmt: skip


@door("manage_people")
def reset_factor(request: HttpRequest, person: int) -> HttpResponse:
    """Remove a lost second factor."""
    one = get_object_or_404(Person, pk=person)
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: actions.reset_factor(person=one, by=me(request), at=timezone.now()),
        title=_("Remove the second factor of %(name)s") % {"name": one}, back=_page_of(one), submit=_("Remove"), danger=True,
        note=_("Make sure that it is really this person who asks."), done=_("The second factor is removed."),
    )  # fmt: skip


@door("manage_people")
def company_limits(request: HttpRequest) -> HttpResponse:
    """The limits that the company sets."""
    form = _LimitsForm(posted(request), initial=limits())

    def act() -> None:
        for name, value in form.cleaned_data.items():
            set_limit(name=name, value=int(value), by=me(request), at=timezone.now())

    return answer_form(request, form, act, title=_("Limits"), back="company_limits", done=_("Saved."))


class _LimitsForm(forms.Form):
    """One number for each limit; a switch where it is a yes or no."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, one in LIMITS.items():
            self.fields[name] = (
                forms.BooleanField(label=one.label, required=False, widget=Switch)
                if one.is_switch
                else forms.IntegerField(label=one.label, min_value=one.least, max_value=one.most)
            )
