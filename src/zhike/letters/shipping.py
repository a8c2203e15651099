"""The templates that come with the product, made as Word files from `wordings.yaml`; a company goes on from them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import transaction
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from zhike.letters.grounds import shipped
from zhike.letters.models import LetterTemplate
from zhike.ui.figures import tongue

LANGUAGES = {"zh-hans": "zh", "en": "en"}
"""Language of a letter -> the half of the words that it takes."""
SHIPPED_AT = datetime(2026, 1, 1, tzinfo=UTC)
GREY = RGBColor(0x6B, 0x72, 0x80)


@transaction.atomic
def ship_templates(at: datetime) -> int:
    """Put the shipped templates in where there is none for their grade and language; how many were new."""
    held = set(LetterTemplate.objects.filter(policy="").values_list("grade", "language"))
    fresh = [
        LetterTemplate(
            grade=one["grade"], language=language, name=one["name"][lang], wording=one["wording"][lang],
            file=template_file(one["grade"], lang), file_name=file_name(one["grade"], lang), added_at=at,
        )
        for one in shipped()["templates"]
        for language, lang in LANGUAGES.items()
        if (one["grade"], language) not in held
    ]  # fmt: skip
    LetterTemplate.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def file_name(grade: str, lang: str) -> str:
    """What a shipped template is saved as."""
    words = shipped()["text"][lang]["title"]
    return f"{words}{' ' if grade and lang == 'en' else ''}{grade}.docx"


@cache
def template_file(grade: str, lang: str) -> bytes:
    """A shipped template as a Word file; always the same bytes."""
    words = shipped()["text"][lang]
    own = next(one for one in shipped()["templates"] if one["grade"] == grade)
    paper = _paper(lang)
    _head(paper)
    _line(paper, words["title"], size=18, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, before=6, after=2)
    _line(paper, words["number"], size=9, colour=GREY, align=WD_ALIGN_PARAGRAPH.CENTER, after=16)
    _line(paper, "{{ customer }}", bold=True, size=11.5)
    _line(paper, "{% if address %}{{ address }}{% endif %}", size=9, colour=GREY, after=10)
    _line(paper, words["greeting"], after=8)
    _line(paper, own["opening"][lang], after=10, first=21 if lang == "zh" else 0)
    _table(paper, words["table"])
    for name in ("grounds", "measures"):
        _line(paper, words[name], bold=True, size=11.5, before=12, after=4)
        _line(paper, f"{{{{ {name} }}}}", style="List Bullet", after=3)
    _line(paper, words["closing"], before=12, after=4, first=21 if lang == "zh" else 0)
    _line(paper, words["receipt"], after=2, first=21 if lang == "zh" else 0)
    _line(paper, "{{ link }}", size=9, colour=RGBColor(0x1F, 0x5F, 0xBF), after=14)
    for ending in words["ending"]:
        _line(paper, ending, after=4)
    for name in ("company", "signature", "date"):
        _line(paper, f"{{{{ {name} }}}}", align=WD_ALIGN_PARAGRAPH.RIGHT, after=3, bold=name == "company")
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _paper(lang: str) -> Any:
    paper: Any = Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.2)
    paper.core_properties.title = shipped()["text"][lang]["title"]
    paper.core_properties.author = "Zhike"
    paper.core_properties.created = paper.core_properties.modified = SHIPPED_AT.replace(tzinfo=None)
    return paper


def _head(paper: Any) -> None:
    """The company at the head of every page, a thin line under it."""
    line = paper.sections[0].header.paragraphs[0]
    run = line.add_run("{{ company }}")
    run.bold, run.font.size, run.font.color.rgb = True, Pt(11), RGBColor(0x1F, 0x3A, 0x5F)
    edges, edge = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "6"), ("color", "B8C2D0")):
        edge.set(qn(f"w:{name}"), value)
    edges.append(edge)
    line._element.get_or_add_pPr().append(edges)


def _line(
    paper: Any, text: str, *, size: float = 10.5, bold: bool = False, colour: RGBColor | None = None, align: Any = None,
    before: float = 0, after: float = 6, first: float = 0, style: str | None = None,
) -> None:  # fmt: skip
    line = paper.add_paragraph(style=style)
    line.alignment = align
    form = line.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.35
    if first:
        form.first_line_indent = Pt(first)
    run = line.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _table(paper: Any, rows: list[list[str]]) -> None:
    table = paper.add_table(rows=len(rows), cols=2, style="Table Grid")
    for place, (label, value) in enumerate(rows):
        for cell, text, width in zip(
            table.rows[place].cells, (label, value), (Cm(3.6), Cm(12.2)), strict=True
        ):
            cell.width = width
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(10)
            if text == label:
                run.font.color.rgb = GREY
    for column, width in zip(table.columns, (Cm(3.6), Cm(12.2)), strict=True):
        column.width = width


def lang_of(language: str) -> Any:
    """The half of the words that a language takes."""
    return LANGUAGES.get(language) or tongue()
