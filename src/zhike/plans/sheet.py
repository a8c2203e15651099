"""A plan on paper, as Word and as PDF: what was sent to the customer, or the draft as it stands, with a place to sign."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document as Word
from docx.oxml.ns import qn
from docx.shared import Pt

from zhike.customers.cards import FONTS, word_table
from zhike.plans.models import COMPONENTS, MODES, STANDINGS, TYPES, ServicePlan
from zhike.plans.revising import digest_of, text_of
from zhike.ui import figures
from zhike.ui.figures import tongue

TEMPLATE = Path(__file__).with_name("plan.typ")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES_OF_FILE = {"pdf": "application/pdf", "docx": WORD}
"""Form of the file -> its type."""
Sheet = dict[str, Any]


def sheet_of(plan: ServicePlan, day: date) -> Sheet:
    """Everything that stands on the paper, in the reader's language; of a plan that was sent, the text that was sent."""
    text = plan.kept or text_of(plan)
    facts = [
        (_("Customer"), text["customer"]),
        (pgettext("plan", "Period"), f"{text['from']} – {text['until']}"),
        (_("Type of plan"), str(TYPES.get(text["kind"], text["kind"]))),
        (_("Service mode"), str(MODES.get(text["mode"], text["mode"]))),
        (_("Goal"), text["goal"]),
    ]
    return {
        "title": text["title"],
        "number": _("%(number)s, revision %(revision)s")
        % {"number": text["number"], "revision": text["revision"]},
        "state": ""
        if plan.standing(day) in ("sent", "coming", "force")
        else str(STANDINGS[plan.standing(day)]),
        "facts": [list(one) for one in facts if one[1]],
        "head": [_("No."), _("Content"), _("Method"), _("Responsible"), _("Time"), _("Proof")],
        "rows": [_row(one) for one in text["items"]],
        "sign": _sign(plan),
        "digest": f"SHA-256 {plan.digest or digest_of(text)}",
    }


def _row(item: dict[str, Any]) -> list[str]:
    component = str(COMPONENTS.get(item["component"], item["component"]))
    days = f"{item['from']} – {item['due']}" if item["from"] else item["due"]
    content = f"{component}\n{item['content']}"
    return [str(item["place"]), content, item["method"], item["responsible"], days, item["proof"]]


def _sign(plan: ServicePlan) -> list[list[str]]:
    if plan.confirmed_at is not None:
        said = f"{plan.confirmed_name} · {plan.way_name} · {figures.moment(plan.confirmed_at)}"
        return [[_("Confirmed by the customer"), said]]
    line = "____________________"
    return [[_("For the customer: name"), line], [_("Signature"), line], [_("Day"), line]]


def as_pdf(sheet: Sheet) -> bytes:
    """The paper as PDF."""
    given = json.dumps({**sheet, "fonts": list(FONTS), "language": tongue()}, ensure_ascii=False)
    made: Any = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"plan": given}, format="pdf")
    return bytes(made)


def as_word(sheet: Sheet) -> bytes:
    """The paper as a Word file."""
    paper = Word()
    style: Any = paper.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    for margin in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(paper.sections[0], margin, Pt(48))
    paper.add_heading(sheet["title"], 1)
    paper.add_paragraph(" · ".join(one for one in (sheet["number"], sheet["state"]) if one))
    word_table(paper, sheet["facts"], head=False)
    paper.add_paragraph()
    word_table(paper, [sheet["head"], *sheet["rows"]])
    paper.add_paragraph()
    word_table(paper, sheet["sign"], head=False)
    run = paper.add_paragraph().add_run(sheet["digest"])
    run.font.size = Pt(7.5)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


MAKERS = {"pdf": as_pdf, "docx": as_word}
"""Form of the file -> how it is made."""
