"""The page that writes an article of a draft: its wording in both languages, and who answers it where it stays text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.pages import form_page
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.doors import door, me
from zhike.policies import actions
from zhike.policies.edit_views import lock_of
from zhike.policies.pages import find_version, now
from zhike.policies.reading import document
from zhike_engine.policy.header import Article

KINDS = {
    "text": gettext_lazy("stays text; a person answers it"),
    "rule": gettext_lazy("carried out by rules"),
}
PARTS = ("title", "text", "owner")
"""What an article says in both languages."""


class ArticleForm(forms.Form):
    """An article as a person writes it."""

    lock = forms.IntegerField(widget=forms.HiddenInput, required=False)
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        help_text=gettext_lazy("As in the company's text, for example 二(一)1; rules refer to it."),
    )
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=120, required=False)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=120, required=False)
    text_zh = forms.CharField(
        label=gettext_lazy("Chinese wording"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip
    text_en = forms.CharField(
        label=gettext_lazy("English wording"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("What becomes of it"), choices=list(KINDS.items()))
    owner_zh = forms.CharField(
        label=gettext_lazy("Answered by"), max_length=120, required=False,
        help_text=gettext_lazy("A department or post, for an article that stays text."),
    )  # fmt: skip
    owner_en = forms.CharField(label=gettext_lazy("Answered by, in English"), max_length=120, required=False)

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["number"]

    def clean(self) -> dict[str, Any]:
        """A title in one language at least."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not (given.get("title_zh") or given.get("title_en")):
            self.add_error("title_zh", _("An article needs a title."))
        return given


def said(article: Article | None) -> dict[str, Any]:
    """What the form shows of an article."""
    if article is None:
        return {"kind": "text"}
    shown: dict[str, Any] = {"kind": article.kind}
    for part in PARTS:
        words = getattr(article, part)
        shown |= {f"{part}_{lang}": words.pick(lang) if words else "" for lang in ("zh", "en")}
    return shown


def written(given: dict[str, Any]) -> dict[str, Any]:
    """What the text of the policy says for it; one language stands for both where the other is empty."""
    found: dict[str, Any] = {"kind": given["kind"]}
    for part in PARTS:
        zh, en = given[f"{part}_zh"].strip(), given[f"{part}_en"].strip()
        found[part] = {"zh": zh or en, "en": en or zh} if zh or en else None
    return found


@door("edit_policies")
def article(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Write a new article of a draft, or the one that `of` names."""
    this = find_version(me(request), policy, number)
    if this.state != "draft":
        raise Conflict(_("This version is no draft any more; begin an amendment."))
    known, asked = document(this).document.articles, request.GET.get("of", "")
    if asked and asked not in known:
        raise Http404
    before = said(known.get(asked))
    form = ArticleForm(request.POST or None, initial=before | {"lock": this.lock}, fixed=bool(asked))

    def act(given: dict[str, Any]) -> None:
        name = asked or given["number"].strip()
        if not asked and name in known:
            raise Invalid(
                _("There is such an article already."),
                fields={"number": _("There is such an article already.")},
            )
        new = written(given)
        old = written({**dict.fromkeys(given, ""), **before}) if asked else {}
        places: dict[tuple[str | int, ...], Any] = (
            {("articles", name, part): value for part, value in new.items() if value != old.get(part)}
            if asked
            else {("articles", name): {part: new[part] for part in ("title", "text", "kind", "owner") if new[part]}}
        )  # fmt: skip
        if places:
            actions.set_places(
                version=this, places=places, lock=lock_of(request, this), by=me(request), at=now()[0]
            )

    return form_page(
        request, form, act, back=this.get_absolute_url(), done=_("The article is saved."), submit=_("Save"),
        title=_("Article %(number)s") % {"number": asked} if asked else _("New article"),
    )  # fmt: skip
