"""Pages of accesses to the portal: opening, renewing and revoking it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from zhike.accesses import actions
from zhike.accesses.forms import OpeningForm, RenewalForm
from zhike.accesses.models import PARTS, PortalAccess
from zhike.customers.models import Contact
from zhike.customers.pages import find_customer, find_part, form_page, now
from zhike.people.doors import door, me
from zhike.people.forms import NothingForm, answer_form, posted


@door("open_portal", customer_data=True)
def new_access(request: HttpRequest, code: str) -> HttpResponse:
    """Open the portal to a contact."""
    at, customer = now()[0], find_customer(me(request), code)
    free = Contact.objects.offered().filter(customer=customer).exclude(email="")
    free = free.exclude(accesses__in=PortalAccess.objects.standing())
    form = OpeningForm(
        request.POST or None, contacts=free, initial={"until_on": actions.latest(at), "parts": list(PARTS)}
    )
    return form_page(
        request, form, lambda values: actions.open_access(by=me(request), at=at, **values),
        title=_("Open the portal to a contact of %(name)s") % {"name": customer}, back=customer.get_absolute_url(),
        submit=_("Open the portal"), done=_("The portal is open to the contact, who is told by mail."),
    )  # fmt: skip


def find(request: HttpRequest, code: str, key: int) -> PortalAccess:
    """An access of a customer that the person sees, or 404."""
    customer = find_customer(me(request), code)
    rows = PortalAccess.objects.filter(contact__customer=customer).select_related("contact__customer")
    found: PortalAccess = find_part(rows, key)
    return found


@door("open_portal", customer_data=True)
def renew(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Another last day, other parts."""
    at, one = now()[0], find(request, code, key)
    initial: dict[str, Any] = {"until_on": actions.latest(at), "parts": one.parts, "version": one.version}
    return form_page(
        request, RenewalForm(request.POST or None, initial=initial),
        lambda values: actions.renew_access(access=one, by=me(request), at=at, **values),
        title=_("Renew the portal access of %(name)s") % {"name": one}, back=one.customer.get_absolute_url(), submit=_("Renew"),
        done=_("The access is renewed."),
    )  # fmt: skip


@door("open_portal", customer_data=True)
def revoke(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Close an access."""
    at, one = now()[0], find(request, code, key)
    return answer_form(
        request, NothingForm(posted(request)), lambda: actions.revoke_access(access=one, by=me(request), at=at),
        title=_("Revoke the portal access of %(name)s?") % {"name": one}, back=one.customer.get_absolute_url(), submit=_("Revoke"),
        danger=True, note=_("Whoever is in the portal with it is out at once."), done=_("The access is revoked."),
    )  # fmt: skip
