"""Pages of letter templates: download, edit in Word, bring back; how the company signs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.pages import find_part, form_page
from zhike.letters import paper
from zhike.letters.editing import add_template, next_edition, sample_words, set_letterhead, withdraw_template
from zhike.letters.filling import LARGEST, WORDS, check, fill
from zhike.letters.forms import EditionForm, LetterheadForm, TemplateForm
from zhike.letters.making import letterhead
from zhike.letters.models import LetterTemplate
from zhike.letters.sheet import as_html
from zhike.letters.shipping import SHIPPED_AT, ship_templates
from zhike.lists.grades import Named, named_grade, named_grades
from zhike.people.doors import door, me
from zhike.policies.models import Policy

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@door("edit_policies")
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """The templates in force, and what may stand in them."""
    rows = LetterTemplate.objects.filter(replaced_at__isnull=True).defer("file").select_related("added_by")
    found = list(rows)
    if not found:
        ship_templates(SHIPPED_AT)
        found = list(rows.all())
    names = dict(_policies())
    groups: dict[str, list[LetterTemplate]] = {}
    for one in sorted(found, key=lambda row: (row.policy, row.grade == "", row.grade, row.language)):
        groups.setdefault(names.get(one.policy, one.policy) if one.policy else _("every policy"), []).append(
            one
        )
    known = named_grades()
    named = {name: [(_chip(one, known), one) for one in rows] for name, rows in groups.items()}
    page_of = {"groups": named.items(), "words": WORDS.items(), "head": letterhead()}
    return render(request, "letters/templates.html", page_of)


def _chip(one: LetterTemplate, known: dict[str, Named]) -> SafeString | str:
    """The grade that a template is for, as the policies in force call it; nothing for every grade."""
    return named_grade(one.grade, known).chip if one.grade else ""


def _policies() -> list[tuple[str, str]]:
    return [(one.code, str(one)) for one in Policy.objects.filter(closed_at__isnull=True)]


@door("edit_policies")
@require_GET
def template(request: HttpRequest, key: int) -> HttpResponse:
    """One template: how it reads with the names of its placeholders, and its editions."""
    one: LetterTemplate = find_part(LetterTemplate.objects.select_related("added_by"), key)
    editions = LetterTemplate.objects.filter(policy=one.policy, grade=one.grade, language=one.language)
    page_of = {
        "template": one, "sheet": as_html(paper.read(fill(bytes(one.file), {**sample_words(), "wording": one.wording})), one.language),
        "editions": editions.defer("file").select_related("added_by"), "hints": check(bytes(one.file)),
        "policy": dict(_policies()).get(one.policy, one.policy), "grade": named_grade(one.grade) if one.grade else "",
    }  # fmt: skip
    return render(request, "letters/template.html", page_of)


@door("edit_policies")
@require_GET
def template_file(request: HttpRequest, key: int) -> HttpResponse:
    """The Word file of a template, to be edited."""
    one: LetterTemplate = find_part(LetterTemplate.objects.all(), key)
    answer = HttpResponse(bytes(one.file), content_type=WORD)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=one.file_name) or "attachment"
    )
    return answer


def _uploaded(form: Any) -> tuple[bytes | None, str]:
    """The bytes and the name of an upload; too large ones are cut just above the limit, so that they are refused."""
    file = form.cleaned_data.get("file")
    return (file.read(LARGEST + 1), file.name) if file else (None, "")


@door("edit_policies")
def new_template(request: HttpRequest) -> HttpResponse:
    """Add a template for a policy, a grade, a language."""
    form = TemplateForm(request.POST or None, request.FILES or None, policies=_policies())
    form.fields["file"].required = True

    def act(values: dict[str, Any]) -> None:
        file, name = _uploaded(form)
        chosen = {key: values[key] for key in ("policy", "grade", "language", "name", "wording")}
        add_template(**chosen, file=file or b"", file_name=name, by=me(request), at=timezone.now())

    return form_page(
        request,
        form,
        act,
        title=_("New letter template"),
        back=reverse("letter_templates"),
        done=_("The template is in force."),
    )


@door("edit_policies")
def edit_template(request: HttpRequest, key: int) -> HttpResponse:
    """Bring a template up to its next edition."""
    one: LetterTemplate = find_part(LetterTemplate.objects.filter(replaced_at__isnull=True), key)
    form = EditionForm(
        request.POST or None, request.FILES or None, initial={"name": one.name, "wording": one.wording}
    )

    def act(values: dict[str, Any]) -> None:
        file, name = _uploaded(form)
        next_edition(
            template=one, name=values["name"], wording=values["wording"], file=file, file_name=name, by=me(request),
            at=timezone.now(),
        )  # fmt: skip

    return form_page(
        request, form, act, title=_("Change “%(name)s”") % {"name": one}, back=reverse("letter_templates"),
        done=_("The new edition is in force."),
    )  # fmt: skip


@door("edit_policies")
@require_POST
def drop_template(request: HttpRequest, key: int) -> HttpResponse:
    """Take a template out of use."""
    one = LetterTemplate.objects.filter(pk=key).first()
    if one is None:
        raise Http404
    withdraw_template(template=one, by=me(request), at=timezone.now())
    messages.success(request, _("The template is out of use."))
    return redirect("letter_templates")


@door("edit_policies")
def edit_letterhead(request: HttpRequest) -> HttpResponse:
    """Set how letters are signed and the company's periods."""
    form = LetterheadForm(request.POST or None, instance=letterhead())
    return form_page(
        request, form, lambda values: set_letterhead(values=values, by=me(request), at=timezone.now()),
        title=_("Signature and periods of letters"), back=reverse("letter_templates"), two=True,
    )  # fmt: skip
