"""The archive card: one page of a customer, drawn from the archive, on screen, as Word and as PDF (ARC-09)."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from docx import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from zhike.customers.life import CHANNELS, CONDITIONS, DECIDES, LIFE
from zhike.customers.models import Activity, Customer
from zhike.customers.record import Fact, Record
from zhike.lists.grades import word_of
from zhike.people.models import Person
from zhike.ui.figures import tongue

FACTS = (
    "name_en", "short_name", "legal_representative", "registration", "since", "country", "province", "city", "address", "phone",
    "email", "website", "business_scope", "scale", "industry", "need_type", "segment", "importance", "region", "department", "group",
)  # fmt: skip
"""The facts on the card, in its order."""
CONTACTS, UNITS, LAST = 4, 6, 3
"""Rows of each kind: the card is one page."""
TEMPLATE = Path(__file__).with_name("card.typ")
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
)
"""Typefaces for Chinese, the first that the machine has is used; none is shipped."""


@dataclass(frozen=True)
class Card:
    """What stands on the card."""

    customer: Customer
    facts: list[Fact]
    team: list[tuple[str, str]]
    contacts: list[tuple[str, ...]]
    units: list[tuple[str, ...]]
    last: list[tuple[str, ...]]
    life: str
    day: date

    @property
    def heads(self) -> dict[str, list[str]]:
        """The headings of its tables."""
        return {
            _("Contacts"): [_("Name"), _("Post"), _("Role in decisions"), _("Mobile"), _("E-mail")],
            _("Products in use"): [_("Type"), _("Serial number"), _("Site"), _("Condition")],
            _("Last contacts"): [_("Day"), _("Channel"), _("Subject"), _("Result"), _("By")],
        }

    @property
    def grade(self) -> str:
        """The grade, as the policy that gave it calls it."""
        return word_of(self.customer)

    @property
    def tables(self) -> list[tuple[str, list[str], list[tuple[str, ...]]]]:
        """(title, headings, rows)."""
        rows = (self.contacts, self.units, self.last)
        return [(title, head, found) for (title, head), found in zip(self.heads.items(), rows, strict=True)]


def card_of(customer: Customer, by: Person, day: date) -> Card:
    """The card as a person may see it."""
    record = Record(customer, by, day)
    hide = "" if record.sees_contact else "•••"
    last = Activity.objects.counting().filter(customer=customer).select_related("person")[:LAST]
    return Card(
        customer,
        [record.fact(code) for code in FACTS],
        [(name, str(one.person)) for one, name in record.posts],
        [
            (
                one.name,
                one.post,
                str(DECIDES.get(one.decides, "")),
                hide or one.mobile or one.phone,
                hide or one.email,
            )
            for one in record.here[:CONTACTS]
        ],
        [
            (one.model, one.serial, one.site, str(CONDITIONS[one.condition]))
            for one in record.units[:UNITS]
            if one.retired_on is None
        ],
        [
            (one.done_on.isoformat(), str(CHANNELS[one.channel]), one.subject, one.result, str(one.person))
            for one in last
        ],
        str(LIFE[customer.life]),
        day,
    )


def as_pdf(card: Card, mark: str) -> bytes:
    """The card as PDF, the mark in its foot and across the page."""
    given = {
        "title": _("Customer archive card"),
        "name": card.customer.name,
        "code": card.customer.code,
        "grade": card.grade or "—",
        "life": card.life,
        "grade_word": _("Grade"),
        "life_word": _("Life cycle"),
        "team_word": _("Team"),
        "facts": [[one.label, "•••" if one.hidden else one.value or "—"] for one in card.facts],
        "team": [list(one) for one in card.team],
        "tables": [
            [title, head, [[_breaks(one) for one in row] for row in rows]]
            for title, head, rows in card.tables
        ],
        "mark": mark,
        "day": card.day.isoformat(),
        "none": _("none yet"),
        "fonts": list(FONTS),
        "language": tongue(),
    }
    made: Any = typst.compile(
        TEMPLATE.read_bytes(), sys_inputs={"card": json.dumps(given, ensure_ascii=False)}, format="pdf"
    )
    return bytes(made)


def _breaks(text: str) -> str:
    """Let long addresses break after their signs, so that nothing leaves the sheet."""
    return re.sub(r"([@._/-])", "\\1\u200b", text)


def as_word(card: Card, mark: str) -> bytes:
    """The card as a Word file, the mark in head and foot."""
    paper = Word()
    style: Any = paper.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(9.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    for margin in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(paper.sections[0], margin, Pt(42))
    for part in (paper.sections[0].header, paper.sections[0].footer):
        line = part.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(mark)
        run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x80, 0x80, 0x80)
    paper.add_heading(card.customer.name, 1)
    grade = card.grade or "—"
    paper.add_paragraph(
        f"{_('Customer archive card')} · {card.customer.code} · {_('Grade')} {grade} · {card.life}"
    )
    _facts(paper, card)
    for title, head, rows in card.tables:
        paper.add_heading(title, 3)
        word_table(paper, [head, *(list(row) for row in rows)])
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _facts(paper: Any, card: Card) -> None:
    pairs = [(one.label, "•••" if one.hidden else one.value or "—") for one in card.facts] + card.team
    rows = [[*pairs[i], *(pairs[i + 1] if i + 1 < len(pairs) else ("", ""))] for i in range(0, len(pairs), 2)]
    word_table(paper, rows, head=False)


def word_table(paper: Any, rows: list[list[str]], *, head: bool = True) -> None:
    """A table of a Word document, its first row in bold where it is a head."""
    table = paper.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate(rows):
        for cell, value in zip(table.rows[number].cells, row, strict=True):
            run = cell.paragraphs[0].add_run(str(value))
            run.bold = head and number == 0
            run.font.size = Pt(9)
