"""The job that sends letters: each is made and handed to the outbox in one step, so that it goes out once whatever dies when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.jobs.actions import enqueue
from zhike.jobs.registry import job
from zhike.jobs.running import Run
from zhike.kernel.refusals import Refused
from zhike.letters.actions import fail_letter
from zhike.letters.making import Kept, Made, keep, make, number_of, place_of
from zhike.letters.models import Letter
from zhike.outbox.outside import post
from zhike_engine.errors import ZhikeError

RELATED = (
    "customer",
    "customer__manager",
    "customer__department",
    "grade",
    "grade__version__policy",
    "grade__run",
    "sent_by",
)


AHEAD = 50
"""For so many letters the grounds are asked for at once."""


@job("send_letters", title=gettext_lazy("Sending of letters about grades"))
def send_letters(run: Run) -> dict[str, Any]:
    """Make each letter and put it into the outbox, or ready to be printed; one that cannot be made fails alone."""
    keys = [int(key) for key in run.payload["letters"]]
    counts, kept_for = {"mail": 0, "print": 0, "failed": 0}, Kept()
    for number, key in enumerate(keys, 1):
        if number % AHEAD == 1:
            kept_for.look_into(
                Letter.objects.filter(pk__in=keys[number - 1 : number - 1 + AHEAD], state="queued")
            )
        letter = _queued().filter(pk=key, state="queued").first()
        if letter is not None:
            counts[_send(run, letter, kept_for)] += 1
        run.progress(number, len(keys))
    if counts["mail"]:
        enqueue(kind="send_messages", at=run.clock(), key=f"letters of job {run.job.pk}")
    return counts


def _queued() -> Any:
    """Letters with all that stands in them; not the whole board of the run, which many share."""
    return Letter.objects.select_related(*RELATED).defer("grade__run__board", "grade__run__manifest")


def _send(run: Run, letter: Letter, kept_for: Kept) -> str:
    at = run.clock()
    try:
        made = make(letter, timezone.localtime(at).date(), kept_for)
        if letter.means == "mail" and not made.address:
            raise Refused(
                _("The customer has no e-mail address: enter one for a contact, or print the letter.")
            )
        pdf, word = keep(made.pdf, "pdf"), keep(made.word, "docx")
    except (Refused, ZhikeError) as refusal:
        fail_letter(letter=letter, why=str(refusal), at=at)
        return "failed"
    with run.step(f"letter {letter.pk} {letter.attempt}") as fresh:
        if fresh:
            _hand_over(letter, made, pdf, word, at)
    return letter.means


@transaction.atomic
def _hand_over(letter: Letter, made: Made, pdf: str, word: str, at: datetime) -> None:
    """Write what goes out, and into the outbox with it."""
    mine = Letter.objects.filter(pk=letter.pk, state="queued", attempt=letter.attempt)
    changed = mine.update(
        template=made.template, contact=made.contact, language=made.language, address=made.address if letter.means == "mail" else "",
        sha256=pdf, word_sha256=word, blocks=made.blocks, state="queued" if letter.means == "mail" else "printed",
    )  # fmt: skip
    if changed and letter.means == "mail":
        with translation.override(made.language):
            subject = _("Notice of your grade from %(company)s") % {"company": made.words["company"] or "—"}
            words = {"words": made.words, "language": made.language}
            text = render_to_string("letters/mail.txt", words)
            html = render_to_string("letters/mail.html", words)
        post(
            kind="letter", key=f"{letter.pk} {letter.attempt}", address=made.address, subject=subject, text=text, html=html,
            reply_to=letter.customer.manager.email if letter.customer.manager else "", at=at,
            attachments=[{"name": f"{number_of(letter)}.pdf", "path": place_of(pdf, "pdf"), "type": "application/pdf"}],
        )  # fmt: skip
