"""Every change of saved views."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.lists.models import View
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "view_saved": gettext_lazy("%(who)s saved the view “%(what)s”"),
    "view_shared": gettext_lazy("%(who)s shared the view “%(what)s”"),
    "view_removed": gettext_lazy("%(who)s removed the view “%(what)s”"),
})  # fmt: skip


@transaction.atomic
def save_view(
    *, noun: str, name: str, query: str, shared: bool, first: bool, by: Person, at: datetime
) -> View:
    """Keep a question under a name; the same name again replaces it. Sharing wants a right of its own."""
    name = name.strip()
    if not name:
        raise Invalid(_("A view needs a name."), fields={"name": _("missing")})
    if shared:
        allow(by, "share_views")
    if first:
        View.objects.filter(noun=noun, owner=by, first=True).update(first=False)
    view, _made = View.objects.update_or_create(
        noun=noun, owner=by, name=name[:60], defaults={"query": query, "shared": shared, "first": first}
    )
    journal(view, "view_shared" if shared else "view_saved", by=by, at=at, after={"query": query})
    return view


@transaction.atomic
def remove_view(*, view: View, by: Person, at: datetime) -> None:
    """Remove one's own view."""
    if view.owner_id != by.pk:
        raise Forbidden(_("Only the owner removes a view."))
    journal(view, "view_removed", by=by, at=at, before={"query": view.query})
    view.delete()
