"""What the customer does with a letter: opens it, confirms receipt (GRD-22); from its signed page or in the portal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.letters.actions import told
from zhike.letters.models import Letter

sentences({
    "letter_opened": gettext_lazy("The customer opened the letter about %(what)s"),
    "letter_received": gettext_lazy("%(name)s confirmed receipt of the letter about %(what)s"),
})  # fmt: skip


@transaction.atomic
def note_opening(*, letter: Letter, at: datetime) -> bool:
    """The customer opened the page: proof that the letter arrived, also where the mail server left it open."""
    fresh = Letter.objects.filter(pk=letter.pk, delivered_at__isnull=True)
    if not fresh.update(delivered_at=at):
        return False
    if letter.state in ("queued", "failed"):  # it went out, though nobody was sure
        told(letter, at)
    Letter.objects.filter(pk=letter.pk, state="sent").update(state="delivered", error="")
    journal(letter, "letter_opened", by=None, at=at)
    return True


@transaction.atomic
def confirm_receipt(*, letter: Letter, name: str, at: datetime) -> Letter:
    """The customer confirms receipt with a name; the first confirmation stands."""
    said = " ".join(name.split())[:80]
    if len(said) < 2:
        raise Invalid(_("Please enter your name."), fields={"name": _("Please enter your name.")})
    confirmed = Letter.objects.filter(pk=letter.pk, state__in=["sent", "delivered"], received_at__isnull=True)
    if not confirmed.update(state="received", received_at=at, received_by=said):
        raise Conflict(_("Receipt was confirmed before."))
    letter.refresh_from_db()
    journal(letter, "letter_received", by=None, at=at, name=said)
    return letter
