"""The words a customer is found by: names, pinyin, initials, code, phones, contacts."""

from __future__ import annotations

import re

from zhike.customers.models import Customer
from zhike.people.names import pinyin_keys, plain


def search_text(customer: Customer) -> str:
    """All words, lower case, between blanks; phones as bare digits."""
    contacts = list(customer.contacts.all()) if customer.pk else []
    names = [customer.name, customer.short_name, customer.name_en, *(contact.name for contact in contacts)]
    words = [plain(one) for one in (*names, customer.code) if one]
    for name in names:
        words += [key for key in pinyin_keys(name) if key] if name else []
    for phone in (customer.phone, *(one for contact in contacts for one in (contact.mobile, contact.phone))):
        digits = re.sub(r"\D", "", phone)
        if len(digits) >= 5:
            words.append(digits)
    return f" {' '.join(dict.fromkeys(words))} "
