"""Templates of letters: Word files with `{{ placeholders }}`, checked when they come in, filled for a customer.

A placeholder stands anywhere in the text, in tables, head and foot. `{% if grade_before %} … {% endif %}` leaves a part
out. Nothing else of the template language is allowed, so that a template cannot read anything but what it is given.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate, Listing
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from zhike.kernel.refusals import Invalid

LARGEST = 5 * 2**20
UNPACKED = 60 * 2**20
"""Bytes of a template, packed and unpacked."""
WORDS: dict[str, Any] = {
    "company": gettext_lazy("name of our company"),
    "signature": gettext_lazy("who signs: department or post"),
    "date": gettext_lazy("day of the letter"),
    "number": gettext_lazy("number of the letter"),
    "customer": gettext_lazy("name of the customer"),
    "customer_code": gettext_lazy("code of the customer"),
    "address": gettext_lazy("address of the customer"),
    "contact": gettext_lazy("name of the person written to"),
    "contact_post": gettext_lazy("post of the person written to"),
    "grade": gettext_lazy("grade"),
    "grade_title": gettext_lazy("name of the grade in the policy"),
    "grade_before": gettext_lazy("grade before; empty for the first one"),
    "wording": gettext_lazy("what the customer reads for the grade"),
    "valid_from": gettext_lazy("first day of the grade"),
    "as_of": gettext_lazy("day up to which the figures count"),
    "policy": gettext_lazy("title of the policy"),
    "article": gettext_lazy("article of the policy that gives the grade"),
    "grounds": gettext_lazy("grounds, one line each"),
    "measures": gettext_lazy("service measures, one line each"),
    "manager": gettext_lazy("name of the account manager"),
    "manager_post": gettext_lazy("post of the account manager"),
    "manager_phone": gettext_lazy("telephone of the account manager"),
    "manager_email": gettext_lazy("e-mail of the account manager"),
    "link": gettext_lazy("address of the page on which the customer confirms receipt"),
}
"""Placeholder -> what stands in its place."""
LISTS = frozenset({"grounds", "measures"})
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Compare, nodes.Operand, nodes.Const, nodes.Not,
    nodes.And, nodes.Or,
)  # fmt: skip
DOCUMENT = "word/document.xml"
FLOATING = (b"txbxContent", b"<c:chart", b"<dgm:", b"<v:shape")


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja that knows the placeholders and nothing else."""
    found = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    found.globals.clear()
    found.filters.clear()
    found.tests.clear()
    return found


def check(file: bytes) -> list[str]:
    """Refuse what is no template of ours, saying why; gives hints about what the PDF will not show."""
    names = _unpacked(file)
    if DOCUMENT not in names:
        raise _wrong(_("This is not a Word document (.docx)."))
    if any(
        name.lower().endswith((".bin", ".docm")) or "activex" in name.lower() or "embeddings/" in name
        for name in names
    ):
        raise _wrong(
            _("The file carries macros or embedded programs. Save it as a plain Word document (.docx).")
        )
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        texts = {name: packed.read(name) for name in names if name.endswith((".xml", ".rels"))}
    for name, text in texts.items():
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\x00" in text:  # UTF-16 would hide them
            raise _wrong(_("The file is not a sound Word document: %(part)s.") % {"part": name})
        if name.endswith(".rels") and _reaches_out(text):
            raise _wrong(
                _("The file loads something from another place. Put pictures into the document itself.")
            )
        if b"macroEnabled" in text:
            raise _wrong(
                _("The file carries macros or embedded programs. Save it as a plain Word document (.docx).")
            )
    _check_words(file)
    floating = any(sign in texts[DOCUMENT] for sign in FLOATING)
    return (
        [_("Text boxes and drawings are in the Word file only; the PDF and the preview leave them out.")]
        if floating
        else []
    )


def _unpacked(file: bytes) -> list[str]:
    if len(file) > LARGEST:
        raise _wrong(_("The file is larger than %(most)s MB.") % {"most": LARGEST // 2**20})
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED or packed.testzip() is not None:
                raise _wrong(_("The file is damaged."))
            return packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        if file.startswith(b"\xd0\xcf\x11\xe0"):
            raise _wrong(
                _("This is an old Word file or one with a password. Save it as .docx without a password.")
            ) from error
        raise _wrong(_("This is not a Word document (.docx).")) from error


def _reaches_out(rels: bytes) -> bool:
    """Whether a part is fetched from elsewhere; links that a reader follows are not."""
    for one in re.findall(rb"<Relationship\b[^>]*>", rels):
        if re.search(rb"TargetMode\s*=\s*[\"']External", one) and b"/hyperlink" not in one:
            return True
    return False


def _check_words(file: bytes) -> None:
    """Refuse placeholders that are not ours, and everything of the language but placeholders and `if`."""
    known = environment()
    unknown: list[str] = []
    for text in _parts(file):
        try:
            tree = known.parse(text)
        except TemplateSyntaxError as error:
            raise _wrong(
                _("A placeholder is not closed or not opened: %(why)s.") % {"why": error.message}
            ) from error
        for node in _walk(tree):
            if not isinstance(node, ALLOWED):
                raise _wrong(_unfit(node))
            if isinstance(node, nodes.Name) and node.name not in WORDS and node.name not in unknown:
                unknown.append(node.name)
    if unknown:
        raise _wrong(
            _("Unknown placeholders: %(names)s.")
            % {"names": ", ".join(f"{{{{ {name} }}}}" for name in unknown)},
            _("Known are: %(names)s.") % {"names": ", ".join(WORDS)},
        )


def _unfit(node: nodes.Node) -> str:
    return _("Only placeholders and conditions may stand in a template, not “%(what)s”.") % {
        "what": type(node).__name__.lower()
    }


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _parts(file: bytes) -> Iterator[str]:
    """The texts that hold placeholders: body, heads, feet, with the runs of Word put together."""
    template = DocxTemplate(io.BytesIO(file))
    try:
        template.init_docx()
        yield template.patch_xml(template.get_xml())
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            for _key, part in template.get_headers_footers(uri):
                yield template.patch_xml(template.get_part_xml(part))
    except (KeyError, ValueError, PackageNotFoundError, SyntaxError) as error:
        raise _wrong(_("The file is damaged.")) from error


def fill(file: bytes, words: Mapping[str, Any]) -> bytes:
    """The template with a customer's words; lists become one paragraph per line."""
    template = DocxTemplate(io.BytesIO(file))
    given = {
        name: Listing("\a".join(_plain(one) for one in words.get(name, ())))
        if name in LISTS
        else _plain(words.get(name, ""))
        for name in WORDS
    }
    try:
        template.render(given, jinja_env=environment(), autoescape=True)
    except TemplateError as error:
        raise Invalid(_("The template cannot be filled: %(why)s.") % {"why": error}) from error
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def _plain(value: Any) -> str:
    """A text without the signs that Word's XML cannot hold."""
    return "".join(sign for sign in str(value) if sign.isprintable() or sign in "\n\t")


def _wrong(said: str, way_out: str = "") -> Invalid:
    return Invalid(said, fields={"file": f"{said} {way_out}".strip()}, way_out=way_out)
