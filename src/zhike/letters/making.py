"""Making a letter: to whom, from which template, with which words; as Word file, PDF and parts for the page."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.customers.models import Contact, Customer
from zhike.grading.explaining import explanations_of
from zhike.grading.models import Grade
from zhike.kernel.refusals import Invalid, Unavailable
from zhike.letters import grounds as told
from zhike.letters import paper
from zhike.letters.filling import fill
from zhike.letters.models import Letter, Letterhead, LetterTemplate
from zhike.letters.shipping import SHIPPED_AT, lang_of, ship_templates
from zhike.people.models import Department, Person
from zhike.policies.reading import document, word_in
from zhike_engine.explain import Explanation

AT_HOME = {"", "CN", "HK", "MO", "TW", "SG"}
"""Countries to which a letter goes in Chinese where the contact's language is not known."""
SALT = "zhike.letters"


@dataclass(frozen=True)
class Made:
    """A letter as it would go out."""

    word: bytes
    pdf: bytes
    blocks: paper.Blocks
    template: LetterTemplate
    contact: Contact | None
    address: str
    language: str
    number: str
    words: dict[str, Any]


# who


def with_address(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Each letter with `to_contact` and `to_address`: the main contact with an e-mail address, else the customer's own."""
    able = (
        Contact.objects.offered()
        .filter(customer=OuterRef("customer"))
        .exclude(email="")
        .order_by(Case(When(decides="decides", then=Value(0)), default=Value(1)), "id")
    )
    return letters.annotate(
        to_contact=Subquery(able.values("pk")[:1]),
        to_name=Subquery(able.values("name")[:1]),
        to_address=Coalesce(
            Subquery(able.values("email")[:1]), NullIf(F("customer__email"), Value("")), Value("")
        ),
    )


def recipient(customer: Customer) -> tuple[Contact | None, str]:
    """The person written to, and the address; the first contact where nobody has an address."""
    here = sorted(
        Contact.objects.offered().filter(customer=customer),
        key=lambda one: (one.decides != "decides", one.pk),
    )
    able = next((one for one in here if one.email), None)
    if able is not None:
        return able, able.email
    return (here[0] if here else None), customer.email


def language_for(customer: Customer, contact: Contact | None) -> str:
    """In which language a customer is written to."""
    if contact is not None and contact.language in dict(settings.LANGUAGES):
        return contact.language
    return "zh-hans" if customer.country in AT_HOME else "en"


# from what


def template_for(grade: Grade, language: str) -> LetterTemplate:
    """The template in force that fits best: of the policy before any, of the grade before any, of the language before another."""
    policy = grade.version.policy.code if grade.version else ""
    wanted = Q(policy__in=[policy, ""], grade__in=[grade.grade, ""], replaced_at__isnull=True)
    rows = list(LetterTemplate.objects.filter(wanted))
    if not any(one.policy == "" and one.grade == "" for one in rows):
        ship_templates(SHIPPED_AT)
        rows = list(LetterTemplate.objects.filter(wanted))
    if not rows:
        raise Invalid(_("There is no template for this letter."))
    return max(rows, key=lambda one: (one.language == language, one.policy != "", one.grade != "", one.pk))


# with what


def letterhead() -> Letterhead:
    """How the company signs; what is not set follows from the departments."""
    return Letterhead.objects.first() or Letterhead()


def number_of(letter: Letter) -> str:
    """The letter's number."""
    return f"GN-{letter.opened_at:%Y}-{letter.pk:05d}"


def link_of(letter: Letter) -> str:
    """The address of the customer's page."""
    return f"{settings.ADDRESS}/l/{Signer(salt=SALT, sep='.').sign(letter.token)}/"


def token_in(signed: str) -> str | None:
    """The token of an address, or None for one that we never made."""
    try:
        return Signer(salt=SALT, sep=".").unsign(signed)
    except BadSignature:
        return None


class Kept:
    """What the letters of one batch share: templates, how the company signs, the grounds of their grades."""

    def __init__(self) -> None:
        self.templates: dict[tuple[str, str, str], LetterTemplate] = {}
        self.signed: dict[tuple[str, int | None], tuple[str, str]] = {}
        self.explained: dict[int, Explanation] = {}

    def look_into(self, letters: QuerySet[Letter]) -> None:
        """Ask why these letters' grades were given, all at once."""
        rows = letters.select_related("grade__run").only(
            "grade__customer", "grade__rating", "grade__run__as_of", "grade__run__version"
        )
        self.explained = explanations_of(one.grade for one in rows)

    def why(self, grade: Grade) -> Explanation | None:
        """The explanation of a grade."""
        return self.explained.get(grade.pk) or told.explained(grade)

    def template(self, grade: Grade, language: str) -> LetterTemplate:
        """The template that fits best."""
        key = (grade.version.policy.code if grade.version else "", grade.grade, language)
        if key not in self.templates:
            self.templates[key] = template_for(grade, language)
        return self.templates[key]

    def signing(self, lang: str, customer: Customer) -> tuple[str, str]:
        """Company and signature."""
        key = (lang, customer.department_id)
        if key not in self.signed:
            self.signed[key] = _signing(lang, customer)
        return self.signed[key]


def words_for(
    letter: Letter, template: LetterTemplate, contact: Contact | None, day: date, kept_for: Kept
) -> dict[str, Any]:
    """What stands in the place of each placeholder."""
    lang = lang_of(template.language)
    grade, customer = letter.grade, letter.customer
    spec = told.spec_of(grade)
    found = kept_for.why(grade)
    version = grade.version
    policy = document(version).document if version else None
    manager = customer.manager
    company, signature = kept_for.signing(lang, customer)
    return {
        "company": company, "signature": signature, "date": _day(day, lang), "number": number_of(letter),
        "customer": (customer.name_en or customer.name) if lang == "en" else customer.name, "customer_code": customer.code,
        "address": customer.address,
        "contact": contact.name if contact else (_plural(lang)), "contact_post": contact.post if contact else "",
        "grade": word_in(version, grade.rating, grade.grade, lang),
        "grade_title": spec.title.text.pick(lang) if spec else grade.grade,
        "grade_before": word_in(version, grade.rating, grade.before, lang),
        "wording": template.wording, "valid_from": _day(grade.from_on, lang),
        "as_of": _day(grade.run.as_of if grade.run else grade.from_on, lang),
        "policy": policy.title.text.pick(lang) if policy else "", "article": spec.article if spec else "",
        "grounds": told.grounds(grade, found, lang), "measures": told.measures(grade, lang),
        **_manager(manager, lang), "link": link_of(letter),
    }  # fmt: skip


def _plural(lang: str) -> str:
    return "客户" if lang == "zh" else "Sir or Madam"


def _manager(manager: Person | None, lang: str) -> dict[str, str]:
    if manager is None:
        return dict.fromkeys(("manager", "manager_post", "manager_phone", "manager_email"), "")
    return {
        "manager": manager.display_name, "manager_post": manager.post, "manager_phone": manager.phone,
        "manager_email": manager.email,
    }  # fmt: skip


def _signing(lang: str, customer: Customer) -> tuple[str, str]:
    """Company and signature as set; else the root of the departments, and the customer's own department."""
    head = letterhead()
    company = head.company_zh or head.company_en if lang == "zh" else head.company_en or head.company_zh
    signature = head.signed_zh or head.signed_en if lang == "zh" else head.signed_en or head.signed_zh
    with translation.override("zh-hans" if lang == "zh" else "en"):
        if not company:
            roots = list(Department.objects.filter(parent__isnull=True, closed_on__isnull=True)[:2])
            company = str(roots[0]) if len(roots) == 1 else ""
        return company, signature or (str(customer.department) if customer.department else "")


def _day(day: date, lang: str) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if lang == "zh" else f"{day.day} {day:%B} {day.year}"


def make(letter: Letter, day: date, kept_for: Kept | None = None) -> Made:
    """The letter as it would go out on a day; `kept_for` is its batch. Raises Invalid where its template cannot be filled."""
    kept_for = kept_for or Kept()
    contact, address = recipient(letter.customer)
    language = language_for(letter.customer, contact)
    template = kept_for.template(letter.grade, language)
    words = words_for(letter, template, contact, day, kept_for)
    word = fill(bytes(template.file), words)
    blocks = paper.read(word)
    pdf = paper.as_pdf([blocks], language=lang_of(template.language), title=template.name)
    return Made(word, pdf, blocks, template, contact, address, template.language, words["number"], words)


# where it is kept


def kept(sha256: str, form: str) -> Path:
    """Where the file of a letter lies."""
    return Path(settings.MEDIA_ROOT) / place_of(sha256, form)


def place_of(sha256: str, form: str) -> str:
    """The same, within the folder of files."""
    return f"letters/{sha256[:2]}/{sha256}.{form}"


def keep(file: bytes, form: str) -> str:
    """Keep a file under its SHA-256, safe on the disk; the digest."""
    digest = hashlib.sha256(file).hexdigest()
    path = kept(digest, form)
    if path.exists():
        return digest
    fresh = path.with_name(f".{os.getpid()}.{os.urandom(6).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("xb") as out:
            out.write(file)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        raise Unavailable(_("The file could not be kept: the disk does not take it.")) from error
    finally:
        fresh.unlink(missing_ok=True)
    return digest
