"""Templates of letters and the letterhead: added, brought up to a further edition, never altered in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.letters import paper
from zhike.letters.filling import LISTS, WORDS, check, fill
from zhike.letters.making import letterhead
from zhike.letters.models import Letterhead, LetterTemplate
from zhike.letters.shipping import LANGUAGES
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "letter_template_added": gettext_lazy("%(who)s added the letter template “%(what)s”, edition %(edition)s"),
    "letter_template_withdrawn": gettext_lazy("%(who)s withdrew the letter template “%(what)s”"),
    "letterhead_set": gettext_lazy("%(who)s set how letters are signed"),
})  # fmt: skip
VERB = "edit_policies"


def sample_words() -> dict[str, Any]:
    """Words of nobody, for showing a template."""
    words: dict[str, Any] = {name: str(label) for name, label in WORDS.items()}
    return {**words, **{name: [str(WORDS[name])] * 2 for name in LISTS}}


def checked(file: bytes) -> list[str]:
    """Refuse a file that is no template, or that cannot be filled and drawn; what the PDF will not show."""
    hints = check(file)
    blocks = paper.read(fill(file, sample_words()))
    try:
        paper.as_pdf([blocks], language="zh", title="—")
    except RuntimeError as error:
        said = _("The document cannot be drawn as PDF: %(why)s") % {"why": str(error)[:200]}
        raise Invalid(said, fields={"file": said}) from error
    return hints


@transaction.atomic
def add_template(
    *,
    policy: str,
    grade: str,
    language: str,
    name: str,
    wording: str,
    file: bytes,
    file_name: str,
    by: Person,
    at: datetime,
) -> LetterTemplate:
    """Add a template, or the next edition of the one for the same policy, grade and language."""
    allow(by, VERB)
    if language not in LANGUAGES:
        raise Invalid(_("Letters are in Chinese or English."), fields={"language": _("unknown")})
    checked(file)
    own = LetterTemplate.objects.filter(policy=policy, grade=grade.strip(), language=language)
    last = own.order_by("-edition").select_for_update().first()
    own.filter(replaced_at__isnull=True).update(replaced_at=at)
    made = LetterTemplate.objects.create(
        policy=policy, grade=grade.strip(), language=language, name=name.strip(), wording=wording.strip(), file=file,
        file_name=file_name[-160:], edition=last.edition + 1 if last else 1, added_by=by, added_at=at,
    )  # fmt: skip
    journal(made, "letter_template_added", by=by, at=at, edition=made.edition)
    return made


def next_edition(
    *,
    template: LetterTemplate,
    name: str,
    wording: str,
    file: bytes | None,
    file_name: str,
    by: Person,
    at: datetime,
) -> LetterTemplate:
    """A template changed: the edition before stays for the letters that were made from it."""
    if template.replaced_at is not None:
        raise Conflict(_("Somebody has put a later edition in its place."))
    return add_template(
        policy=template.policy, grade=template.grade, language=template.language, name=name, wording=wording,
        file=bytes(template.file) if file is None else file, file_name=template.file_name if file is None else file_name, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def withdraw_template(*, template: LetterTemplate, by: Person, at: datetime) -> None:
    """Take a template out of use; the general one without policy and grade stays."""
    allow(by, VERB)
    if not template.policy and not template.grade:
        raise Invalid(_("The template for every grade stays: put a further edition in its place."))
    if LetterTemplate.objects.filter(pk=template.pk, replaced_at__isnull=True).update(replaced_at=at):
        journal(template, "letter_template_withdrawn", by=by, at=at)


@transaction.atomic
def set_letterhead(*, values: dict[str, Any], by: Person, at: datetime) -> Letterhead:
    """Set how letters are signed and the company's periods."""
    allow(by, VERB)
    head = letterhead()
    before, after = changes(head, values)
    if head.pk is None or after:
        for name, value in values.items():
            setattr(head, name, value)
        head.save()
        journal(head, "letterhead_set", by=by, at=at, before=before, after=after)
    return head
