"""Formats of facts: what looks wrong is told as a sentence, never silently changed (ARC-02, ARC-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""Of GB 32100-2015: letters without I, O, S, V, Z; place weights 3^i mod 31."""


def check_character(seventeen: str) -> str:
    """The eighteenth character of a unified social credit code.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    total = sum(ALPHABET.index(one) * weight for one, weight in zip(seventeen, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def registration_fault(text: str, country: str) -> Any:
    """What is wrong with a Chinese company's code; other countries' numbers have no common form."""
    code = text.strip().upper()
    if not code or country not in {"", "CN"}:
        return None
    if len(code) != 18:
        return None if country == "" else _("A unified social credit code has 18 characters.")
    if set(code) - set(ALPHABET):
        return _("A unified social credit code holds digits and capital letters without I, O, S, V, Z.")
    return (
        None
        if check_character(code[:17]) == code[17]
        else _("The check character does not fit: a typing mistake?")
    )


def phone_fault(text: str, country: str) -> Any:
    """What is wrong with a telephone number, read as one of the customer's country. Several stand between 、 / ; or ,."""
    import phonenumbers  # here: half a second that only who checks a number should wait for

    for number in (part.strip() for part in re.split(r"[、/;；,，]", text) if part.strip()):
        try:
            read = phonenumbers.parse(number, country or "CN")
        except phonenumbers.NumberParseException:
            return _("This is no telephone number.")
        if not phonenumbers.is_possible_number(read):
            return _("This telephone number is too short or too long for its country.")
        if not phonenumbers.is_valid_number(read):
            return _("This telephone number does not exist in its country's plan.")
    return None


def email_fault(text: str) -> Any:
    """What is wrong with an e-mail address."""
    if not text:
        return None
    try:
        validate_email(text)
    except ValidationError:
        return _("This is no e-mail address.")
    return None


@cache
def countries(language: str) -> dict[str, str]:
    """ISO code -> name of the country, in a language such as zh_Hans."""
    names: dict[str, str] = dict(Locale.parse(language).territories)
    return {code: name for code, name in names.items() if re.fullmatch(r"[A-Z]{2}", code) and code not in ODD}


ODD = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
"""Codes that are no country of ISO 3166."""


def country_fault(code: str) -> Any:
    """What is wrong with a country's code."""
    return None if not code or code in countries("en") else _("This is no country's code of two letters.")


@cache
def currencies() -> frozenset[str]:
    """ISO codes of currencies."""
    return frozenset(
        code for code in map(str, Locale.parse("en").currencies) if re.fullmatch(r"[A-Z]{3}", code)
    )


def currency_fault(code: str) -> Any:
    """What is wrong with a currency's code."""
    return None if not code or code in currencies() else _("This is no currency's code of three letters.")


def website_fault(text: str) -> Any:
    """What is wrong with a website's address."""
    if not text or re.fullmatch(r"(https?://)?([\w-]+\.)+[\w-]{2,}(:\d+)?(/\S*)?", text):
        return None
    return _("This is no website's address.")


FAULTS: dict[str, Callable[[Any], Any]] = {
    "registration": lambda one: registration_fault(one.registration, one.country),
    "phone": lambda one: phone_fault(one.phone, one.country),
    "email": lambda one: email_fault(one.email),
    "country": lambda one: country_fault(one.country),
    "currency": lambda one: currency_fault(one.currency),
    "website": lambda one: website_fault(one.website),
}
"""Fact of a customer -> what is wrong with it, or None."""


def format_faults(customer: Any) -> dict[str, Any]:
    """Fact -> what is wrong with its format."""
    return {fact: fault for fact, check in FAULTS.items() if (fault := check(customer)) is not None}


CONTACT_FAULTS: dict[str, Callable[[Any, str], Any]] = {
    "mobile": lambda one, country: phone_fault(one.mobile, country),
    "phone": lambda one, country: phone_fault(one.phone, country),
    "email": lambda one, country: email_fault(one.email),
}
"""Channel of a contact -> what is wrong with it, or None."""
