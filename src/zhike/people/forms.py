"""What a person may type about people, and how a refusal of an action comes back into the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext_lazy as _

from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.certificates import CERTIFICATES, DUTIES
from zhike.people.models import Department, Person, Region, Role
from zhike.people.responsibilities import KINDS, PROCESSES, STEPS
from zhike.people.verbs import FIELD_CLASSES, SCOPES, VERBS

NONE = [("", "—")]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is filled with: what was posted, even if that is nothing."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.BaseForm, act: Callable[[], Any]) -> bool:
    """Do what a valid form asks for; what is refused about its values is written at them."""
    try:
        act()
    except (Invalid, Conflict) as refusal:
        placed = {name: why for name, why in refusal.fields.items() if name in form.fields}
        for name, why in placed.items():
            form.add_error(name, str(why))
        if not placed:
            form.add_error(None, str(refusal))
        return False
    return True


def answer_form(
    request: HttpRequest, form: forms.BaseForm, act: Callable[[], Any], *, title: Any, back: str, submit: Any = "",
    done: Any = "", note: Any = "", danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """The four steps of a page with one form: shown, read, acted upon, answered."""
    if request.method == "POST" and form.is_valid() and attempt(form, act):
        if done:
            messages.success(request, done)
        return redirect(back)
    page = {
        "form": form, "title": title, "cancel": resolve_url(back), "submit": submit or _("Save"), "note": note, "danger": danger,
    }  # fmt: skip
    return render(request, "people/form.html", page, status=422 if form.errors else 200)


def day_field(label: Any, *, required: bool = True, initial: date | None = None) -> forms.DateField:
    """A day, typed or picked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, initial=initial, widget=widget)


def code_field(label: Any = None, *, max_length: int = 40, help_text: Any = "") -> forms.SlugField:
    """A code, as it stands in addresses and files; called “code” where nothing else is said."""
    wrong = _("Only Latin letters, digits, hyphens and underscores, without spaces: sales-east.")
    return forms.SlugField(
        label=label or _("code"),
        max_length=max_length,
        help_text=help_text,
        error_messages={"invalid": wrong},
    )


def person_field(label: Any, *, required: bool = True) -> forms.ModelChoiceField[Person]:
    """Somebody who has not left."""
    return forms.ModelChoiceField(Person.objects.active(), label=label, required=required)


class LoginForm(account_forms.LoginForm):  # type: ignore[misc]
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": True,
        }
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


def _ask_for_code(form: forms.Form, label: Any) -> None:
    """Name the field of a one-time code; an example of one says nothing."""
    form.fields["code"].label = label
    form.fields["code"].widget.attrs.pop("placeholder", None)


class ActivateForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of the application on the telephone: six digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("Six-digit code"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class CodeForm(mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in: a code of the application, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("Code of the app, or a recovery code"))


class CodeAgainForm(mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """The second factor once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("Code of the app, or a recovery code"))


class SignForm(forms.Form):
    """A signature: the signer's own name."""

    typed_name = forms.CharField(label=_("Your name"), max_length=80)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account."""

    class Meta:
        model = Person
        fields = [
            "username",
            "display_name",
            "email",
            "phone",
            "post",
            "department",
            "region",
            "superior",
            "language",
        ]

    language = forms.ChoiceField(label=_("language"), required=False, choices=[*NONE, *settings.LANGUAGES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"] = person_field(_("superior"), required=False)
        self.fields["department"].queryset = Department.objects.filter(closed_on__isnull=True)  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.filter(closed_on__isnull=True)  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Leave the instance as it was read; the action writes."""


class NewPersonForm(PersonForm):
    """A new account with its first password."""

    password = forms.CharField(
        label=_("first password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters; the person changes it after signing in."),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """A new password for somebody."""

    password = forms.CharField(
        label=_("new password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.Form):
    """What people change about themselves."""

    phone = forms.CharField(label=_("phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)


class GrantForm(forms.Form):
    """A role for a person."""

    role = forms.ModelChoiceField(Role.objects.filter(closed_on__isnull=True), label=_("role"))
    from_on = day_field(_("from"))
    until_on = day_field(_("until"), required=False)
    review_on = day_field(_("review on"), required=False)


class ReviewForm(forms.Form):
    """When to look at a role again."""

    review_on = day_field(_("next review"))


class RoleForm(forms.Form):
    """What a role may do and see."""

    scope = forms.ChoiceField(label=_("customers seen"), choices=SCOPES.items())
    sees = forms.MultipleChoiceField(
        label=_("classes of fields"),
        required=False,
        choices=FIELD_CLASSES.items(),
        widget=forms.CheckboxSelectMultiple,
    )
    verbs = forms.MultipleChoiceField(
        label=_("may"), required=False, choices=VERBS.items(), widget=forms.CheckboxSelectMultiple
    )
    second_factor = forms.BooleanField(label=_("needs a second factor"), required=False)


class PlaceForm(forms.Form):
    """A department or region."""

    code = code_field()
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    parent: Any = forms.ModelChoiceField(Region.objects.all(), label=_("part of"), required=False)


class DepartmentForm(PlaceForm):
    """A department with its head."""

    parent = forms.ModelChoiceField(Department.objects.all(), label=_("part of"), required=False)
    head = person_field(_("head"), required=False)


class DelegationForm(forms.Form):
    """Who acts for somebody."""

    person = person_field(_("for"))
    delegate = person_field(_("delegate"))
    from_on = day_field(_("from"))
    until_on = day_field(_("until"))
    reason = forms.CharField(label=_("reason"), max_length=120)


class ResponsibilityForm(forms.Form):
    """An entry of the responsibility matrix."""

    step = forms.ChoiceField(label=_("step"))
    kind = forms.ChoiceField(label=_("part"), choices=KINDS.items())
    role = forms.ModelChoiceField(
        Role.objects.filter(closed_on__isnull=True), label=_("role"), required=False
    )
    department = forms.ModelChoiceField(
        Department.objects.all(), label=_("of the department"), required=False
    )
    person = person_field(_("or a person"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (name, [(step, label) for step, label in STEPS.items() if step.startswith(f"{code}.")])
            for code, name in PROCESSES.items()
        ]
        self.fields["step"] = forms.ChoiceField(label=_("step"), choices=groups)


class CertificateForm(forms.Form):
    """A certificate."""

    person = person_field(_("person"))
    kind = forms.ChoiceField(label=_("kind"), choices=CERTIFICATES.items())
    from_on = day_field(_("from"))
    until_on = day_field(_("until"))
    evidence = forms.CharField(label=_("evidence"), max_length=200)


class DutyForm(forms.Form):
    """A person on the roster."""

    duty = forms.ChoiceField(label=_("duty"), choices=DUTIES.items())
    person = person_field(_("person"))
    from_on = day_field(_("from"))
    until_on = day_field(_("until"))


class AgreementForm(forms.Form):
    """The next version of the confidentiality agreement."""

    title = forms.CharField(label=_("title"), max_length=120)
    text = forms.CharField(label=_("text"), widget=forms.Textarea(attrs={"rows": 14}))
    effective_on = day_field(_("in force from"))
    valid_months = forms.IntegerField(
        label=_("months a signature is valid"), min_value=1, max_value=120, initial=24
    )
    warn_days = forms.IntegerField(
        label=_("days of warning before the end"), min_value=1, max_value=365, initial=30
    )


class PaperForm(forms.Form):
    """An agreement signed on paper."""

    person = person_field(_("signed by"))
    signed_on = day_field(_("signed on"))
    paper = forms.CharField(label=_("where the paper is kept"), max_length=200)


class NothingForm(forms.Form):
    """A step that asks for nothing but yes."""
