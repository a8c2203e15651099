"""A filled letter as parts that can be drawn anywhere: paragraphs, tables, pictures; from them the PDF and the page.

What Word lays out freely (text boxes, drawings) has no place here; `filling.check` says so when a template comes in.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typst
from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhike.customers.cards import FONTS

TEMPLATE = Path(__file__).with_name("letter.typ")
ALIGN = {0: "left", 1: "center", 2: "right", 3: "justify"}
PICTURES = {"image/png", "image/jpeg", "image/gif"}
SIZE = 10.5
_PRESS = threading.local()
"""The compiler of each thread, kept: finding the fonts takes ten times as long as drawing a letter."""
Blocks = dict[str, Any]
"""`body`, `head`, `foot`: lists of parts; `page`: sizes in points; `images`: key -> base64."""


def read(word: bytes) -> Blocks:
    """The parts of a Word file."""
    paper: Any = Document(io.BytesIO(word))
    section = paper.sections[0]
    images: dict[str, dict[str, str]] = {}
    reader = _Reader(images)
    return {
        "page": {
            "width": _points(section.page_width, 595), "height": _points(section.page_height, 842),
            "left": _points(section.left_margin, 72), "right": _points(section.right_margin, 72),
            "top": _points(section.top_margin, 72), "bottom": _points(section.bottom_margin, 72),
        },
        "head": list(reader.parts(section.header)),
        "body": list(reader.parts(paper)),
        "foot": list(reader.parts(section.footer)),
        "images": images,
    }  # fmt: skip


def _points(length: Any, default: float) -> float:
    return round(float(length.pt), 1) if length is not None else default


class _Reader:
    """Walks a Word file in reading order."""

    def __init__(self, images: dict[str, dict[str, str]]) -> None:
        self.images = images
        self.looks: dict[tuple[type, str | None], _Look] = {}

    def look(self, one: Any) -> _Look:
        """What the style of a paragraph or a run says, read once for each style."""
        key = (type(one), one._element.style)
        if key not in self.looks:
            self.looks[key] = _Look(one.style)
        return self.looks[key]

    def parts(self, place: Any) -> Iterator[dict[str, Any]]:
        """Paragraphs and tables of a body, a cell, a head or a foot."""
        for one in place.iter_inner_content():
            if isinstance(one, Table):
                yield {
                    "kind": "table",
                    "widths": _widths(one),
                    "lines": _has_lines(one),
                    "rows": self.rows(one),
                }
            else:
                yield self.paragraph(one)

    def rows(self, table: Table) -> list[list[dict[str, Any]]]:
        """Cells with how many columns they take; one that reaches down is shown in its first row only."""
        seen: set[Any] = set()
        found = []
        for row in table.rows:
            line: list[dict[str, Any]] = []
            last = None
            for cell in row.cells:
                if cell._element is last:
                    line[-1]["span"] += 1
                    continue
                last = cell._element
                again = last in seen
                seen.add(last)
                line.append({"span": 1, "parts": [] if again else list(self.parts(cell))})
            found.append(line)
        return found

    def paragraph(self, one: Paragraph) -> dict[str, Any]:
        """A paragraph with what its style says."""
        look = self.look(one)
        chosen, name = [one.paragraph_format, look], look.name
        align = next((each.alignment for each in chosen if each.alignment is not None), None)
        found: dict[str, Any] = {
            "kind": "p",
            "align": ALIGN.get(int(align) if align is not None else 0, "left"),
            "before": _first(chosen, "space_before"), "after": _first(chosen, "space_after"),
            "indent": _first(chosen, "left_indent"), "first": _first(chosen, "first_line_indent"),
            "bullet": _mark(one, name),
            "runs": [run for each in one.iter_inner_content() for run in self.runs(each, one)],
        }  # fmt: skip
        if name.startswith(("Heading ", "Title")):
            found["level"] = 1 if name == "Title" else min(int(name[-1]) if name[-1].isdigit() else 1, 4)
        return found

    def runs(self, one: Run | Hyperlink, holder: Paragraph) -> Iterator[dict[str, Any]]:
        """Pieces of text of one look, and pictures."""
        if isinstance(one, Hyperlink):
            for run in one.runs:
                for each in self.runs(run, holder):
                    yield (
                        {**each, "href": one.url}
                        if one.url.startswith(("http://", "https://", "mailto:"))
                        else each
                    )
            return
        yield from self.pictures(one)
        if one.text:
            fonts: list[_Font | _Look] = [_Font(one.font), self.look(one), self.look(holder)]
            size = next((float(font.size.pt) for font in fonts if font.size is not None), SIZE)
            colour = next((font.rgb for font in fonts if font.rgb), "")
            yield {
                "t": one.text, "b": _said(fonts, "bold"), "i": _said(fonts, "italic"), "u": _said(fonts, "underline"),
                "size": size, "colour": f"#{colour}" if colour and colour != "000000" else "",
            }  # fmt: skip

    def pictures(self, run: Run) -> Iterator[dict[str, Any]]:
        """The pictures in a run, each kept once."""
        for inline in run._element.iter(qn("wp:inline"), qn("wp:anchor")):
            extent = inline.find(qn("wp:extent"))
            width = int(extent.get("cx", "0")) / 12700 if extent is not None else 100
            for blip in inline.iter(qn("a:blip")):
                part = run.part.related_parts.get(blip.get(qn("r:embed")))
                if part is not None and part.content_type in PICTURES:
                    key = hashlib.sha256(part.blob).hexdigest()[:16]
                    self.images[key] = {
                        "type": part.content_type,
                        "data": base64.b64encode(part.blob).decode(),
                    }
                    yield {"image": key, "width": round(width, 1)}


class _Font:
    """What is said of letters in one place."""

    def __init__(self, font: Any) -> None:
        self.bold, self.italic, self.underline, self.size = font.bold, font.italic, font.underline, font.size
        self.rgb = str(font.color.rgb) if font.color and font.color.rgb is not None else ""


class _Look:
    """What a style says, and where it is silent those it is based on."""

    FORM = ("alignment", "space_before", "space_after", "left_indent", "first_line_indent")
    FONT = ("bold", "italic", "underline", "size")

    def __init__(self, style: Any) -> None:
        forms = _above(style, "paragraph_format")
        fonts = [_Font(font) for font in _above(style, "font")]
        self.name = (style.name if style is not None else "") or ""
        self.alignment, self.space_before, self.space_after, self.left_indent, self.first_line_indent = (
            _said_by(forms, name) for name in self.FORM
        )
        self.bold, self.italic, self.underline, self.size = (_said_by(fonts, name) for name in self.FONT)
        self.rgb = next((font.rgb for font in fonts if font.rgb), "")


def _said_by(places: Sequence[Any], name: str) -> Any:
    return next((getattr(one, name) for one in places if getattr(one, name) is not None), None)


def _above(style: Any, name: str) -> list[Any]:
    """A property of a style and of those it is based on."""
    found = []
    while style is not None:
        if getattr(style, name, None) is not None:
            found.append(getattr(style, name))
        style = getattr(style, "base_style", None)
    return found


def _first(forms: Sequence[Any], name: str) -> float:
    value = _said_by(forms, name)
    return round(float(value.pt), 1) if value is not None else 0.0


def _said(fonts: Sequence[Any], name: str) -> bool:
    return bool(_said_by(fonts, name))


def _mark(one: Paragraph, style: str) -> str:
    """The mark of a list's line: numbers of Word's lists are drawn as bullets too."""
    own = one._element.pPr is not None and one._element.pPr.numPr is not None
    return "•" if own or style.startswith("List") else ""


def _widths(table: Table) -> list[float]:
    return [_points(column.width, 100) for column in table.columns]


def _has_lines(table: Table) -> bool:
    style = table.style.name if table.style is not None else ""
    return bool(style and style not in {"Normal Table", "Table Normal"}) or table._element.find(
        f"{qn('w:tblPr')}/{qn('w:tblBorders')}"
    ) is not None  # fmt: skip


def as_pdf(letters: Sequence[Blocks], *, language: str, title: str) -> bytes:
    """One PDF of one or many letters, each beginning on a new page."""
    images: dict[str, list[int]] = {}
    for one in letters:
        for key, image in one["images"].items():
            images.setdefault(key, list(base64.b64decode(image["data"])))
    given = {
        "letters": [{key: one[key] for key in ("page", "head", "body", "foot")} for one in letters],
        "images": images, "fonts": list(FONTS), "language": language, "title": title,
    }  # fmt: skip
    if not hasattr(_PRESS, "own"):
        _PRESS.own = typst.Compiler(str(TEMPLATE))
    made: Any = _PRESS.own.compile(sys_inputs={"given": json.dumps(given, ensure_ascii=False)}, format="pdf")
    return bytes(made)


def as_text(letter: Mapping[str, Any]) -> str:
    """The letter's words alone, a line for each paragraph."""
    return "\n".join(line for line in _lines(letter["body"]))


def _lines(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in parts:
        if one["kind"] == "table":
            for row in one["rows"]:
                yield "  ".join(" ".join(_lines(cell["parts"])) for cell in row)
        else:
            text = "".join(run.get("t", "") for run in one["runs"])
            yield f"{one['bullet']} {text}".strip()
