"""The words a customer is found by: names, pinyin, initials, code, phones, contacts."""

from __future__ import annotations

import re

from zhike.customers.models import Customer
from zhike.kernel.bigrams import plain
from zhike.people.names import pinyin_keys


def search_text(customer: Customer) -> str:
    """Names, pinyin, initials and code, lower case, between blanks."""
    contacts = list(customer.contacts.all()) if customer.pk else []
    names = [customer.name, customer.short_name, customer.name_en, *(contact.name for contact in contacts)]
    words = [plain(one) for one in (*names, customer.code) if one]
    for name in names:
        words += [key for key in pinyin_keys(name) if key] if name else []
    return f" {' '.join(dict.fromkeys(words))} "


def channel_text(customer: Customer) -> str:
    """Phones as bare digits, and e-mail addresses: found only by people who see contacts' channels."""
    contacts = list(customer.contacts.all()) if customer.pk else []
    phones = [customer.phone, *(one for contact in contacts for one in (contact.mobile, contact.phone))]
    words = [digits for phone in phones if len(digits := re.sub(r"\D", "", phone)) >= 5]
    words += [plain(mail) for mail in (customer.email, *(contact.email for contact in contacts)) if mail]
    return f" {' '.join(dict.fromkeys(words))} "
