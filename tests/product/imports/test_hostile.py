"""Files that mean harm, or are simply broken: refused with a sentence, never an error, never much memory."""

from __future__ import annotations

import io
import zipfile

import pytest

from zhike.customers.models import Customer
from zhike.imports.models import Import
from zhike.imports.problems import refusal
from zhike.kernel.refusals import Invalid

pytestmark = pytest.mark.django_db

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f"""<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"""
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'
ROOT = f'''<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"
 Target="xl/workbook.xml"/></Relationships>'''
LINKS = f'''<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/worksheet"
 Target="worksheets/sheet1.xml"/></Relationships>'''


def book(cells: str = "", more: dict[str, bytes] | None = None, head: str = "") -> bytes:
    """A workbook written by hand."""
    sheet = f'{head}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {
            "[Content_Types].xml": TYPES, "_rels/.rels": ROOT, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": LINKS,
            "xl/worksheets/sheet1.xml": sheet,
            **(more or {}),
        }.items():  # fmt: skip
            file.writestr(name, content)
    return out.getvalue()


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">' + "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for at, cell in enumerate(cells)
    ) + "</row>"  # fmt: skip


HEAD = row(1, "code", "name")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
REFUSED: dict[str, tuple[str, bytes]] = {
    "bomb": ("bomb", book(more={f"xl/media/{n}.bin": bytes(1 << 20) for n in range(40)})),
    "entries": ("bomb", book(more={f"xl/media/{n}": b"" for n in range(1100)})),
    "far cell": (
        "bomb",
        book(HEAD + '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'),
    ),
    "entities": ("entities", book(HEAD, head='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
    "entities in UTF-16": (
        "entities",
        book(
            HEAD,
            more={
                "xl/styles.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x/>'.encode("utf-16")
            },
        ),
    ),
    "macros": ("macros", book(HEAD, more={"xl/vbaProject.bin": b"x"})),
    "paths": ("foreign", book(HEAD, more={"../../evil.xml": b"x"})),
    "no workbook": ("damaged", b"PK\x03\x04" + b"\x00" * 200),
    "other zip": (
        "foreign",
        (lambda out: (zipfile.ZipFile(out, "w").close(), out.getvalue())[1])(io.BytesIO()) + b"PK\x03\x04",
    ),
    "cut off": ("damaged", book(HEAD)[:300]),
    "broken sheet": ("damaged", book('<row r="1"><c r="A1"><v>1</v></row>')),
    "picture": ("foreign", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
    "pdf": ("foreign", b"%PDF-1.7 " + b"x" * 50),
    "web page": ("markup", b"<html><body><table><tr><td>code</td></tr></table></body></html>"),
    "empty": ("empty", b"  \n "),
    "broken encoding": ("not_text", b"code,name\nK1,\xff\xfe\xfa\x81\x20\xff\n"),
    "old workbook": ("damaged", OLE + b"\x00" * 2000),
    "password": ("password", OLE + "EncryptedPackage".encode("utf-16-le")),
    "old macros": ("macros", OLE + "_VBA_PROJECT".encode("utf-16-le")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_means_harm_is_refused_with_a_sentence(desk, name):
    code, content = REFUSED[name]
    told = ""
    try:
        owner = desk.bring("customers", content, f"{name}.xlsx")
        told, state = owner.problem, owner.state
    except Invalid as why:
        told, state = str(why), "refused"
    assert (told, state) in [(code, "failed"), (refusal(code, {"most": 100}), "refused")]
    assert Import.objects.count() == (state == "failed")


@pytest.mark.parametrize(
    ("text", "code"),
    [("K1,a\x00b", "damaged"), ("K1,a\x07b", "damaged"), ("K1," + "长" * 200, "too_long"),
     ("K1," + "x" * 10_000_000, "too_long"), ("K1,#REF!", "excel_error")],
    ids=["NUL", "bell", "long", "10 MB", "error"],
)  # fmt: skip
def test_a_cell_that_means_harm_is_told(desk, text, code):
    owner = desk.check(desk.bring("customers", f"code,name\nK0,fine\n{text}\n"))
    assert owner.checked["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1}
    assert ["name", code, 1] in owner.checked["problems"]


def test_formulas_of_a_workbook_are_only_texts_or_values(desk):
    cells = (
        HEAD
        + '<row r="2"><c r="A2" t="str"><f>HYPERLINK("http://evil.example")</f><v>K1</v></c>'
        + '<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c></row>'
    )
    owner = desk.take("customers", book(cells), "f.xlsx")
    assert owner.created == 1
    assert Customer.objects.get(code="K1").name == "=1+1"


def test_a_cell_in_which_the_spreadsheet_failed_says_so_instead_of_passing_for_an_empty_one(desk):
    cells = (
        HEAD
        + '<row r="2"><c r="A2" t="str"><v>K1</v></c><c r="B2" s="1" t="e"><f>X!A1</f><v>#REF!</v></c></row>'
    )
    owner = desk.check(desk.bring("customers", book(cells), "f.xlsx"))
    assert ["name", "excel_error", 1] in owner.checked["problems"]


def test_a_name_cannot_leave_the_folder(desk):
    owner = desk.bring("customers", "code,name\nK1,x\n", "..\\..\\/etc/pass\x00wd.csv")
    assert owner.file_name == "passwd.csv"
    assert sorted(path.name for path in owner.folder.iterdir()) == ["cells-0.parquet", "upload.bin"]
