"""Pages of imports: find, read, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.imports import actions, pages
from zhike.imports.forms import UploadForm, read_options
from zhike.imports.giving_back import mapping_text, name_of_rejected, rejected_workbook
from zhike.imports.models import Import
from zhike.imports.showing_words import read_words
from zhike.imports.targets import TARGETS, targets_for
from zhike.kernel.refusals import Invalid
from zhike.lists.pages import page_number
from zhike.people.doors import door, me

KEPT_SHOWN = 50


def find_import(request: HttpRequest, key: str) -> Import:
    """One's own import, or 404."""
    found = Import.objects.visible_to(me(request)).select_related("by").filter(key=key).first()
    if found is None or found.target not in TARGETS:
        raise Http404
    return found


@door("import_data", customer_data=True)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, and what was."""
    mine = Import.objects.visible_to(me(request)).defer("sheets", "options", "checked")
    page = Paginator(mine, 20).get_page(request.GET.get("page"))
    rows = [
        {"one": one, "target": TARGETS[one.target].label, "state": pages.state_tag(one)}
        for one in page
        if one.target in TARGETS
    ]
    return render(
        request, "imports/list.html", {"page": page, "rows": rows, "targets": targets_for(me(request))}
    )


@door("import_data", customer_data=True)
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose what, and a file."""
    form = UploadForm(
        me(request),
        request.POST or None,
        request.FILES or None,
        initial={"target": request.GET.get("target")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            owner = actions.start_import(
                target=data["target"], upload=data["upload"], by=me(request), at=timezone.now()
            )
            return redirect(owner)
        except Invalid as refusal:
            form.add_error("upload", str(refusal))
    chosen = form["target"].value()
    page = {
        "form": form,
        "steps": pages.steps_of(None),
        "chosen": chosen,
        "closed": pages.closed(chosen, me(request)),
    }
    return render(request, "imports/new.html", page, status=422 if form.errors else 200)


@door("import_data", customer_data=True)
@require_GET
def one_import(request: HttpRequest, key: str) -> HttpResponse:
    """An import, whatever its state."""
    owner = find_import(request, key)
    page: dict[str, Any] = {
        "owner": owner, "target": TARGETS[owner.target], "steps": pages.steps_of(owner), "state": pages.state_tag(owner),
        "trouble": pages.trouble(owner),
    }  # fmt: skip
    if owner.is_working:
        return render(request, "imports/working.html", {**page, "halted": actions.halted_job(owner)})
    if owner.state == "mapping":
        return render(request, "imports/mapping.html", {**page, **pages.matching(owner, owner.options, {})})
    if owner.state == "checked":
        return render(request, "imports/checked.html", {**page, **pages.checked(owner)})
    if owner.state == "failed":
        return render(request, "imports/failed.html", page)
    return render(
        request,
        "imports/report.html",
        {
            **page,
            "kept": pages.kept(owner, me(request), KEPT_SHOWN) if owner.kept else [],
            "more_kept": max(0, owner.kept - KEPT_SHOWN),
            "notes": pages.notes(owner),
            "prospects": pages.prospects(owner, me(request)),
            "which_prospects": f"{reverse('customers')}?{pages.PROSPECTS}",
            "left_out": owner.checked.get("left_out", 0),
            "leads": pages.leads(owner, me(request)),
        },
    )


@door("import_data", customer_data=True)
@require_GET
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far it is; once it is through, the page is loaded anew."""
    owner = find_import(request, key)
    page = {"owner": owner, "state": pages.state_tag(owner), "halted": actions.halted_job(owner)}
    answer = render(request, "imports/_progress.html", page)
    if not owner.is_working:
        answer.headers["HX-Refresh"] = "true"
    return answer


@door("import_data", customer_data=True)
@require_POST
def match(request: HttpRequest, key: str) -> HttpResponse:
    """Take the match; the check begins."""
    owner = find_import(request, key)
    said = read_options(owner, request.POST)
    try:
        actions.match_columns(owner=owner, options=said, by=me(request), at=timezone.now())
    except Invalid as refusal:
        page = {
            "owner": owner, "target": TARGETS[owner.target], "steps": pages.steps_of(owner), "state": pages.state_tag(owner),
            "trouble": str(refusal), **pages.matching(owner, said, refusal.fields),
        }  # fmt: skip
        return render(request, "imports/mapping.html", page, status=422)
    return redirect(owner)


@door("import_data", customer_data=True)
@require_POST
def words(request: HttpRequest, key: str) -> HttpResponse:
    """Take what words of the file mean; the check begins anew."""
    owner = find_import(request, key)
    actions.settle_words(
        owner=owner, words=read_words(owner, request.POST), by=me(request), at=timezone.now()
    )
    return redirect(owner)


@door("import_data", customer_data=True)
@require_POST
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    """Another sheet, or another row of headers."""
    owner = find_import(request, key)
    number, header = request.POST.get("sheet", ""), request.POST.get("header", "")
    chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else owner.sheet
    row = (
        int(header)
        if chosen == owner.sheet and header.isascii() and header.isdigit() and len(header) < 8
        else 0
    )
    actions.choose_sheet(owner=owner, sheet=chosen, header=row, by=me(request))
    return redirect(owner)


@door("import_data", customer_data=True)
@require_POST
def act(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Begin, stop, go on, undo, match anew, try again what broke off."""
    owner = find_import(request, key)
    at, by = timezone.now(), me(request)
    match verb:
        case "begin":
            actions.begin_import(owner=owner, by=by, at=at)
        case "stop":
            actions.stop_import(owner=owner, by=by, at=at)
            messages.info(request, _("The import has stopped. What was imported stays until you undo it."))
        case "undo":
            actions.undo_import(owner=owner, by=by, at=at)
        case "back":
            actions.back_to_matching(owner=owner, by=by)
        case "again":
            actions.try_again(owner=owner, by=by, at=at)
        case _:
            raise Http404
    return redirect(owner)


@door("import_data", customer_data=True)
@require_GET
def problems(request: HttpRequest, key: str) -> HttpResponse:
    """Problems one by one, a page at a time."""
    owner = find_import(request, key)
    number = request.GET.get("page", "1")
    page = page_number(number)
    field, code = request.GET.get("field", "")[:40], request.GET.get("code", "")[:40]
    rows = pages.problems(owner, field, code, page) if owner.options.get("columns") else []
    shown = {
        "owner": owner,
        "rows": rows,
        "field": field,
        "code": code,
        "page": max(page, 1),
        "next": max(page, 1) + 1,
    }
    return render(request, "imports/_problems.html", shown)


@door("import_data", customer_data=True)
@require_GET
def rejected(request: HttpRequest, key: str) -> FileResponse:
    """The rejected rows, to fix and bring again."""
    owner = find_import(request, key)
    file = owner.folder / "rejected.xlsx"
    checked = owner.checked["counts"]["rejected"] if owner.state == "checked" else 0
    if not (owner.rejected or checked) or not owner.folder.is_dir():
        raise Http404
    rejected_workbook(owner, file)
    return FileResponse(file.open("rb"), as_attachment=True, filename=name_of_rejected(owner))


@door("import_data", customer_data=True)
@require_GET
def mapping(request: HttpRequest, key: str) -> HttpResponse:
    """The match as a mapping file."""
    owner = find_import(request, key)
    if not owner.options.get("names"):
        raise Http404
    answer = HttpResponse(mapping_text(owner), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="mapping.yaml"'
    return answer
