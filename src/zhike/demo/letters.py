"""Letters of the demo company: most customers were told and confirmed receipt, some are still to be told, one is late, one held back."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from zhike.customers.documents import Document, keep
from zhike.demo.staff import Staff, moment
from zhike.grading.models import Grade
from zhike.letters.making import keep as keep_letter
from zhike.letters.making import make, number_of
from zhike.letters.models import Letter, Letterhead
from zhike.letters.opening import open_letters

COMPANY = {
    "company_zh": "衡安称重设备有限公司",
    "company_en": "Heng'an Weighing Equipment",
    "signed_zh": "外贸部",
    "signed_en": "Export department",
    "link_days": 400,
}
REAL = 8
"""Letters that are made as they went; the rest were posted before and have no file here."""
OPEN = 6


def settle_letters(staff: Staff, as_of: date) -> int:
    """Write the letters about the grades that runs have changed; how many there are."""
    Letterhead.objects.get_or_create(defaults=COMPANY)
    changed = Grade.objects.filter(run__isnull=False, letter__isnull=True, version__isnull=False).exclude(
        moved=0
    )
    grades = list(changed.select_related("version__policy").order_by("from_on", "pk"))
    by_day: dict[date, list[Grade]] = {}
    for one in grades:
        by_day.setdefault(
            timezone.localtime(one.approved_at).date() if one.approved_at else one.from_on, []
        ).append(one)
    for day, some in sorted(by_day.items()):
        open_letters(some, by=None, at=moment(day))
    related = (
        "customer",
        "customer__manager",
        "customer__department",
        "grade",
        "grade__version__policy",
        "grade__run",
    )
    letters = list(Letter.objects.filter(state="due").select_related(*related).order_by("-due_on", "-pk"))
    for place, letter in enumerate(letters):
        _settle(place, letter, staff, as_of)
    return len(letters)


def _settle(place: int, letter: Letter, staff: Staff, as_of: date) -> None:
    """What became of one letter, the newest first."""
    if place < OPEN:
        letter.due_on = as_of + timedelta(days=place - 1 if place else -4)
        if place == 1:
            letter.state, letter.ground = "suppressed", "客户正在清算，管理人要求暂停一切商务函件"
            letter.suppressed_by, letter.suppressed_at = (
                staff.people["guanyuan"],
                moment(as_of - timedelta(days=2)),
            )
        letter.save()
        return
    sent = min(letter.due_on, as_of) - timedelta(days=1 + place % 4)
    letter.sent_by, letter.sent_at, letter.means, letter.attempt = (
        letter.customer.manager,
        moment(sent),
        "mail",
        1,
    )
    letter.state = ("received", "received", "delivered", "sent")[place % 4]
    if place < OPEN + REAL:
        _file(letter, sent)
    else:
        letter.means = "print"
        letter.state = "received" if letter.state == "received" else "sent"
    if letter.state in ("delivered", "received"):
        letter.delivered_at = moment(min(sent + timedelta(days=1), as_of))
    if letter.state == "received":
        contact = letter.customer.contacts.order_by("pk").first()
        letter.received_at, letter.received_by = (
            letter.delivered_at,
            contact.name if contact else letter.customer.name,
        )
    letter.save()


def _file(letter: Letter, sent: date) -> None:
    """The letter as it went, filed in the archive."""
    made = make(letter, sent)
    letter.template, letter.contact, letter.address, letter.language = (
        made.template,
        made.contact,
        made.address,
        made.language,
    )
    letter.sha256, letter.word_sha256, letter.blocks = (
        keep_letter(made.pdf, "pdf"),
        keep_letter(made.word, "docx"),
        made.blocks,
    )
    manager = letter.customer.manager
    if manager is not None:
        letter.document = Document.objects.create(
            customer=letter.customer, kind="letter", title=f"客户等级通知书 {letter.grade.grade}", file_name=f"{number_of(letter)}.pdf",
            size=len(made.pdf), content_type="application/pdf", sha256=keep([made.pdf], len(made.pdf)), added_by=manager,
            added_at=moment(sent),
        )  # fmt: skip
